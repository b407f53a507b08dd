"""What is told of news: once each, and in a form that Telegram takes."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from entry_situations import news_shock

from aurum_plugins.trading.news_alerts import NewsAlerts, escaped

SINCE = 1_795_341_600_000
SHOCK = news_shock(since_ms=SINCE)
ABOUT = "binance, withdrawals halted, since 2026-11-22 10:00 UTC"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def alerts(told) -> NewsAlerts:
    return NewsAlerts(told.append)


def test_a_shock_is_told_of_once(alerts, told, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            alerts.began(SHOCK, ["BTC/USDT", "ETH/USDT"], entries=True)
    then = "(rss:a, 3 items). Nothing is entered: BTC/USDT, ETH/USDT."
    assert told == [f"News shock, {ABOUT}: `Binance halts withdrawals` {then}"]
    assert caplog.messages == [f'News shock, {ABOUT}: "Binance halts withdrawals" {then}']


def test_the_next_shock_about_the_same_is_another(alerts, told) -> None:
    alerts.began(SHOCK, ["BTC/USDT"], entries=True)
    alerts.began(replace(SHOCK, since_ms=SINCE + 1, items=1), ["BTC/USDT"], entries=False)
    assert told[1].endswith("(rss:a, 1 item). Pairs: BTC/USDT.")


def test_many_pairs_are_counted(alerts, told) -> None:
    alerts.began(SHOCK, [f"C{number}/USDT" for number in range(12)], entries=True)
    assert told[0].endswith("C9/USDT and 2 more.")


def test_its_end_is_told_of_and_what_was_done_may_be_done_again(alerts, told) -> None:
    alerts.ended(lambda _: False)
    alerts.began(SHOCK, ["BTC/USDT"], entries=True)
    alerts.sold(SHOCK, "BTC/USDT")
    alerts.ended(lambda key: key == ("@binance", SINCE))
    assert len(told) == 2
    alerts.ended(lambda _: False)
    alerts.ended(lambda _: False)
    assert told[2:] == [f"The news shock is over, {ABOUT}."]
    assert not alerts._done


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (NewsAlerts.sold, "BTC/USDT is sold"),
        (NewsAlerts.cancelled, "BTC/USDT had an entry order, which is cancelled"),
        (
            NewsAlerts.not_tightened,
            "BTC/USDT keeps its stop: the average true range is not known",
        ),
    ],
)
def test_what_is_done_is_told_once_for_a_shock_and_a_pair(alerts, told, act, words) -> None:
    for _ in range(2):
        act(alerts, SHOCK, "BTC/USDT")
    act(alerts, SHOCK, "ETH/USDT")
    act(alerts, replace(SHOCK, since_ms=SINCE + 1), "BTC/USDT")
    assert len(told) == 3
    assert told[0] == f"News shock, {ABOUT}: {words}."


def test_a_stop_is_told_with_its_price(alerts, told) -> None:
    alerts.tightened(SHOCK, "BTC/USDT", 61_204.13)
    assert told == [f"News shock, {ABOUT}: BTC/USDT has its stop at 61,204.1 now."]


def test_a_database_that_cannot_be_read_is_told_of_once(alerts, told) -> None:
    for fault in ("", "database x_y: locked", "database x_y: gone", "", ""):
        alerts.readable(fault)
    assert told == [r"The news cannot be read: database x\_y: locked", "The news are read again."]


def test_events_of_sources_are_passed_on(alerts, told, caplog) -> None:
    alerts.source_events(["reddit:some_sub refused our credentials\x07", "rss:a answers again"])
    assert told == [r"reddit:some\_sub refused our credentials", "rss:a answers again"]
    assert caplog.messages == []


def test_nobody_s_text_is_markup_or_a_link(alerts, told) -> None:
    hostile = replace(SHOCK, headline="`_*[x](http://evil)\n/forceexit all", source="x:_a*")
    alerts.began(hostile, ["BTC/USDT"], entries=True)
    assert "`'_*[x](http://evil) /forceexit all`" in told[0]
    assert r"(x:\_a\*, 3 items)" in told[0]
    assert told[0].count("`") == 2


def test_a_percent_sign_or_a_brace_is_only_that(alerts, told, caplog) -> None:
    alerts.began(replace(SHOCK, headline="100 %s {x} %d"), ["BTC/USDT"], entries=True)
    assert "100 %s {x} %d" in told[0]
    assert "100 %s {x} %d" in caplog.text


def test_whoever_cannot_be_told_stops_nothing(caplog) -> None:
    def broken(_: str) -> None:
        raise RuntimeError("no chat")

    alerts = NewsAlerts(broken)
    with caplog.at_level(logging.ERROR):
        alerts.sold(SHOCK, "BTC/USDT")
        alerts.sold(SHOCK, "ETH/USDT")
    assert caplog.messages == ["An alert could not be sent."]


def test_it_may_have_nobody_to_tell() -> None:
    NewsAlerts().sold(SHOCK, "BTC/USDT")


@pytest.mark.parametrize("mark", list("_*`["))
def test_escaping(mark) -> None:
    assert escaped(f"a{mark}b") == f"a\\{mark}b"
