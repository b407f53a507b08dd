"""Rows that are written whether they are there already or not."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from aurum_plugins.database import Database
from aurum_plugins.database.schema import consensus_marks, venue_health
from aurum_plugins.database.upsert import upsert


def row(venue: str, at_ms: int, **values) -> dict:
    known = {"bot": "bot", "venue": venue, "at_ms": at_ms, "state": "closed", "figures": {}}
    return {**known, **values}


def kept(database: Database) -> list:
    with database.reading() as connection:
        rows = connection.execute(select(venue_health).order_by(venue_health.c.venue)).mappings()
        return [dict(row) for row in rows]


def write(database: Database, *rows: dict) -> None:
    with database.writing() as connection:
        connection.execute(upsert(database.kind, venue_health), list(rows))


def test_a_row_takes_the_place_of_the_one_with_its_key(database: Database) -> None:
    write(database, row("binance", 1), row("kraken", 1))
    write(database, row("kraken", 2, state="open", figures={"trips": 1}), row("okx", 2))
    assert kept(database) == [
        row("binance", 1),
        row("kraken", 2, state="open", figures={"trips": 1}),
        row("okx", 2),
    ]


def test_of_the_same_key_twice_the_last_stays(database: Database) -> None:
    write(database, row("kraken", 1), row("kraken", 2))
    assert kept(database) == [row("kraken", 2)]


def test_an_older_row_is_written_all_the_same(database: Database) -> None:
    write(database, row("kraken", 2))
    write(database, row("kraken", 1))
    assert kept(database) == [row("kraken", 1)]


def test_statements_are_made_once() -> None:
    assert upsert("sqlite", venue_health) is upsert("sqlite", venue_health)
    assert upsert("sqlite", venue_health) is not upsert("sqlite", consensus_marks)
    assert "ON CONFLICT (bot, venue) DO UPDATE" in str(upsert("postgresql", venue_health))


def test_a_kind_that_has_no_such_statement() -> None:
    with pytest.raises(KeyError, match="mysql"):
        upsert("mysql", venue_health)
