"""What `aurum venues` shows of venues and pairs, as tables and as a document."""

from __future__ import annotations

import math

import orjson
import pytest
from rich.console import Console
from told_quotes import NOW, PAIR, quote
from venues_board import BoardFeed

from aurum_plugins.clock import MINUTE_MS, SECOND_MS
from aurum_plugins.commands.venues_document import venues_document
from aurum_plugins.commands.venues_report import VenuesReport, venues_report
from aurum_plugins.commands.venues_tables import venues_tables
from aurum_plugins.market_data.consensus import Dissent
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitChange, CircuitState
from aurum_plugins.monitoring.venue_state import VenueState
from aurum_plugins.monitoring.venues_of_bots import BotVenues


def shown(report: VenuesReport, *bots: BotVenues, quotes: bool = False) -> str:
    console = Console(width=320, force_terminal=False)
    with console.capture() as capture:
        console.print(venues_tables(report, bots, with_quotes=quotes))
    return capture.get()


def lines(text: str, start: str) -> list[list[str]]:
    """The words of the lines that begin with one."""
    return [line.split() for line in text.splitlines() if line.lstrip().startswith(start)]


def document(report: VenuesReport, *bots: BotVenues) -> dict:
    return orjson.loads(orjson.dumps(venues_document(report, bots, [".*/BTC"])))


@pytest.fixture
def feed() -> BoardFeed:
    return BoardFeed(PAIR)


def test_venues_agree(feed) -> None:
    feed.agree(binance=100.0, coinbase=100.01, kraken=100.02)
    report = venues_report(feed, [PAIR], NOW + 4 * SECOND_MS)
    assert report.is_well
    [row] = lines(shown(report), PAIR)
    # Of 20 s allowed 4 have passed; of 100 bps allowed 1 is used.
    expected = ["100.01", "0.79", "1.00", "0.99", "0.80", "1.0", "binance,", "coinbase,", "kraken"]
    assert row == [PAIR, *expected]
    [told] = document(report)["pairs"]
    assert told["price"] == 100.01
    assert told["quality"]["freshness"] == 0.8
    assert told["largest_deviation_bps"] == pytest.approx(1.0, abs=0.01)
    assert told["venues"] == told["listed"] == ["binance", "coinbase", "kraken"]
    assert told["dissent"] is None
    assert told["excluded"] == {}


def test_a_venue_is_one_line(feed) -> None:
    feed.agree(binance=100.0, kraken=100.0)
    feed.records["kraken"].clock_offset_ms = 1_250.4
    for _ in range(3):
        feed.fail("kraken")
    report = venues_report(feed, [PAIR, "ETH/USDT"], NOW + 90 * SECOND_MS)
    text = shown(report)
    words = ["binance", "answers", "yes", "20/20", "0%", "1", "0", "0", "-", "90", "s", "1/2"]
    assert lines(text, "binance ") == [words]
    words = ["kraken", "answers", "yes", "20/20", "75%", "4", "0", "0", "+1,250"]
    assert lines(text, "kraken ") == [[*words, "90", "s", "1/2"]]
    # One that never answered did not say what it lists.
    never = ["coinbase", "no", "answer", "yes", "-/-", "-", "0", "0", "0", "-"]
    assert lines(text, "coinbase ") == [[*never, "never", "-"]]
    told = {venue["venue"]: venue for venue in document(report)["venues"]}
    assert told["kraken"]["errors"] == {"failing": 3}
    assert told["kraken"]["listed"] == 1
    assert told["coinbase"]["latency_p50_ms"] is None
    assert told["coinbase"]["last_success_ms"] is None


@pytest.mark.parametrize(
    ("state", "words"),
    [(CircuitState.OPEN, "left alone"), (CircuitState.HALF_OPEN, "on trial")],
)
def test_a_circuit_in_words(feed, state, words) -> None:
    feed.agree(kraken=100.0)
    feed.records["kraken"].circuit_changed(
        CircuitChange("kraken", CircuitState.CLOSED, state, NOW, "")
    )
    report = venues_report(feed, [PAIR], NOW)
    assert f"kraken   {words}" in shown(report)
    assert document(report)["venues"][2]["state"] == str(state)


def test_a_liar_is_excluded_and_then_distrusted(feed) -> None:
    for _ in range(2):
        feed.agree(binance=100.0, coinbase=103.0, kraken=100.0)
    report = venues_report(feed, [PAIR], NOW)
    assert report.is_well
    text = shown(report, quotes=True)
    assert "binance, kraken; not coinbase: its price is far from the others'" in text
    feed.agree(coinbase=103.0)
    report = venues_report(feed, [PAIR], NOW)
    assert {state.venue for state in report.venues if not state.trusted} == {"coinbase"}
    assert document(report)["pairs"][0]["excluded"] == {"coinbase": "DISTRUSTED"}
    assert lines(shown(report), "coinbase ")[0][:3] == ["coinbase", "answers", "no"]


def test_why_there_is_no_consensus() -> None:
    feed = BoardFeed(PAIR, "XRP/USDT", "NO/USDT")
    feed.agree(binance=100.0, kraken=105.0)
    feed.answer("coinbase", listed=("XRP/USDT",))
    report = venues_report(feed, [PAIR, "XRP/USDT", "NO/USDT"], NOW)
    assert not report.is_well
    text = shown(report, quotes=True)
    assert "none" in lines(text, PAIR)[0]
    assert "the venues disagree (venues 2; lowest venue binance; lowest price 100;" in text
    assert "largest deviation 100 bps); listed by binance, kraken" in text
    assert "no venue quotes the pair; listed by coinbase" in text
    assert "no venue quotes the pair; listed by none that answered" in text
    told = document(report)["pairs"]
    assert [pair["dissent"] for pair in told] == ["DISAGREEMENT", "NO_QUOTES", "NO_QUOTES"]
    assert told[0]["price"] is None
    assert told[0]["figures"]["apart_bps"] == pytest.approx(500)
    assert {said["verdict"] for said in told[0]["quotes"]} == {str(Dissent.DISAGREEMENT)}


