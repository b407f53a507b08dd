"""Reports of bots in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from sqlalchemy import select

from aurum_plugins.database import Database, DatabaseUnavailable
from aurum_plugins.database.schema import bot_reports
from aurum_plugins.database.upsert import upsert
from aurum_plugins.monitoring.reports.report import Report

Kind = TypeVar("Kind", bound=Report)


@dataclass(frozen=True)
class Reported(Generic[Kind]):
    """A report, and when it was written, UTC milliseconds."""

    at_ms: int
    report: Kind


class ReportStore:
    """The last report of each bot on each topic.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, bot: str, reports: Sequence[Reported[Any]]) -> None:
        """Let reports take the place of the last ones on their topics, in one transaction."""
        rows = [
            {
                "bot": bot,
                "topic": each.report.topic,
                "at_ms": each.at_ms,
                "report": each.report.as_json(),
            }
            for each in reports
        ]
        if rows:
            with self._database.writing() as connection:
                connection.execute(upsert(self._database.kind, bot_reports), rows)

    def read(self, bot: str, kind: type[Kind]) -> Reported[Kind] | None:
        """The last report of a kind; None if there is none.

        Raises
        ------
        aurum_plugins.database.DatabaseUnavailable
            If it cannot be read, or makes no sense.
        """
        columns = bot_reports.c
        query = select(columns.at_ms, columns.report).where(
            columns.bot == bot, columns.topic == kind.topic
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        try:
            return Reported(row.at_ms, kind.from_json(row.report))
        except ValidationError as error:
            reason = f"the report {kind.topic!r} of {bot!r} makes no sense"
            raise DatabaseUnavailable(self._database.url, reason) from error
