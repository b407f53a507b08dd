"""The few different values of a column with many rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, func, select


def distinct_values(
    connection: Connection, column: Column[Any], *where: ColumnElement[bool]
) -> tuple[str, ...]:
    """Distinct values, in ascending order.

    One look-up each, where `SELECT DISTINCT` would read a million rows of the same bot.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    column : sqlalchemy.Column
        With an index whose first columns are those of `where`, and then this one.
    *where : sqlalchemy.ColumnElement
        Which rows count.
    """
    values = []
    first = select(func.min(column)).where(*where)
    value = connection.execute(first).scalar()
    while value is not None:
        values.append(value)
        value = connection.execute(first.where(column > value)).scalar()
    return tuple(values)
