"""A monitor's parts over a real database, looked at by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from monitor_process import BOT, new_database, show_life
from sqlalchemy import URL, select

from aurum_plugins.clock import VirtualClock, WallClock
from aurum_plugins.database import Database, DatabaseUnavailable
from aurum_plugins.database.schema import alert_notices
from aurum_plugins.monitoring.alerting import Alerting
from aurum_plugins.monitoring.alerts.channels.channel import Channel
from aurum_plugins.monitoring.alerts.channels.log import LogChannel
from aurum_plugins.monitoring.monitor import Monitor
from aurum_plugins.monitoring.no_database_yet import NoDatabaseYet
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.read_snapshot import SnapshotReader
from aurum_plugins.monitoring.snapshot.snapshot_sources import SnapshotSources
from aurum_plugins.monitoring.watched_database import WatchedDatabase, open_watched

FULL_DISK = MonitorSettings(free_disk_bytes=10**18, grace_seconds=0)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as opened:
        show_life(opened)
        yield opened


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(WallClock().now_ms())


def monitor_of(folder: Path, clock: VirtualClock, *, alerts: bool = True) -> Monitor:
    channels: dict[str, Channel] = {"log": LogChannel()}

    def connect() -> WatchedDatabase:
        opened = open_watched(URL.create("sqlite", database=str(folder / "aurum.sqlite")))
        alerting = Alerting(opened, channels, FULL_DISK, clock) if alerts else None
        return WatchedDatabase(opened, SnapshotReader(opened, SnapshotSources()), alerting)

    return Monitor(connect, "x", clock, alerting=alerts)


def look_for(monitor: Monitor, clock: VirtualClock, seconds: int) -> None:
    for _ in range(0, seconds, 2):
        monitor.look()
        clock.advance(2_000)


def test_a_dead_bot_is_told_and_so_is_that_it_lives_again(
    tmp_path: Path, database: Database, clock: VirtualClock
) -> None:
    monitor = monitor_of(tmp_path, clock)
    look_for(monitor, clock, 50)
    assert monitor.health().faults == {}
    (alert,) = [a for a in monitor.snapshots()[BOT].alerts if a.rule == "bot_silent"]
    assert alert.ended_ms is None
    (disk,) = monitor.health().alerts
    assert (disk.rule, disk.bot) == ("disk", "")
    monitor.stop()
    with database.reading() as connection:
        kinds = list(connection.execute(select(alert_notices.c.kind, alert_notices.c.channel)))
    assert ("raised", "log") in [tuple(row) for row in kinds]


def test_without_alerts_it_writes_nothing(
    tmp_path: Path, database: Database, clock: VirtualClock
) -> None:
    monitor = monitor_of(tmp_path, clock, alerts=False)
    look_for(monitor, clock, 50)
    assert BOT in monitor.snapshots()
    assert monitor.snapshots()[BOT].alerts == ()
    monitor.stop()
    with database.reading() as connection:
        assert connection.execute(select(alert_notices)).all() == []


def test_a_bot_that_is_well_has_no_alert(
    tmp_path: Path, database: Database, clock: VirtualClock
) -> None:
    monitor = monitor_of(tmp_path, clock)
    look_for(monitor, clock, 10)
    assert monitor.snapshots()[BOT].alerts == ()
    monitor.stop()


def test_alerts_that_cannot_be_written_are_told_all_the_same(
    tmp_path: Path, database: Database, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    alerting = Alerting(database, {}, FULL_DISK, clock, cannot_write=told.append)

    def full(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("x", "the disk is full")

    monkeypatch.setattr(alerting._book, "update", full)
    snapshot = SnapshotReader(database, SnapshotSources()).read(BOT, clock.now_ms())
    with pytest.raises(DatabaseUnavailable):
        alerting.judge(snapshot)
    with pytest.raises(DatabaseUnavailable):
        alerting.judge_machine(clock.now_ms())
    assert told == ["database x: the disk is full"] * 2


def test_nothing_is_made_where_nothing_is(tmp_path: Path, clock: VirtualClock) -> None:
    monitor = monitor_of(tmp_path, clock)
    look_for(monitor, clock, 4)
    assert "no bot made one yet" in monitor.health().faults["database"]
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NoDatabaseYet, match="no bot made one yet"):
        open_watched(URL.create("sqlite", database=str(tmp_path / "x.sqlite")))


def test_an_older_database_is_left_as_it_is(tmp_path: Path, clock: VirtualClock) -> None:
    path = tmp_path / "aurum.sqlite"
    path.touch()
    with pytest.raises(DatabaseUnavailable, match="run `aurum database upgrade`"):
        open_watched(URL.create("sqlite", database=str(path)))
    assert path.stat().st_size == 0


def test_a_database_that_comes_and_goes_is_followed(tmp_path: Path, clock: VirtualClock) -> None:
    monitor = monitor_of(tmp_path, clock)
    monitor.look()
    assert not monitor.health().database_reachable
    with new_database(tmp_path) as made:
        show_life(made)
    look_for(monitor, clock, 4)
    assert monitor.health().database_reachable
    for file in tmp_path.glob("aurum.sqlite*"):
        file.unlink()
    look_for(monitor, clock, 4)
    assert not monitor.health().database_reachable
    assert BOT in monitor.snapshots(), "old figures, which say how old they are"
    monitor.stop()
