"""The bot's own records of venues, where there are any."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

from desk_files import new_file

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import open_database
from aurum_plugins.market_data.resilience.venue_health import HealthRecord, Outage
from aurum_plugins.soak.venue_records import VenueOutage, VenueRecord, venue_records
from aurum_plugins.trading.venue_log import VenueLog


def test_a_database_without_the_table_has_no_records(tmp_path) -> None:
    path = tmp_path / "aurum.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE decisions (pair)")
    assert venue_records(path) == ()


def test_each_venue_has_the_record_that_the_bot_wrote(tmp_path) -> None:
    path = new_file(tmp_path)
    clock = VirtualClock(1_000)
    health = HealthRecord("kraken", clock)
    database = open_database(f"sqlite:///{path}")
    outages = (Outage(1, 5, 0.004), Outage(7))
    snapshot = replace(
        health.snapshot(), requests=40, retries=3, trips=2, errors={"dark": 2}, outages=outages
    )
    VenueLog(database, "Mine", "1m").note_health(clock.now_ms(), lambda: [snapshot], ())
    database.close()
    both = (VenueOutage(1, 5), VenueOutage(7, None))
    assert venue_records(path) == (VenueRecord("kraken", 40, 3, 2, {"dark": 2}, both),)
