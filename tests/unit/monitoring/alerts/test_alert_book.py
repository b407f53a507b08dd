"""Alerts that are raised, become worse, go on and end; on both databases."""

from __future__ import annotations

import math

import pytest
from sqlalchemy import select, update
from watched_snapshots import BOT, NOW_MS, condition

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.database.schema import alert_notices, alerts
from aurum_plugins.monitoring.alerts.alert_book import AlertBook
from aurum_plugins.monitoring.alerts.alert_rows import alerts_of
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.settings import MonitorSettings

SETTINGS = MonitorSettings()
GRACE_MS = 60 * SECOND_MS
STEP_MS = 2 * SECOND_MS


class Watched:
    """A book, and a time that goes on."""

    def __init__(self, database, channels=("log",), settings=SETTINGS) -> None:
        self.database, self.channels, self.settings = database, channels, settings
        self.now_ms = NOW_MS
        self.restart()

    def restart(self) -> None:
        self.book = AlertBook(self.database, self.channels, self.settings)

    def sees(self, *conditions, after_ms=STEP_MS, **options):
        self.now_ms += after_ms
        return self.book.update(BOT, conditions, self.now_ms, **options)

    def is_well_for(self, ms: int) -> None:
        for _ in range(ms // STEP_MS):
            self.sees()

    @property
    def told(self) -> list[tuple[str, str]]:
        query = select(alert_notices).order_by(alert_notices.c.number)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return [(row.kind, row.text) for row in rows if row.channel == self.channels[0]]

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]


@pytest.fixture
def watched(database) -> Watched:
    return Watched(database)


def test_an_alert_from_the_beginning_to_the_end(watched) -> None:
    (raised,) = watched.sees(condition(drawdown_share=0.12))
    assert raised in watched.book.open(BOT)
    assert raised.figures == {"drawdown_share": 0.12}
    assert raised.since_ms == raised.last_ms == watched.now_ms
    for _ in range(4):
        assert watched.sees(condition()) == ()
    assert watched.sees() == ()
    watched.is_well_for(GRACE_MS - STEP_MS)
    assert watched.book.open(BOT) == (raised,)
    (ended,) = watched.sees()
    assert ended.ended_ms == watched.now_ms
    assert watched.book.open() == ()
    assert watched.book.lately(BOT, 5) == (ended,) == alerts_of(watched.database, BOT, 5)
    assert watched.told == [
        ("raised", "HIGH, freqtrade (live): the equity is 12.0% below its peak"),
        ("ended", "over after 70 s, freqtrade (live): the equity is 12.0% below its peak"),
    ]


def test_each_channel_is_told(database) -> None:
    watched = Watched(database, ("log", "telegram", "webhook"))
    watched.sees(condition())
    with database.reading() as connection:
        rows = connection.execute(select(alert_notices)).all()
    assert [(row.channel, row.due_ms, row.attempts, row.sent_ms) for row in rows] == [
        (channel, watched.now_ms, 0, None) for channel in watched.channels
    ]


def test_without_channels_alerts_are_kept_all_the_same(database) -> None:
    watched = Watched(database, ())
    watched.sees(condition())
    watched.sees(condition(severity=Severity.CRITICAL))
    watched.is_well_for(GRACE_MS + STEP_MS)
    assert [one.severity for one in watched.book.lately(None, 5)] == [Severity.CRITICAL]


def test_what_comes_back_within_the_grace_time_is_the_same_alert(watched) -> None:
    for _ in range(10):
        watched.sees(condition())
        watched.is_well_for(GRACE_MS - STEP_MS)
    assert watched.kinds == ["raised"]
    assert len(watched.book.open()) == 1


def test_subjects_rules_and_bots_are_alerts_of_their_own(watched) -> None:
    watched.sees(condition("a", subject="x"), condition("a", subject="y"), condition("b"))
    watched.book.update("", [condition("a", subject="x")], watched.now_ms)
    assert len(watched.book.open()) == 4
    assert len(watched.book.open(BOT)) == 3
    assert len(watched.book.open("")) == 1
    assert watched.told[-1][1].startswith("HIGH, monitor: ")


