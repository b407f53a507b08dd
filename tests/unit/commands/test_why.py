"""`aurum why`: what it tells, in which words, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from decisions import HOUR_MS, PAIR, START_MS, decision, wanted
from typer.testing import CliRunner

from aurum_plugins.clock import VirtualClock
from aurum_plugins.commands import why as command
from aurum_plugins.database import Database, DatabaseUnavailable, open_database
from aurum_plugins.errors import AurumError, ConfigurationError
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.journal import Journal
from aurum_plugins.reasons import Reason

BOT = "freqtrade (dry run)"
SPREAD = {"spread_bps": 40.0, "limit_bps": 20.0}
NOW_MS = START_MS + 3 * HOUR_MS + 60_000
app = typer.Typer()
app.command()(command.why)


@pytest.fixture
def clock(tmp_path, monkeypatch) -> VirtualClock:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    clock = VirtualClock(NOW_MS)
    monkeypatch.setattr(command, "WallClock", lambda: clock)
    return clock


@pytest.fixture
def database(clock):
    Path("user_data").mkdir()
    with open_database("sqlite:///user_data/aurum.sqlite") as opened:
        yield opened


def write(database: Database, *decisions: Decision, bot: str = BOT, timeframe: str = "1h"):
    journal = Journal(database, bot, timeframe, "AurumStrategy", VirtualClock(NOW_MS))
    journal.record(decisions)
    return journal


@pytest.fixture
def journal(database) -> Journal:
    """Three candles of one pair, the last one refused; one of another."""
    journal = write(database, decision(), wanted(1), wanted(2), decision(2, "ETH/USDT"))
    journal.settle(PAIR, START_MS + HOUR_MS, Verdict.APPROVED, Reason.APPROVED, {"stake": 90.0})
    journal.settle(PAIR, START_MS + 2 * HOUR_MS, Verdict.REFUSED, Reason.WIDE_SPREAD, SPREAD)
    return journal


def invoke(*arguments: str):
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "300"})


def printed(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    assert result.stderr == ""
    return result.stdout


def noted(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stderr.strip()


def refusal(*arguments: str) -> AurumError:
    result = invoke(*arguments)
    assert isinstance(result.exception, AurumError), result
    return result.exception


def test_the_last_decision_on_a_pair_is_explained(journal) -> None:
    text = printed("btc_usdt")
    assert (
        "BTC/USDT, 1h candle of 2026-11-22 12:00 UTC: entry refused. The close is above the entry "
        "channel (close 62,100; channel high 62,000), but the spread is too wide (spread 40 bps; "
        "limit 20 bps)."
    ) in text
    facts = [line.strip(" │").split(maxsplit=1) for line in text.splitlines()]
    assert ["code", "WIDE_SPREAD"] in facts
    assert ["stage", "check"] in facts
    assert ["settled", "2026-11-22 13:01 UTC"] in facts
    assert ["bot", BOT] in facts


def test_the_decision_in_force_at_a_time(journal) -> None:
    assert "no entry. The close is not above" in printed(PAIR, "--at", "2026-11-22T11:59")
    assert "The order was sent (stake 90)" in printed(PAIR, "--at", "2026-11-22T13:00+01:00")


def test_before_the_first_decision_there_was_none(journal) -> None:
    result = invoke(PAIR, "--at", "2026-11-22")
    assert result.stdout == ""
    expected = "No decision on BTC/USDT had been made by 2026-11-22 00:00 UTC"
    assert result.stderr.strip() == expected
    assert json.loads(invoke(PAIR, "--at", "2026-11-22", "--json").stdout) is None


def test_a_decision_long_before_the_time_asked_for_is_marked(journal) -> None:
    assert noted(PAIR, "--at", "2026-11-22T15:00") == ""
    assert noted(PAIR, "--at", "2026-11-22T16:00") == (
        "No decision on BTC/USDT between 2026-11-22 13:00 UTC and 2026-11-22 16:00 UTC"
    )


def test_the_last_decisions_are_a_table(journal) -> None:
    lines = printed(PAIR, "--last", "2").splitlines()
    title = f"BTC/USDT: the last 2 decisions of {BOT}, 1h candles"
    assert lines[0].strip() == title
    told = [line.split("UTC")[1].strip() for line in lines if "UTC" in line]
    assert told[0].startswith("entry          The close is above")
    assert told[1].startswith("entry refused  The close is above")


def test_without_a_pair_each_has_its_last_decision(journal) -> None:
    lines = [line for line in printed().splitlines() if "UTC" in line]
    assert [line.split()[0] for line in lines] == [PAIR, "ETH/USDT"]
    assert "no entry" in lines[1]


def test_documents(journal) -> None:
    found = json.loads(printed(PAIR, "--json"))
    assert found["candle"] == "2026-11-22T12:00:00+00:00"
    assert (found["bot"], found["action"], found["verdict"]) == (BOT, "enter", "refused")
    assert found["reason"] == {
        "code": "WIDE_SPREAD",
        "stage": "check",
        "sentence": "the spread is too wide",
    }
    assert (found["outcome"], found["attempts"]) == (SPREAD, 1)
    assert found["explanation"].startswith("BTC/USDT, 1h candle")
    assert [one["candle"][11:13] for one in json.loads(printed(PAIR, "--last", "9", "--json"))] == [
        "10",
        "11",
        "12",
    ]
    last = json.loads(printed("--json"))
    assert [one["pair"] for one in last] == [PAIR, "ETH/USDT"]
    assert last[1]["settled"] is None


def test_the_summary(journal) -> None:
    text = printed("--summary")
    assert text.splitlines()[0].strip() == (
        f"{BOT}, 1h candles of all pairs: closed 2026-11-21 13:01 UTC to 2026-11-22 13:01 UTC"
    )
    assert "4 candles; entries wanted on 2 (50.0 %); approved 1 (50.0 %)" in text
    text = printed("--summary", "ETH/USDT", "--until", "2026-11-23", "--since", "2026-11-22")
    assert "1h candles of ETH/USDT: closed 2026-11-22 00:00 UTC to 2026-11-23 00:00 UTC" in text
    assert "1 candles; entries wanted on 0 (0.0 %); approved 0" in text


def test_the_summary_as_a_document(journal) -> None:
    found = json.loads(printed("--summary", "--json", "--since", "2026-11-22T11:30"))
    assert (found["candles"], found["wanted"], found["approved"]) == (3, 2, 1)
    assert found["since"] == "2026-11-22T11:30:00+00:00"
    assert [(one["code"], one["candles"]) for one in found["reasons"]] == [
        ("NO_BREAKOUT", 1),
        ("WIDE_SPREAD", 1),
        ("APPROVED", 1),
    ]
    assert found["reasons"][0]["share"] == pytest.approx(1 / 3)


def test_a_bot_that_fell_silent_is_noticed(journal, clock) -> None:
    clock.advance(2 * HOUR_MS - 60_000)
    assert noted(PAIR) == ""
    clock.advance(1)
    expected = "No decision since 2026-11-22 13:00 UTC: is the bot running? `aurum status`"
    assert noted(PAIR) == noted() == noted("--summary") == noted(PAIR, "--last", "1") == expected
    assert noted("--summary", "--until", "2026-11-22T12:30") == ""
    assert invoke(PAIR, "--json").stdout.startswith("{")


def test_a_pair_that_fell_silent_is_noticed(journal, clock) -> None:
    journal.record([decision(9)])
    clock.advance(7 * HOUR_MS)
    assert noted(PAIR) == ""
    assert noted("ETH/USDT") == (
        "No decision on ETH/USDT since 2026-11-22 13:00 UTC: is it still in the pair list?"
    )


def test_an_unknown_pair_names_near_ones(journal) -> None:
    error = refusal("BTC/USDC")
    assert isinstance(error, ConfigurationError)
    assert "PAIR: must be a pair that 'freqtrade (dry run)' decided on; there is BTC/USDT" in str(
        error
    )
    assert "there is BTC/USDT, ETH/USDT" in str(refusal("--summary", "nonsense"))


def test_without_a_database_it_says_so(clock) -> None:
    error = refusal(PAIR)
    assert isinstance(error, DatabaseUnavailable)
    assert "no bot made one yet" in str(error)
    assert not Path("user_data").exists()


def test_without_a_decision_it_says_so(database) -> None:
    assert str(refusal("--summary")) == (
        "no decision was made yet in sqlite:///user_data/aurum.sqlite: is the bot running? See "
        "`aurum status`"
    )


def test_the_configuration_names_the_bot_and_the_database(clock, tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/other.sqlite"
    with open_database(url) as opened:
        write(opened, decision(), bot="Mine (live)")
        write(opened, decision(2), bot="Mine (dry run)")
    given = {"bot_name": "Mine", "dry_run": False, "aurum": {"database": {"url": url}}}
    Path("config.json").write_text(json.dumps(given))
    read = json.loads(invoke(PAIR, "-c", "config.json", "--json").stdout)
    assert read["bot"] == "Mine (live)"
    other = json.loads(printed(PAIR, "-c", "config.json", "--bot", "Mine (dry run)", "--json"))
    assert other["bot"] == "Mine (dry run)"
    error = refusal(PAIR, "-c", "config.json", "--bot", "Mine")
    assert "--bot: must name one of Mine (dry run), Mine (live) (got 'Mine')" in str(error)


def test_the_only_bot_needs_no_name(database) -> None:
    write(database, decision(2), bot="Another (live)")
    assert json.loads(printed(PAIR, "--json"))["bot"] == "Another (live)"
    assert json.loads(printed(PAIR, "--json", "-b", "Another"))["bot"] == "Another (live)"
    assert "must be a bot that the database knows" in str(refusal(PAIR, "--bot", "Nobody"))


def test_of_two_timeframes_the_newest_counts(database) -> None:
    write(database, decision(1, timeframe="5m"), timeframe="5m")
    write(database, decision(2))
    assert json.loads(printed(PAIR, "--json"))["timeframe"] == "1h"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--summary", "--last", "3"), "--summary: cannot be asked for with --at or --last"),
        (("--since", "2026-11-22"), "--summary: must be asked for with --since or --until"),
        ((PAIR, "--at", "2026-11-22", "--last", "1"), "--at: cannot be asked for with --last"),
        ((PAIR, "ETH/USDT"), "PAIR: must be one, unless with --summary (got 'BTC/USDT ETH/USDT')"),
        (("--last", "3"), "PAIR: must be named with --at and --last"),
        ((PAIR, "--at", "noon"), "--at: must be a date or time such as 2023-06-01"),
        (("--summary", "--since", "2027-01-01"), "--since: must be before 2026-11-22 13:01 UTC"),
    ],
    ids=str,
)
def test_contradictions_are_refused(journal, arguments, message) -> None:
    error = refusal(*arguments)
    assert isinstance(error, ConfigurationError)
    assert message in str(error)


def test_a_number_of_candles_is_at_least_one(journal) -> None:
    assert invoke(PAIR, "--last", "0").exit_code == 2
