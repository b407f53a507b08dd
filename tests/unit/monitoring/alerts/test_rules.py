"""Each rule, around its threshold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from watched_snapshots import (
    INTERVAL_MS,
    NOW_MS,
    account_report,
    candle_report,
    loop_report,
    model_report,
    snapshot,
)

import aurum_plugins.monitoring.alerts.rules as rules_folder
from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.database import Database
from aurum_plugins.database.address import parse_address
from aurum_plugins.database.engines import build_engine
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.monitoring.alerts.known_rules import known_rules
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.alerts.watch import Watch
from aurum_plugins.monitoring.report_store import Reported
from aurum_plugins.monitoring.reports import CandleReport, PairCandles, PairModel
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import (
    BotSnapshot,
    DecisionCounts,
    ServingModel,
    SourceWord,
    SwitchWord,
    VenueWord,
)
from aurum_plugins.monitoring.snapshot.read_snapshot import SnapshotReader
from aurum_plugins.monitoring.snapshot.snapshot_sources import SnapshotSources
from aurum_plugins.reasons import Action, Reason

SETTINGS = MonitorSettings()
RULES = {rule.name: rule for rule in known_rules(SETTINGS)}
SECONDS = SECOND_MS


def decided(candle_ms: int = NOW_MS - INTERVAL_MS - 1, pair: str = "BTC/USDT") -> Decision:
    return Decision(
        pair=pair,
        timeframe="5m",
        candle_ms=candle_ms,
        action=Action.HOLD,
        signal=Reason.NO_BREAKOUT,
        verdict=Verdict.NONE,
        reason=Reason.NO_BREAKOUT,
        decided_ms=candle_ms + INTERVAL_MS,
        strategy="AurumStrategy",
    )


WELL = snapshot(newest=(decided(),))


def serving(pair: str, event: str, reason: str = "") -> ServingModel:
    return ServingModel(pair, "v1", NOW_MS - DAY_MS, {}, event, reason, NOW_MS)


def venue(name: str = "kraken", **changes: object) -> VenueWord:
    word = VenueWord(name, "closed", NOW_MS, True, 0.0, 80.0, NOW_MS)
    return replace(word, **changes)


def source(name: str = "rss:coindesk", **changes: object) -> SourceWord:
    return replace(SourceWord(name, NOW_MS, NOW_MS, "", 10), **changes)


def models(**changes: object):
    return model_report(PairModel(pair="ETH/USDT"), PairModel(pair="BTC/USDT", **changes))


# Rule, a change of a bot that is well, severity or None, a part of the text.
CASES = [
    ("bot_silent", {"loop": loop_report(20 * SECONDS)}, None, ""),
    ("bot_silent", {"loop": loop_report(20 * SECONDS + 1)}, "critical", "no sign of life for 20 s"),
    ("bot_silent", {"loop": loop_report(DAY_MS)}, "critical", "no sign of life for 24 h"),
    ("bot_silent", {"loop": loop_report(HOUR_MS, state="exited")}, "medium", "ended in order"),
    ("bot_silent", {"loop": loop_report(7 * DAY_MS)}, None, ""),
    ("bot_silent", {"loop": loop_report(-20 * SECONDS)}, None, ""),
    ("bot_silent", {"loop": loop_report(-HOUR_MS)}, "high", "clock is 60 min ahead"),
    ("bot_silent", {"loop": None}, None, ""),
    ("bot_hung", {"loop": loop_report(loop_began_ms=NOW_MS - 25 * SECONDS)}, None, ""),
    (
        "bot_hung",
        {"loop": loop_report(loop_began_ms=NOW_MS - 25_001, loop_ended_ms=NOW_MS - 30 * SECONDS)},
        "critical",
        "under way for 25 s",
    ),
    ("bot_hung", {"loop": loop_report(loop_began_ms=5, loop_ended_ms=5)}, None, ""),
    (
        "bot_hung",
        {"loop": loop_report(loops=0, loop_began_ms=NOW_MS - 300_000, loop_ended_ms=0)},
        None,
        "",
    ),
    (
        "bot_hung",
        {"loop": loop_report(loops=0, loop_began_ms=NOW_MS - 300_001, loop_ended_ms=0)},
        "critical",
        "5 min",
    ),
    ("bot_hung", {"loop": None}, None, ""),
    ("loop_failing", {"loop": loop_report(failures=50, failures_in_row=2)}, None, ""),
    ("loop_failing", {"loop": loop_report(failures_in_row=3)}, "high", "3 times in a row"),
    ("loop_failing", {"loop": None}, None, ""),
    ("not_finite", {"models": models(rows_refused=5)}, None, ""),
    ("not_finite", {"models": models(not_finite=1)}, "critical", "1 value that is no finite"),
    ("not_finite", {"models": models(not_finite=7)}, "critical", "model: BTC/USDT"),
    ("not_finite", {"models": None}, None, ""),
    ("model_fault", {"models": models(fault="too few\nrows")}, "high", "1 pair failed: BTC/USDT ("),
    ("model_fault", {"models": models(fault="too few\nrows")}, "high", "(too few rows)"),
    ("model_fault", {"models": None}, None, ""),
    ("model_rejected", {"serving": (serving("BTC/USDT", "promoted"),)}, None, ""),
    (
        "model_rejected",
        {"serving": (serving("BTC/USDT", "rejected", "worse"), serving("ETH/USDT", "promoted"))},
        "high",
        "of 1 pair was put aside: BTC/USDT rejected (worse)",
    ),
    (
        "model_rejected",
        {"serving": (serving("BTC/USDT", "rejected"), serving("ETH/USDT", "quarantined"))},
        "high",
        "2 pairs was put aside: ETH/USDT quarantined, BTC/USDT rejected",
    ),
    (
        "model_rejected",
        {"serving": (serving("BTC/USDT", "damaged"), serving("ETH/USDT", "rejected"))},
        "high",
        "BTC/USDT damaged, ETH/USDT rejected",
    ),
    ("drawdown", {"account": account_report(drawdown=0.0999)}, None, ""),
    ("drawdown", {"account": account_report(drawdown=0.1)}, "high", "10.0% below its peak"),
    ("drawdown", {"account": account_report(drawdown=0.2)}, "critical", "nothing is opened"),
    (
        "drawdown",
        {"account": account_report(drawdown=0.05, drawdown_stop=0.05)},
        "critical",
        "from 5.0% on",
    ),
    ("drawdown", {"account": account_report(drawdown=None)}, None, ""),
    ("drawdown", {"account": None}, None, ""),
    ("nothing_opens", {"account": account_report(refusal="DAILY_LOSS")}, "medium", "day's loss"),
    (
        "nothing_opens",
        {"account": account_report(refusal="NEW_ONE\n")},
        "medium",
        "opened: NEW_ONE",
    ),
    ("nothing_opens", {"account": account_report(refusal="KILLED")}, None, ""),
    ("nothing_opens", {"account": None}, None, ""),
    ("kill_switch", {"switch": SwitchWord("halted", "a\nb", "anna", 5)}, "medium", "by anna, a b)"),
    ("kill_switch", {"switch": SwitchWord("flat")}, "medium", "positions are sold"),
    ("kill_switch", {"switch": SwitchWord("")}, "high", "not understood"),
    ("orders_unsettled", {"unsettled_orders": 0, "oldest_unsettled_ms": 1}, None, ""),
    (
        "orders_unsettled",
        {"unsettled_orders": 2, "oldest_unsettled_ms": NOW_MS - MINUTE_MS},
        None,
        "",
    ),
    (
        "orders_unsettled",
        {"unsettled_orders": 2, "oldest_unsettled_ms": NOW_MS - 3 * MINUTE_MS},
        "high",
        "took 2 orders, the oldest sent 3 min ago",
    ),
    ("orders_unsettled", {"unsettled_orders": 1}, "high", "took 1 order"),
    ("execution_rate", {"counts": DecisionCounts()}, None, ""),
    ("execution_rate", {"counts": DecisionCounts(ordered=9, filled=0)}, None, ""),
    ("execution_rate", {"counts": DecisionCounts(ordered=10, filled=9)}, None, ""),
    ("execution_rate", {"counts": DecisionCounts(ordered=10, filled=8)}, "high", "8 of the 10"),
    ("stale_candles", {"candles": candle_report(BTC=NOW_MS - 4 * INTERVAL_MS)}, None, ""),
    (
        "stale_candles",
        {"candles": candle_report(BTC=NOW_MS - 4 * INTERVAL_MS - 1)},
        "high",
        "1 pair of 5 is older than 3 candles, 3.0 at most: BTC/USDT",
    ),
    ("stale_candles", {"candles": candle_report(BTC=None)}, "high", "100.0 at most: BTC/USDT"),
    (
        "stale_candles",
        {
            "candles": candle_report(BTC=None),
            "loop": loop_report(started_ms=NOW_MS - 3 * INTERVAL_MS),
        },
        None,
        "",
    ),
    (
        "stale_candles",
        {"candles": candle_report(BTC=0), "loop": loop_report(state="stopped")},
        None,
        "",
    ),
    ("stale_candles", {"candles": candle_report(BTC=0, ETH=1, SOL=2, XRP=3)}, "high", "and 1 more"),
    (
        "stale_candles",
        {"candles": Reported(NOW_MS, CandleReport(interval_ms=0, pairs=(PairCandles(pair="X"),)))},
        None,
        "",
    ),
    ("stale_candles", {"candles": None}, None, ""),
    ("stale_candles", {"loop": None}, None, ""),
    ("no_decisions", {"newest": (decided(NOW_MS - 4 * INTERVAL_MS),)}, None, ""),
    ("no_decisions", {"newest": (decided(NOW_MS - 4 * INTERVAL_MS - 1),)}, "high", "last 15 min"),
    ("no_decisions", {"newest": (decided(0), decided(pair="ETH/USDT"))}, None, ""),
    ("no_decisions", {"newest": ()}, "high", "decided nothing"),
    ("no_decisions", {"newest": (), "loop": loop_report(started_ms=NOW_MS)}, None, ""),
    ("no_decisions", {"newest": (), "loop": loop_report(state="stopped")}, None, ""),
    ("no_decisions", {"newest": (), "loop": loop_report(timeframe="?")}, None, ""),
    ("no_decisions", {"newest": (replace(decided(), timeframe="1h"),)}, "high", "nothing"),
    ("no_decisions", {"newest": (), "loop": None}, None, ""),
    ("breaker_open", {"venues": (venue(), venue("okx", state="half-open"))}, None, ""),
    ("breaker_open", {"venues": (venue(state="open", trusted=False),)}, "high", "left alone"),
    ("breaker_open", {"venues": (venue(trusted=False),)}, "medium", "kraken is not believed"),
    (
        "breaker_open",
        {"venues": (venue(state="open", error_rate=None, last_success_ms=None),)},
        "high",
        "kraken",
    ),
    ("breaker_open", {"venues": (venue(state="open", at_ms=NOW_MS - 300_001),)}, None, ""),
    ("news_source", {"sources": (source(),)}, None, ""),
    ("news_source", {"sources": (source(answered_ms=NOW_MS - HOUR_MS),)}, None, ""),
    (
        "news_source",
        {"sources": (source(answered_ms=NOW_MS - 2 * HOUR_MS, fault="HTTP\nstatus 500"),)},
        "medium",
        "rss:coindesk has not answered for 2 h: HTTP status 500",
    ),
    ("news_source", {"sources": (source(answered_ms=None),)}, "medium", "never answered"),
    (
        "news_source",
        {"sources": (source(polled_ms=NOW_MS - 2 * DAY_MS, answered_ms=None),)},
        None,
        "",
    ),
    (
        "news_source",
        {"sources": (source(polled_ms=NOW_MS - HOUR_MS - 1, answered_ms=NOW_MS - HOUR_MS - 1),)},
        "medium",
        "no source of news was asked for 60 min",
    ),
    (
        "news_source",
        {"sources": (source("x:bitcoin", polled_ms=NOW_MS - 9 * HOUR_MS, answered_ms=NOW_MS),)},
        None,
        "",
    ),
    ("unread", {"faults": {"moods": "no\ntable"}}, "medium", "moods (no table)"),
    ("unread", {"faults": {"moods": "x", "loop": "y"}}, "high", "loop, moods (y)"),
]


@pytest.mark.parametrize(("name", "changes", "severity", "text"), CASES)
def test_a_rule_at_its_threshold(name, changes, severity, text) -> None:
    found = RULES[name].look(replace(WELL, **changes))
    if severity is None:
        assert not found
        return
    (one,) = found
    assert one.rule == name
    assert one.severity is Severity(severity)
    assert text in one.text
    assert one.text.isprintable()
    assert len(one.text) < 600


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_bot_that_is_well_has_nothing(rule) -> None:
    assert not rule.look(WELL)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_bot_of_which_nothing_is_known_has_nothing(rule) -> None:
    assert not rule.look(BotSnapshot("new (dry run)", NOW_MS, SwitchWord("armed")))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_needs_parts_that_are_read(rule) -> None:
    with Database(build_engine(parse_address("sqlite://"), 1.0)) as without_tables:
        unread = SnapshotReader(without_tables, SnapshotSources()).read("nobody", NOW_MS)
    assert bool(rule.needs & set(unread.faults)) is bool(rule.needs)
    # What cannot be read must not look like trouble of the bot's, nor the other way round.
    found = Watch([rule], SETTINGS)
    found.look(replace(unread, now_ms=NOW_MS - 21 * SECONDS))
    looked = found.look(unread)
    assert not looked.conditions or rule.name == "unread"


def test_every_file_of_the_folder_is_known() -> None:
    files = {path.stem for path in Path(rules_folder.__path__[0]).glob("*.py")}
    assert files - {"__init__", "rule", "worst"} == set(RULES)


def test_each_venue_has_an_alert_of_its_own() -> None:
    venues = (venue("okx", trusted=False), venue("kraken", state="open"))
    found = RULES["breaker_open"].look(replace(WELL, venues=venues))
    assert [(one.subject, one.severity) for one in found] == [
        ("okx", Severity.MEDIUM),
        ("kraken", Severity.HIGH),
    ]


def test_names_from_outside_are_one_short_line() -> None:
    name = "<b>" + "x\n" * 500
    found = RULES["breaker_open"].look(replace(WELL, venues=(venue(name, state="open"),)))
    assert len(found[0].subject) == 40
    assert found[0].subject.isprintable()
