"""`aurum status`: what it shows of each bot, and when `--check` fails."""

from __future__ import annotations

import json

import postgres_server
import pytest
from switch_commands import add_decision, add_equity, add_order, invoke, printed

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, WallClock
from aurum_plugins.commands import status as status_module
from aurum_plugins.database.distinct_values import distinct_values
from aurum_plugins.database.errors import DatabaseUnavailable
from aurum_plugins.database.schema import decisions, switches
from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.monitoring.bot_overview import (
    BotOverview,
    EquityMark,
    bot_overview,
)
from aurum_plugins.monitoring.known_bots import known_bots, meant_bots
from aurum_plugins.monitoring.last_decision import LastDecision
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.switch import EVERY_BOT, SwitchState

database = postgres_server.database
database_address = postgres_server.database_address
postgres = postgres_server.postgres

NOW_MS = 1_795_003_200_000
BOT, OTHER = "Mine (dry run)", "Other (live)"


class StandingClock(WallClock):
    def now_ms(self) -> int:
        return NOW_MS


@pytest.fixture
def empty(database, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("AURUM_DATABASE_URL", url)
    monkeypatch.setattr(status_module, "WallClock", StandingClock)
    return database


@pytest.fixture
def bots(empty):
    """A bot with a day of decisions, the last of them half an hour ago, and an idle one."""
    last = NOW_MS - 3 * HOUR_MS // 2
    for hour in range(30):
        verdict = ("none", "refused", "none")[hour % 3]
        add_decision(empty, BOT, last - hour * HOUR_MS, verdict=verdict)
    add_decision(empty, BOT, last, pair="ETH/USDT", verdict="approved")
    add_decision(empty, BOT, last - 90 * DAY_MS, timeframe="5m", verdict="pending")
    for name, state in (("a", "unknown"), ("b", "taken"), ("c", "leaving"), ("d", "unknown")):
        add_order(empty, BOT, name, state)
    add_order(empty, OTHER, "e", "leaving")
    add_equity(empty, BOT, NOW_MS - HOUR_MS, 9_000.0, 1.0, 0.5)
    add_equity(empty, BOT, NOW_MS - 2 * MINUTE_MS, 10_321.5, 2_100.0, 0.034)
    add_equity(empty, OTHER, NOW_MS, 5.0, 0.0, 0.0)
    return empty


def rows(text: str) -> dict[str, str]:
    """What stands behind the first words of each line; of several alike the first."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.strip().partition("  ")
        found.setdefault(name, value.strip())
    return found


def throw(database, bot: str, state: SwitchState = SwitchState.HALTED) -> None:
    KillSwitch(database, bot, StandingClock()).throw(state, "prices look wrong", "anna")


def test_a_bot_in_figures(bots) -> None:
    last = NOW_MS - 3 * HOUR_MS // 2
    assert bot_overview(bots, BOT, NOW_MS) == BotOverview(
        last_decision=LastDecision("1h", last, last + HOUR_MS),
        # Hours 0 to 23 closed within the last day: of 24, every third from the second was refused.
        verdicts={"approved": 1, "none": 16, "refused": 8},
        unsettled_orders={"leaving": 1, "unknown": 2},
        equity=EquityMark(NOW_MS - 2 * MINUTE_MS, 10_321.5, 2_100.0, 0.034),
    )
    assert bot_overview(bots, "Nobody", NOW_MS) == BotOverview(None, {}, {}, None)


def test_a_bot_in_words(bots) -> None:
    text = printed("status", "--bot", "Mine")
    assert text.startswith(f"Database: {bots.url}\nSwitch of every bot: armed\n{BOT}")
    found = rows(text)
    assert found["own switch"] == "armed"
    assert found["last decision"] == "30 min ago, on 1h candles"
    assert found["last 24 h"] == "approved 1, none 16, refused 8"
    assert found["unsettled orders"] == "leaving 1, unknown 2"
    assert found["equity"] == (
        "10,321.50 2 min ago, 3.4% below its peak, 2,100.00 of it in positions"
    )
    assert OTHER not in text


def test_a_bot_that_did_nothing_yet(bots) -> None:
    add_equity(bots, "New (live)", NOW_MS, 1.0, 0.0, 0.0)
    throw(bots, "Newest (live)")
    assert rows(printed("status", "--bot", "New"))["last decision"] == "none yet"
    found = rows(printed("status", "--bot", "Newest"))
    assert found["own switch"] == "halted for 0 s, by anna: prices look wrong"
    assert found["last 24 h"] == "no decision"
    assert found["unsettled orders"] == "none"
    assert found["equity"] == "not known yet"


def test_every_bot_is_shown_and_the_switch_of_all(bots) -> None:
    throw(bots, EVERY_BOT, SwitchState.FLAT)
    text = printed("status")
    assert "Switch of every bot: flat for 0 s, by anna: prices look wrong" in text
    assert BOT in text
    assert OTHER in text


def test_a_bot_that_fell_silent_is_asked_about(empty) -> None:
    add_decision(empty, BOT, NOW_MS - 4 * HOUR_MS)
    found = rows(printed("status"))
    assert found["last decision"] == "3 h ago, on 1h candles; is the bot running?"


def test_json_has_the_same_in_numbers(bots) -> None:
    throw(bots, BOT)
    document = json.loads(printed("status", "--json"))
    assert document["database"] == bots.url
    assert (document["now_ms"], document["is_well"]) == (NOW_MS, False)
    assert document["every_bot"]["state"] == "armed"
    first, second = document["bots"]
    assert (first["bot"], second["bot"]) == (BOT, OTHER)
    assert first["switch"] == {
        "state": "halted",
        "bot": BOT,
        "reason": "prices look wrong",
        "by": "anna",
        "at_ms": NOW_MS,
        "number": 1,
    }
    assert first["last_decision"]["timeframe"] == "1h"
    assert first["verdicts"] == {"approved": 1, "none": 16, "refused": 8}
    assert first["unsettled_orders"] == {"leaving": 1, "unknown": 2}
    assert first["equity"]["drawdown"] == 0.034
    assert (first["is_late"], second["is_late"]) == (False, True)
    assert second["last_decision"] is None


def test_an_entry_that_is_not_understood_is_shown_and_not_well(bots) -> None:
    with bots.writing() as connection:
        row = {"bot": BOT, "state": "?", "reason": "", "by": "", "at_ms": 0}
        connection.execute(switches.insert().values(row))
    assert "unreadable: entry 1 of the kill switch" in " ".join(printed("status").split())
    document = json.loads(printed("status", "--bot", BOT, "--json"))
    assert document["bots"][0]["switch"]["state"] is None
    assert "must be one of armed" in document["bots"][0]["switch"]["error"]
    assert invoke("status", "--bot", BOT, "--check").exit_code == 1


def test_check_is_content_with_a_bot_that_decides(bots) -> None:
    assert invoke("status", "--bot", BOT, "--check").exit_code == 0
    # The other one never decided anything.
    assert invoke("status", "--check").exit_code == 1
    assert invoke("status").exit_code == 0


def test_check_passes_over_a_bot_that_never_ran(bots) -> None:
    # A name without a mode means both, and only one of them runs.
    printed("kill", "--bot", "Mine")
    assert invoke("status", "--bot", "Mine", "--check").exit_code == 1
    printed("rearm", "--bot", "Mine", "--yes")
    assert "Mine (live)" in printed("status", "--bot", "Mine", "--check")
    assert invoke("status", "--bot", "Mine (live)", "--check").exit_code == 1


@pytest.mark.parametrize("scope", [BOT, EVERY_BOT])
def test_check_fails_if_a_switch_is_thrown(bots, scope) -> None:
    throw(bots, scope)
    result = invoke("status", "--bot", BOT, "--check", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["is_well"] is False


@pytest.mark.parametrize(
    ("timeframe", "candle_ms", "is_late"),
    [
        ("1h", NOW_MS - 3 * HOUR_MS, False),
        ("1h", NOW_MS - 3 * HOUR_MS - 1, True),
        ("5m", NOW_MS - 15 * MINUTE_MS, False),
        ("5m", NOW_MS - 15 * MINUTE_MS - 1, True),
        ("1d", NOW_MS - 2 * DAY_MS, False),
        ("1M", NOW_MS, True),
        ("", NOW_MS, True),
        ("soon", NOW_MS, True),
    ],
)
def test_two_candles_without_a_decision_are_too_many(timeframe, candle_ms, is_late) -> None:
    assert LastDecision(timeframe, candle_ms, NOW_MS).is_late(NOW_MS) is is_late


def test_the_timeframe_in_use_is_judged_and_not_one_of_before(empty) -> None:
    add_decision(empty, BOT, NOW_MS - DAY_MS, timeframe="1d", decided_ms=NOW_MS - DAY_MS)
    add_decision(
        empty, BOT, NOW_MS - 20 * MINUTE_MS, timeframe="5m", decided_ms=NOW_MS - 15 * MINUTE_MS
    )
    overview = bot_overview(empty, BOT, NOW_MS)
    assert overview.last_decision.timeframe == "5m"
    assert overview.last_decision.is_late(NOW_MS)


def test_candles_of_no_fixed_length_are_not_counted(empty) -> None:
    add_decision(empty, BOT, NOW_MS, timeframe="1M")
    overview = bot_overview(empty, BOT, NOW_MS)
    assert (overview.last_decision.timeframe, overview.verdicts) == ("1M", {})


def test_nobody_is_there_yet(empty) -> None:
    assert "No bot has written anything to it yet." in printed("status")
    assert json.loads(printed("status", "--json"))["bots"] == []
    assert invoke("status", "--check").exit_code == 1


def test_a_name_that_is_not_known_is_refused(bots) -> None:
    error = invoke("status", "--bot", "Mein (dry run)").exception
    assert isinstance(error, ConfigurationError)
    assert "known are Mine (dry run)" in str(error)


def test_without_a_database_it_says_so(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    error = invoke("status").exception
    assert isinstance(error, DatabaseUnavailable)
    assert "no bot made one yet" in str(error)


def test_bots_are_known_by_decision_equity_or_switch(bots) -> None:
    throw(bots, "Third (live)")
    throw(bots, EVERY_BOT)
    assert known_bots(bots) == (BOT, OTHER, "Third (live)")


def test_distinct_values_are_those_that_the_database_finds(bots) -> None:
    with bots.reading() as connection:
        assert distinct_values(connection, decisions.c.bot) == (BOT,)
        found = distinct_values(connection, decisions.c.verdict, decisions.c.bot == BOT)
        assert found == ("approved", "none", "pending", "refused")
        assert distinct_values(connection, decisions.c.verdict, decisions.c.bot == "x") == ()


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_name_means_what_a_bot_calls_itself(dry_run) -> None:
    name = bot_identity({"bot_name": "Mine", "dry_run": dry_run})
    assert meant_bots(name) == meant_bots(f" {name} ") == (name,)
    assert name in meant_bots("Mine")
    assert len(meant_bots("Mine")) == 2


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7_199, "119 min"),
        (7_200, "2 h"),
        (47 * 3_600, "47 h"),
        (48 * 3_600, "2 d"),
        (-30, "-30 s"),
    ],
)
def test_elapsed_time(seconds, words) -> None:
    assert elapsed(NOW_MS, NOW_MS + seconds * 1_000) == words
