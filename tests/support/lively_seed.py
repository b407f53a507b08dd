"""A synthetic market on which something is about to happen."""

from __future__ import annotations

from aurum_plugins.clock import MINUTE_MS, WallClock
from aurum_plugins.sandbox import SandboxConfig
from aurum_plugins.sandbox.exchange import SimulatedExchange
from aurum_plugins.sandbox.market import Market

CANDLES = 2


def lively_seed(minutes: int, seeds: range) -> int:
    """Seed whose market breaks out of its last two candles most often in the minutes to come.

    The market is a function of seed and time, so that its future can be asked for here, and
    nowhere else. A quiet one may keep a bot waiting for longer than a test would.
    """
    return max(seeds, key=lambda seed: _breakouts(seed, minutes))


def _breakouts(seed: int, minutes: int) -> int:
    market = SimulatedExchange.build(SandboxConfig(port=0, seed=seed, history_days=2)).market
    now_ms = WallClock().now_ms() // MINUTE_MS * MINUTE_MS
    return sum(_in_pair(market, symbol, now_ms, minutes) for symbol in market.tape.symbols)


def _in_pair(market: Market, symbol: str, now_ms: int, minutes: int) -> int:
    end_ms = now_ms + minutes * MINUTE_MS
    start_ms = now_ms - CANDLES * MINUTE_MS
    candles = market.candles_between(symbol, "1m", start_ms, end_ms, now_ms=end_ms)
    return sum(
        bool(candles.close[row] > candles.high[row - CANDLES : row].max())
        for row in range(CANDLES, len(candles))
    )
