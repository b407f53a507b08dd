"""Making feeds, and the one that a process has in common."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from feed_venues import ToldVenue, told_feed
from told_quotes import VENUES

from aurum_plugins.clock import VirtualClock, WallClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data import venue_feeds
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState
from aurum_plugins.market_data.resilience.venue_errors import VenueError
from aurum_plugins.market_data.simulated_venues import SANDBOX_URL
from aurum_plugins.market_data.venue_feed import VenueFeed
from aurum_plugins.market_data.venue_feeds import new_feed, shared_feed
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings
from aurum_plugins.process_wide import ProcessWide

SUPPORT = Path(__file__).parents[2] / "support"


def settings(*names: str, **values) -> VenueSettings:
    sources = {name: SourceSettings() for name in names or VENUES}
    return VenueSettings(sources=sources, **values)


@pytest.fixture(autouse=True)
def no_sandbox(monkeypatch) -> None:
    monkeypatch.delenv(SANDBOX_URL, raising=False)


class TestNewFeed:
    def test_it_has_not_begun_to_ask(self) -> None:
        feed = new_feed(settings())
        assert not feed.running
        assert [health.venue for health in feed.health()] == list(VENUES)
        assert {health.state for health in feed.health()} == {CircuitState.CLOSED}
        assert {feed.circuit(venue) for venue in VENUES} == {CircuitState.CLOSED}
        assert feed.circuit("okx") is None
        assert set(feed.rounds.values()) == {0}

    def test_at_a_sandbox_only_what_it_simulates_is_asked(self, monkeypatch) -> None:
        monkeypatch.setenv(SANDBOX_URL, "http://127.0.0.1:1")
        feed = new_feed(settings("kraken", "binance", "okx"))
        assert [health.venue for health in feed.health()] == ["kraken", "binance"]

    def test_a_venue_that_nobody_knows(self) -> None:
        with pytest.raises(ConfigurationError, match=r"aurum\.venues\.sources\.nowhere"):
            new_feed(settings("kraken", "nowhere"))

    async def test_what_happens_to_a_venue_is_noted_and_told(self, monkeypatch) -> None:
        clock = VirtualClock(1_700_000_000_000)
        feed = new_feed(settings(failures_to_open=2, longest_retry_seconds=1), clock)
        kraken = next(one for one in feed._connections if one.name == "kraken")

        async def reset(*_: object) -> None:
            raise ConnectionResetError

        monkeypatch.setattr(kraken._api, "load_markets", reset)
        for _ in range(2):
            with pytest.raises(VenueError):
                await kraken.load()
        health = next(one for one in feed.health() if one.venue == "kraken")
        assert health.state is CircuitState.OPEN
        assert health.trips == 1
        assert health.errors["unreachable"] == 2
        (told,) = feed.events.take()
        assert told.startswith("kraken does not answer (2 failures in a row")


class TestSharedFeed:
    @pytest.fixture(autouse=True)
    def made(self, monkeypatch) -> Iterator[list[VenueFeed]]:
        made: list[VenueFeed] = []

        def build(wanted: VenueSettings) -> VenueFeed:
            if "nowhere" in wanted.sources:
                raise ConfigurationError("aurum.venues.sources.nowhere", "must exist", "nowhere")
            venues = [ToldVenue(name, WallClock()) for name in wanted.sources]
            made.append(told_feed(venues, WallClock(), refresh_seconds=0.01))
            return made[-1]

        monkeypatch.setattr(venue_feeds, "new_feed", build)
        monkeypatch.setattr(venue_feeds, "_shared", ProcessWide())
        yield made
        venue_feeds._shared.end()
        assert not any(feed.running for feed in made)

    def test_there_is_one_for_the_same_settings_and_it_is_at_work(self, made) -> None:
        found: list[VenueFeed] = []
        asking = [
            threading.Thread(target=lambda: found.append(shared_feed(settings()))) for _ in range(8)
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        assert found == made * 8
        assert made[0].wait_for_first_round(5)

    def test_other_settings_end_the_one_before(self, made) -> None:
        before = shared_feed(settings())
        after = shared_feed(settings(quorum=3))
        assert after is not before
        assert after.running
        assert not before.running
        assert before.stop()
        assert shared_feed(settings(quorum=3)) is after
        assert len(made) == 2

    def test_another_sandbox_is_another_setting(self, made, monkeypatch) -> None:
        before = shared_feed(settings())
        monkeypatch.setenv(SANDBOX_URL, "http://127.0.0.1:1")
        assert shared_feed(settings()) is not before

    def test_settings_that_break_a_rule_leave_the_one_before_at_work(self, made) -> None:
        before = shared_feed(settings())
        with pytest.raises(ConfigurationError):
            shared_feed(settings("kraken", "nowhere"))
        assert before.running
        assert shared_feed(settings()) is before

    def test_one_that_was_stopped_is_begun_again(self, made) -> None:
        feed = shared_feed(settings())
        assert feed.stop()
        assert shared_feed(settings()) is feed
        assert feed.running


SCRIPT = """
import os, sys, threading, time
sys.path.insert(0, {support!r})
from feed_venues import ToldVenue, told_feed
from aurum_plugins.clock import WallClock
from aurum_plugins.market_data import venue_feeds
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings

def build(settings):
    return told_feed([ToldVenue(name, WallClock()) for name in settings.sources], WallClock(), 0.01)

venue_feeds.new_feed = build
settings = VenueSettings(sources={{"kraken": SourceSettings(), "binance": SourceSettings()}})
feed = venue_feeds.shared_feed(settings)
assert feed.wait_for_first_round(5)
{then}
"""
FORK = """
venue_feeds._shared._turn.acquire()
child = os.fork()
if child == 0:
    assert not feed.running
    own = venue_feeds.shared_feed(settings)
    assert own is not feed and own.wait_for_first_round(5)
    print("child asked", flush=True)
    sys.exit(0)
venue_feeds._shared._turn.release()
_, status = os.waitpid(child, 0)
rounds = feed.rounds["kraken"]
while feed.rounds["kraken"] < rounds + 3:
    time.sleep(0.001)
print("parent asks on", status)
"""


@pytest.mark.parametrize(
    ("then", "said"),
    [("", ""), ("sys.exit(0)", ""), (FORK, "child asked\nparent asks on 0\n")],
    ids=["end", "exit", "fork"],
)
def test_a_process_ends_at_once_and_a_forked_one_has_a_feed_of_its_own(then, said) -> None:
    script = SCRIPT.format(support=str(SUPPORT), then=then)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