def test_each_venues_own_quotes(feed) -> None:
    feed.answer("binance", quote("binance", 100.0, bid=99.9, ask=100.1))
    feed.agree(kraken=100.0)
    feed.answer("coinbase", quote("coinbase", 99.9, currency="USD"))
    report = venues_report(feed, [PAIR], NOW + SECOND_MS)
    found = [words for words in lines(shown(report, quotes=True), PAIR) if "s" in words]
    binance, coinbase, kraken = found
    end = ["1", "s", "counts"]
    assert binance == [PAIR, "binance", "100", "USDT", "100", "0.0", "20.0", *end]
    assert coinbase == [PAIR, "coinbase", "99.9", "USD", "100", "0.0", "-", *end]
    assert kraken == [PAIR, "kraken", "100", "USDT", "100", "0.0", "-", *end]
    told = document(report)["pairs"][0]["quotes"][1]
    assert (told["currency"], told["price"], told["bid"]) == ("USD", 99.9, None)
    assert told["converted"] == pytest.approx(100.0)
    assert "What each says" not in shown(report)


def test_a_quote_that_cannot_be_converted(feed) -> None:
    feed.answer("binance", quote("binance", 100.0))
    feed.answer("coinbase", quote("coinbase", 99.9, currency="USD"))
    report = venues_report(feed, [PAIR], NOW)
    [told] = document(report)["pairs"]
    assert told["dissent"] == "NO_QUORUM"
    assert told["quotes"][1]["converted"] is None
    assert told["quotes"][1]["verdict"] == "its currency cannot be converted"
    text = shown(report, quotes=True)
    assert "not coinbase: its currency cannot be converted" in text
    assert "Dollar coins: no venue says what a dollar coin is worth" in text


def test_dollar_coins(feed) -> None:
    feed.answer("kraken", quote("kraken", 0.999, "USDT/USD"), quote("kraken", 0.9, "USDC/USD"))
    report = venues_report(feed, [PAIR], NOW + 3 * SECOND_MS)
    words = "USDT 0.9990 dollars (3 s ago); USDC unknown: 0.9 dollars, more than 200 bps from one"
    assert f"Dollar coins: {words}" in shown(report)
    dollars = document(report)["dollars"]
    assert dollars["rates"] == {"USDT": {"dollars": 0.999, "at_ms": NOW}}
    assert dollars["refused"] == {"USDC": "0.9 dollars, more than 200 bps from one"}


def test_it_fits_into_eighty_columns(feed) -> None:
    feed.agree(binance=60_123.45, coinbase=61_000.0, kraken=60_123.4)
    feed.records["coinbase"].clock_offset_ms = -1_250.0
    for venue, state in (("coinbase", CircuitState.OPEN), ("kraken", CircuitState.HALF_OPEN)):
        feed.records[venue].circuit_changed(
            CircuitChange(venue, CircuitState.CLOSED, state, NOW, "")
        )
    report = venues_report(feed, [PAIR], NOW + 119 * MINUTE_MS)
    console = Console(width=80, force_terminal=False)
    with console.capture() as capture:
        console.print(venues_tables(report, [], with_quotes=True))
    text = capture.get()
    assert "\u2026" not in text
    assert lines(text, "coinbase ")[0][-2:] == ["min", "1/1"]


def test_names_are_no_markup(feed) -> None:
    report = venues_report(feed, ["[red]A/USDT"], NOW)
    assert "[red]A/USDT" in shown(report)


def test_as_a_bot_saw_them(feed) -> None:
    record = {
        "requests": 12,
        "errors": {"unreachable": 2},
        "retries": 2,
        "trips": 1,
        "error_rate": 0.25,
        "latency_p50_ms": None,
        "latency_p95_ms": 80.0,
        "last_success_ms": NOW - 5 * SECOND_MS,
        "clock_offset_ms": None,
        "outages": [],
        "distrusted": False,
    }
    states = (
        VenueState.of_record("kraken", "open", record),
        VenueState.of_record("gemini", "new", {}),
    )
    bot = BotVenues("Mine [1] (dry run)", NOW, states)
    report = venues_report(feed, [PAIR], NOW + 7 * SECOND_MS)
    text = shown(report, bot)
    assert "As Mine [1] (dry run) saw them 7 s ago" in text
    words = ["kraken", "left", "alone", "yes", "-/80", "25%", "12", "2", "1", "-", "5", "s"]
    assert lines(text, "kraken ")[-1] == words
    # What was not written down is not known, and nobody trusts it.
    words = ["gemini", "new", "no", "-/-", "-", "0", "0", "0", "-", "never"]
    assert lines(text, "gemini ") == [words]
    assert math.isnan(states[1].error_rate)
    [told] = document(report, bot)["bots"]
    assert (told["bot"], told["at_ms"]) == (bot.bot, NOW)
    assert told["venues"][0]["errors"] == {"unreachable": 2}
    assert document(report)["skipped"] == [".*/BTC"]
