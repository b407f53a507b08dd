"""The few ways in which a bot's many candles ended."""

from __future__ import annotations

from sqlalchemy import CTE, func, select

from aurum_plugins.database.schema import decisions


def decision_ends(bot: str, timeframe: str) -> CTE:
    """Every verdict with every reason that any candle ended with.

    A few look-ups each in the index on (bot, timeframe, verdict, reason, candle_ms), where
    `SELECT DISTINCT` would read all of a million rows.

    Returns
    -------
    sqlalchemy.CTE
        With the columns `verdict` and `reason`; this one is null once for each verdict.
    """
    columns = decisions.c
    own = (columns.bot == bot) & (columns.timeframe == timeframe)
    first = select(func.min(columns.verdict).label("verdict")).where(own)
    verdicts = first.cte("verdicts", recursive=True)
    next_verdict = select(func.min(columns.verdict)).where(
        own, columns.verdict > verdicts.c.verdict
    )
    verdicts = verdicts.union_all(
        select(next_verdict.scalar_subquery()).where(verdicts.c.verdict.is_not(None))
    )
    first_reason = select(func.min(columns.reason)).where(
        own, columns.verdict == verdicts.c.verdict
    )
    ends = (
        select(verdicts.c.verdict, first_reason.scalar_subquery().label("reason"))
        .where(verdicts.c.verdict.is_not(None))
        .cte("ends", recursive=True)
    )
    next_reason = select(func.min(columns.reason)).where(
        own, columns.verdict == ends.c.verdict, columns.reason > ends.c.reason
    )
    return ends.union_all(
        select(ends.c.verdict, next_reason.scalar_subquery()).where(ends.c.reason.is_not(None))
    )
