"""A bot's equity, thinned out for a plot."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Select, func, literal, select

from aurum_plugins.clock import DAY_MS, MINUTE_MS
from aurum_plugins.database.database import Database
from aurum_plugins.database.schema import equity_marks
from aurum_plugins.monitoring.snapshot.bot_snapshot import EquityPoint

MOST_POINTS: Final = 500
# Each of these, up to now, gets a share of the points; None: from the first mark on.
_SPANS: Final = (None, 7 * DAY_MS, DAY_MS)
_COLUMNS = equity_marks.c
_POINT = (_COLUMNS.at_ms, _COLUMNS.equity, _COLUMNS.exposure, _COLUMNS.drawdown)


def equity_curve(
    database: Database, bot: str, now_ms: int, most: int = MOST_POINTS
) -> tuple[EquityPoint, ...]:
    """Marks of the equity, the oldest first: evenly over all time, more of a week, most of a day.

    The first mark, the last one and the one of the deepest drawdown are always among them. What is
    between two points may have been higher or lower: of a million marks, no more are read than are
    returned.

    Parameters
    ----------
    database : Database
    bot : str
    now_ms : int
        UTC milliseconds.
    most : int
        About so many points at most.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    own = _COLUMNS.bot == bot
    with database.reading() as connection:
        first, last = connection.execute(
            select(
                select(func.min(_COLUMNS.at_ms)).where(own).scalar_subquery(),
                select(func.max(_COLUMNS.at_ms)).where(own).scalar_subquery(),
            )
        ).one()
        if first is None:
            return ()
        points = _read(connection, _last_and_deepest(bot))
        for span_ms in _SPANS:
            begin = first if span_ms is None else max(first, min(now_ms, last) - span_ms)
            # Full minutes, so that the same points are found again a moment later.
            step_ms = max(1, -(-(last - begin) * len(_SPANS) // (most * MINUTE_MS))) * MINUTE_MS
            points |= _read(connection, _thinned(bot, begin, step_ms))
    return tuple(sorted(points, key=lambda point: point.at_ms))


def _read(connection: Connection, query: Select[Any]) -> set[EquityPoint]:
    return {EquityPoint(*row) for row in connection.execute(query)}


def _thinned(bot: str, begin_ms: int, step_ms: int) -> Select[Any]:
    """The first mark of each `step_ms` in which there is any, one look-up each."""
    own = _COLUMNS.bot == bot
    begin = begin_ms // step_ms * step_ms
    marks = select(func.min(_COLUMNS.at_ms).label("at_ms")).where(own, _COLUMNS.at_ms >= begin)
    steps = marks.cte("steps", recursive=True)
    after = (steps.c.at_ms // literal(step_ms) + 1) * step_ms
    following = select(func.min(_COLUMNS.at_ms)).where(own, _COLUMNS.at_ms >= after)
    steps = steps.union_all(select(following.scalar_subquery()).where(steps.c.at_ms.is_not(None)))
    return select(*_POINT).join(steps, steps.c.at_ms == _COLUMNS.at_ms).where(own)


def _last_and_deepest(bot: str) -> Select[Any]:
    own = _COLUMNS.bot == bot
    orders = (_COLUMNS.at_ms.desc(), _COLUMNS.drawdown.desc())
    found = (select(_COLUMNS.at_ms).where(own).order_by(each).limit(1) for each in orders)
    return select(*_POINT).where(own, _COLUMNS.at_ms.in_([one.scalar_subquery() for one in found]))
