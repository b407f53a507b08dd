"""How long `aurum venues` waits, and that it always ends what it began."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from aurum_plugins.commands import venues_asking as module
from aurum_plugins.commands.venues_asking import ROUNDS, asking, wait_until_known
from aurum_plugins.commands.venues_request import VenuesRequest
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings

SETTINGS = VenueSettings(sources={"binance": SourceSettings(), "kraken": SourceSettings()})
REQUEST = VenuesRequest(SETTINGS, ("BTC/USDT",), ())


class Feed:
    """Each pause is a round of every venue."""

    def __init__(self, *, first: bool = True, answering: tuple[str, ...] = ("binance",)) -> None:
        self.first = first
        self.answering = answering
        self.rounds = {"binance": 1, "kraken": 1}
        self.passed = 0.0
        self.done: list[Any] = []

    def wait_for_first_round(self, seconds: float) -> bool:
        self.passed += 1.0 if self.first else seconds
        return self.first

    def health(self) -> list[Any]:
        return [
            SimpleNamespace(venue=name, last_success_ms=1 if name in self.answering else None)
            for name in self.rounds
        ]

    def pause(self, seconds: float) -> None:
        self.passed += seconds
        self.rounds["binance"] += 1

    def watch(self, pairs: tuple[str, ...]) -> None:
        self.done.append(pairs)

    def start(self) -> None:
        self.done.append("start")

    def stop(self) -> None:
        self.done.append("stop")


def waited(feed: Feed, seconds: float = 30.0) -> bool:
    return wait_until_known(feed, seconds, now=lambda: feed.passed, pause=feed.pause)


def test_three_rounds_of_whoever_answers() -> None:
    feed = Feed()
    assert waited(feed)
    assert feed.rounds == {"binance": ROUNDS, "kraken": 1}


def test_no_longer_than_it_may() -> None:
    feed = Feed(answering=("binance", "kraken"))
    assert not waited(feed, 2.0)
    assert feed.passed == pytest.approx(2.0, abs=0.1)


def test_a_first_round_that_does_not_end() -> None:
    feed = Feed(first=False)
    assert not waited(feed, 2.0)
    assert feed.passed == 2.0


@pytest.mark.parametrize(("hurried", "seconds"), [(True, 1.0), (False, 5.0)])
def test_a_feed_is_started_and_stopped(monkeypatch, hurried, seconds) -> None:
    feed, made = Feed(), []
    monkeypatch.setattr(module, "new_feed", lambda settings: made.append(settings) or feed)
    with asking(REQUEST, hurried=hurried) as found:
        assert found is feed
        assert feed.done == [("BTC/USDT",), "start"]
    assert feed.done[-1] == "stop"
    assert made[0].refresh_seconds == seconds
    assert made[0].sources == SETTINGS.sources


def test_it_is_stopped_whatever_happens(monkeypatch) -> None:
    feed = Feed()
    monkeypatch.setattr(module, "new_feed", lambda _: feed)
    with pytest.raises(KeyboardInterrupt), asking(REQUEST, hurried=True):
        raise KeyboardInterrupt
    assert feed.done[-1] == "stop"
