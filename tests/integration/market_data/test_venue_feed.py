"""The feed as a bot runs it: its thread, ccxt's own classes, and the simulated exchange."""

from __future__ import annotations

import gc
import os
import threading
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sandbox_venues import CURRENCIES, VENUES

from aurum_plugins.clock import MINUTE_MS, SECOND_MS, WallClock
from aurum_plugins.market_data.asked_candles import CandleKey
from aurum_plugins.market_data.consensus import Consensus, Exclusion
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState
from aurum_plugins.market_data.venue_feed import VenueFeed
from aurum_plugins.market_data.venue_feeds import new_feed
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings
from aurum_plugins.sandbox import SandboxServer
from aurum_plugins.sandbox.faults import FaultPlan

PAIRS = ("BTC/USDT", "ETH/USDT", "XRP/USDT")
BITCOIN = "BTC/USDT"


def until(condition: Callable[[], bool], seconds: float = 20.0) -> float:
    """Wait for something, and tell how many seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"took more than {seconds:g} s"
        threading.Event().wait(0.005)
    return time.monotonic() - began


class Running:
    """A feed of three venues that is at work."""

    def __init__(
        self, server: SandboxServer, refresh_seconds: float = 0.2, timeout_seconds: float = 1.0
    ) -> None:
        self._injector = server.exchange.injector
        sources = {
            name: SourceSettings(
                currencies=CURRENCIES[name],
                requests_per_minute=6_000,
                ccxt_config={"enableRateLimit": False},
            )
            for name in VENUES
        }
        settings = VenueSettings(
            sources=sources,
            timeout_seconds=timeout_seconds,
            longest_retry_seconds=1.0,
            failures_to_open=3,
            open_seconds=1.0,
            longest_quote_age_seconds=2.0,
            refresh_seconds=1.0,
            distrust_rounds=3,
        )
        self.feed: VenueFeed = new_feed(
            settings.model_copy(update={"refresh_seconds": refresh_seconds})
        )
        self.feed.watch(PAIRS)
        self.feed.start()
        assert self.feed.wait_for_first_round(20)

    def arm(self, *rules: dict[str, Any]) -> None:
        self._injector.arm(FaultPlan.model_validate({"rules": rules}))

    def disarm(self) -> None:
        self._injector.disarm()

    def word(self, pair: str = BITCOIN) -> Any:
        return self.feed.board.consensus(pair, WallClock().now_ms())

    def counts(self, *venues: str, pair: str = BITCOIN) -> bool:
        word = self.word(pair)
        return isinstance(word, Consensus) and set(venues) <= set(word.venues)

    def state(self, venue: str) -> CircuitState:
        return next(health.state for health in self.feed.health() if health.venue == venue)


@pytest.fixture
def running(sandbox: SandboxServer, monkeypatch) -> Iterator[Callable[..., Running]]:
    monkeypatch.setenv("AURUM_SANDBOX_URL", sandbox.url)
    made: list[Running] = []

    def run(**values: Any) -> Running:
        made.append(Running(sandbox, **values))
        return made[-1]

    yield run
    for one in made:
        one.disarm()
        assert one.feed.stop()


def test_three_venues_agree_on_every_pair(running) -> None:
    # With time for a busy machine.
    one = running(timeout_seconds=10.0)
    feed = one.feed
    until(lambda: all(one.counts(*VENUES, pair=pair) for pair in PAIRS))
    for pair in PAIRS:
        word = one.word(pair)
        assert word.venues == VENUES
        assert word.largest_deviation_bps < 20
        assert word.quality.score > 0.5
    until(lambda: all(health.clock_offset_ms is not None for health in feed.health()))
    for health in feed.health():
        assert health.errors == {}
        assert health.requests >= 3
        assert abs(health.clock_offset_ms) < SECOND_MS


def test_candles_are_told_soon_after_they_were_asked_for(running) -> None:
    feed = running(refresh_seconds=5.0).feed
    open_ms = WallClock().now_ms() // MINUTE_MS * MINUTE_MS - 2 * MINUTE_MS
    keys = [CandleKey(pair, "1m", open_ms) for pair in PAIRS]
    for key in keys:
        feed.ask_for_candle(key)
    # Not in the next round, which is seconds away.
    assert until(lambda: all(len(feed.candles(key)) == 3 for key in keys), 4.0) < 4.0
    assert {one.venue for one in feed.candles(keys[0])} == set(VENUES)


def test_a_venue_that_goes_dark_counts_again_soon_after_it_is_back(running) -> None:
    market = running()
    assert market.counts(*VENUES)
    market.arm({"kind": "dark", "route": "kraken.*"})
    until(lambda: market.state("kraken") is CircuitState.OPEN)
    until(lambda: not market.counts("kraken"))
    rounds = market.feed.rounds["binance"]
    until(lambda: market.feed.rounds["binance"] >= rounds + 10)
    assert market.counts("binance", "coinbase")
    market.disarm()
    took_s = until(lambda: market.counts(*VENUES), 30.0)
    assert took_s < 10
    kraken = market.feed.health()[2]
    assert kraken.trips >= 1
    assert kraken.outages[-1].recovery_s < 30
    told = market.feed.events.take()
    assert told[0].startswith("kraken does not answer (3 failures in a row")
    assert told[-1] == "kraken answers again."


def test_one_that_hangs_holds_up_nobody(running) -> None:
    market = running()
    market.arm({"kind": "dark", "hang_s": 30, "route": "coinbase.*"})
    rounds = market.feed.rounds["kraken"]
    until(lambda: market.feed.rounds["kraken"] >= rounds + 10, 5.0)
    assert market.counts("binance", "kraken")
    began = time.monotonic()
    assert market.feed.stop()
    assert time.monotonic() - began < 5


def test_all_of_them_gone_there_is_no_price_and_then_there_is(running) -> None:
    market = running()
    market.arm({"kind": "reset_before"})
    until(lambda: not isinstance(market.word(), Consensus))
    until(lambda: market.feed.board.price(BITCOIN, WallClock().now_ms()) is None)
    market.disarm()
    assert until(lambda: market.counts(*VENUES), 30.0) < 10


@pytest.mark.parametrize("liar", VENUES)
def test_one_that_lies_is_out_within_two_quotes_and_moves_no_price(running, liar: str) -> None:
    market = running()
    honest = {pair: market.word(pair).price for pair in PAIRS}
    # Its next round may have been on its way.
    rounds = market.feed.rounds[liar] + 1
    market.arm({"kind": "lying_price", "factor": 1.03, "route": f"{liar}.*"})

    def is_out() -> bool:
        words = [market.word(pair) for pair in PAIRS]
        for pair, word in zip(PAIRS, words, strict=True):
            assert not isinstance(word, Consensus) or word.price == pytest.approx(
                honest[pair], rel=0.01
            )
        return all(liar in word.excluded for word in words)

    until(is_out)
    assert market.feed.rounds[liar] <= rounds + 2
    until(lambda: liar in market.feed.board.distrusted)
    assert market.feed.rounds[liar] <= rounds + 4
    assert market.word().excluded[liar] in (Exclusion.DISTRUSTED, Exclusion.OUTLIER)
    market.disarm()
    until(lambda: market.counts(*VENUES))
    assert any("no longer believed" in text for text in market.feed.events.take())


def test_it_can_be_stopped_and_begun_again(running) -> None:
    market = running()
    for _ in range(2):
        assert market.feed.stop()
        assert not market.feed.running
        until(lambda: not isinstance(market.word(), Consensus))
        market.feed.start()
        until(lambda: market.counts(*VENUES))


def open_files() -> int:
    return len(list(Path(f"/proc/{os.getpid()}/fd").iterdir()))


def ours() -> int:
    """Bytes that the feed and its clients hold; the sandbox in this process keeps a log."""
    gc.collect()
    files = [f"*/{name}/*" for name in ("market_data", "ccxt", "tenacity")]
    traces = tracemalloc.take_snapshot().filter_traces(
        [tracemalloc.Filter(inclusive=True, filename_pattern=one) for one in files]
    )
    return sum(one.size for one in traces.statistics("filename"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_nothing_is_left_behind(running, caplog) -> None:
    faults = [
        {"kind": "reset_after", "probability": 0.1},
        {"kind": "truncated_body", "probability": 0.05},
        {"kind": "server_error", "probability": 0.05},
    ]
    files, threads = open_files(), threading.active_count()
    market = running(refresh_seconds=0.02)
    market.arm(*faults)

    def rounds(count: int) -> None:
        until_round = min(market.feed.rounds.values()) + count
        until(lambda: min(market.feed.rounds.values()) >= until_round, 60.0)

    rounds(30)
    tracemalloc.start()
    try:
        # What was traced only now takes the place of what was there before.
        rounds(50)
        before, busy = ours(), open_files()
        rounds(100)
        grown = ours() - before
    finally:
        tracemalloc.stop()
    assert open_files() <= busy + 6
    assert grown < 200_000
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert market.feed.stop()
        gc.collect()
    assert not [str(one.message) for one in caught if "nclosed" in str(one.message)]
    assert not [text for text in caplog.messages if "nclosed" in text or "never retrieved" in text]
    until(lambda: threading.active_count() <= threads + 1)
    until(lambda: open_files() <= files + 3)
