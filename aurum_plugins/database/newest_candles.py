"""The newest candle of each pair, in tables with a row for each pair, timeframe and candle."""

from __future__ import annotations

from sqlalchemy import Subquery, Table, func, select


def newest_candles(table: Table, bot: str, timeframe: str) -> Subquery:
    """Each pair of a bot, and when its newest candle opened.

    One look-up for each pair, where grouping would read every row of the bot.

    Parameters
    ----------
    table : sqlalchemy.Table
        With the columns `bot`, `pair`, `timeframe` and `candle_ms`, which are its primary key in
        this order.
    bot, timeframe : str

    Returns
    -------
    sqlalchemy.Subquery
        With the columns `pair` and `candle_ms`; this one is null for pairs of other timeframes.
    """
    columns, own = table.c, table.c.bot == bot
    pairs = select(func.min(columns.pair).label("pair")).where(own).cte("pairs", recursive=True)
    following = select(func.min(columns.pair)).where(own, columns.pair > pairs.c.pair)
    pairs = pairs.union_all(select(following.scalar_subquery()).where(pairs.c.pair.is_not(None)))
    newest = select(func.max(columns.candle_ms)).where(
        own, columns.pair == pairs.c.pair, columns.timeframe == timeframe
    )
    found = select(pairs.c.pair, newest.scalar_subquery().label("candle_ms"))
    return found.where(pairs.c.pair.is_not(None)).subquery("newest")