def test_of_the_same_condition_twice_the_worse_counts(watched) -> None:
    mild = condition(severity=Severity.LOW, text="a little")
    (raised,) = watched.sees(mild, condition(severity=Severity.CRITICAL, text="a lot"), mild)
    assert (raised.severity, raised.text) == (Severity.CRITICAL, "a lot")


def test_worse_is_told_and_better_is_not(watched) -> None:
    watched.sees(condition())
    (worse,) = watched.sees(condition(severity=Severity.CRITICAL))
    assert worse.severity is Severity.CRITICAL
    for _ in range(20):
        watched.sees(condition())
        watched.sees(condition(severity=Severity.CRITICAL))
    assert watched.kinds == ["raised", "worse"]
    assert watched.told[1][1].startswith("CRITICAL (was high), freqtrade (live): ")
    assert watched.book.open()[0].severity is Severity.CRITICAL


def test_text_and_figures_follow_every_ten_seconds(watched) -> None:
    watched.sees(condition(age=1))
    watched.sees(condition(text="later", age=2))
    assert watched.book.open()[0].figures == {"age": 1}
    watched.sees(condition(text="later", age=3), after_ms=8 * SECOND_MS)
    (alert,) = watched.book.open()
    assert (alert.text, alert.figures, alert.last_ms) == ("later", {"age": 3}, watched.now_ms)


@pytest.mark.parametrize(("severity", "times"), [("low", 0), ("medium", 0), ("high", 3)])
def test_only_what_matters_is_told_again(watched, severity, times) -> None:
    for _ in range(19):
        watched.sees(condition(severity=Severity(severity)), after_ms=HOUR_MS)
    assert watched.kinds == ["raised"] + times * ["still"]
    if times:
        assert watched.told[1][1].startswith("still HIGH, freqtrade (live), since 2026-")


def test_what_flickers_is_paused_with_one_line(watched) -> None:
    for _ in range(12):
        watched.sees(condition(subject="BTC/USDT"))
        watched.is_well_for(GRACE_MS + STEP_MS)
    assert watched.kinds == 4 * ["raised", "ended"] + ["paused"]
    assert "nothing more is told of drawdown (BTC/USDT)" in watched.told[-1][1]
    # After an hour of peace it is told of as before.
    watched.sees(condition(subject="BTC/USDT"), after_ms=HOUR_MS)
    assert watched.kinds[-1] == "raised"


def test_what_flickers_and_becomes_worse_is_told(watched) -> None:
    for _ in range(6):
        watched.sees(condition())
        watched.is_well_for(GRACE_MS + STEP_MS)
    watched.sees(condition(severity=Severity.CRITICAL))
    assert watched.kinds[-2:] == ["paused", "raised"]
    watched.is_well_for(GRACE_MS + STEP_MS)
    assert watched.kinds[-1] == "ended"
    watched.sees(condition())
    watched.sees(condition(severity=Severity.CRITICAL))
    assert watched.kinds[-1] == "ended", "as bad was told within the hour"


def test_what_is_paused_and_becomes_worse_while_open_is_told_and_so_is_its_end(watched) -> None:
    for _ in range(6):
        watched.sees(condition())
        watched.is_well_for(GRACE_MS + STEP_MS)
    watched.sees(condition())
    watched.sees(condition(severity=Severity.CRITICAL))
    assert watched.kinds[-2:] == ["paused", "worse"]
    watched.is_well_for(GRACE_MS + STEP_MS)
    assert watched.kinds[-1] == "ended"


def test_what_flickers_for_a_day_is_told_of_now_and_then(watched) -> None:
    while watched.now_ms < NOW_MS + DAY_MS:
        watched.sees(condition(), after_ms=4 * MINUTE_MS)
        watched.sees(after_ms=MINUTE_MS)
        watched.sees(after_ms=MINUTE_MS)
    assert watched.kinds.count("paused") == 4
    assert watched.kinds.count("raised") == 4


def test_what_is_paused_and_stays_is_told_again(watched) -> None:
    for _ in range(6):
        watched.sees(condition())
        watched.is_well_for(GRACE_MS + STEP_MS)
    watched.sees(condition())
    watched.sees(condition(), after_ms=7 * HOUR_MS)
    assert watched.kinds[-1] == "still"


