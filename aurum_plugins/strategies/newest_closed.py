"""How far the candles of each pair go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aurum_plugins.clock import SECOND_MS


def newest_closed(strategy: Any, pairs: Sequence[str], now_ms: int) -> dict[str, int | None]:
    """When the newest candle of each pair opened, UTC milliseconds, if it has closed.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
    pairs : sequence of str
    now_ms : int
        UTC milliseconds.

    Returns
    -------
    dict of str to (int or None)
        None: the strategy was given no candle, or the newest has not closed, which freqtrade leaves
        out as a rule.
    """
    return {pair: _newest(strategy, pair, now_ms) for pair in pairs}


def _newest(strategy: Any, pair: str, now_ms: int) -> int | None:
    candles = strategy.dp.ohlcv(pair, strategy.timeframe, copy=False)
    if candles is None or candles.empty:
        return None
    open_ms: int = round(candles["date"].iloc[-1].timestamp() * SECOND_MS)
    return open_ms if open_ms + strategy.candle_ms <= now_ms else None