def test_what_is_not_judged_stays_as_it_is(watched) -> None:
    watched.sees(condition())
    watched.sees(after_ms=DAY_MS, unjudged={"drawdown"})
    watched.sees(after_ms=DAY_MS, unjudged={"drawdown"})
    assert watched.kinds == ["raised"]
    watched.sees()
    watched.is_well_for(GRACE_MS)
    assert watched.kinds == ["raised", "ended"]


def test_why_it_is_over_is_said(watched) -> None:
    watched.sees(condition())
    watched.sees()
    watched.sees(after_ms=GRACE_MS, because="the bot ended in order")
    assert ", the bot ended in order, freqtrade" in watched.told[-1][1]


def test_a_restart_forgets_nothing_and_counts_the_grace_time_anew(watched) -> None:
    watched.sees(condition())
    watched.restart()
    watched.sees(condition(), after_ms=DAY_MS)
    assert watched.kinds == ["raised", "still"]
    watched.restart()
    watched.sees(after_ms=DAY_MS)
    assert len(watched.book.open()) == 1
    watched.is_well_for(GRACE_MS)
    assert watched.kinds == ["raised", "still", "ended"]


def test_two_monitors_keep_one_alert(watched) -> None:
    other = AlertBook(watched.database, ("log",), SETTINGS)
    other.update(BOT, [], NOW_MS)
    watched.sees(condition())
    other.update(BOT, [condition()], watched.now_ms + 1)
    assert watched.kinds == ["raised"]
    # One of them does not find it: the other one counts.
    for _ in range(100):
        watched.sees(condition())
        other.update(BOT, [], watched.now_ms)
    assert watched.kinds == ["raised"]
    for _ in range(40):
        watched.sees()
        other.update(BOT, [], watched.now_ms)
    assert watched.kinds == ["raised", "ended"]


def test_a_clock_that_is_set_back_keeps_nothing_open(watched) -> None:
    watched.sees(condition())
    watched.sees(after_ms=-DAY_MS)
    watched.sees(condition())
    watched.sees()
    watched.is_well_for(GRACE_MS)
    assert watched.kinds == ["raised", "ended"]
    (ended,) = watched.book.lately(BOT, 1)
    assert ended.ended_ms >= ended.since_ms


def test_texts_from_outside_are_kept_in_one_short_line(watched) -> None:
    text = "bad\r\n\x1b[31m" + "x" * 9_000
    given = condition(text=text, subject="s\n" * 900, price=math.nan, said="y\n" * 900)
    (raised,) = watched.sees(given)
    (alert,) = watched.book.open()
    assert alert == raised
    assert alert.text.isprintable()
    assert len(alert.text) == 600
    assert len(alert.subject) == 200
    assert alert.figures["price"] == "nan"
    assert len(alert.figures["said"]) == 200
    assert watched.told[0][1].isprintable()
    assert len(watched.told[0][1]) < 1_000
    # The shortened subject is the same the next time.
    assert watched.sees(given) == ()


def test_the_worst_is_listed_first(watched) -> None:
    watched.sees(condition("a", Severity.LOW))
    watched.sees(condition("a", Severity.LOW), condition("b", Severity.CRITICAL))
    assert [alert.rule for alert in watched.book.open(BOT)] == ["b", "a"]


def test_a_severity_of_another_version_is_the_worst(watched) -> None:
    watched.sees(condition())
    with watched.database.writing() as connection:
        connection.execute(update(alerts).values(severity="dire"))
    assert watched.book.open()[0].severity is Severity.CRITICAL


def test_a_failed_write_changes_nothing(watched, monkeypatch) -> None:
    def refuse(*_args, **_options):
        raise DatabaseUnavailable("sqlite://", "the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(watched.database, "writing", refuse)
        with pytest.raises(DatabaseUnavailable, match="the disk is full"):
            watched.sees(condition())
    assert watched.book.open() == ()
    watched.sees(condition())
    assert watched.kinds == ["raised"]
