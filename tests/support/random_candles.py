"""Candles at random: plausible ones, and holes filled with what a broken source might send."""

from __future__ import annotations

import numpy as np

from aurum_plugins.features.candles import Candles, CandleStatus

INTERVAL_MS = 300_000
START_MS = 1_735_689_600_000  # 2025-01-01, a Wednesday
GARBAGE = np.array([np.nan, np.inf, -np.inf, 1e308, -1.0, 0.0])


def random_candles(
    seed: int,
    rows: int,
    *,
    absent: float = 0.0,
    interval_ms: int = INTERVAL_MS,
    start_ms: int = START_MS,
) -> Candles:
    """Geometric random walk with opening gaps; a share `absent` of the candles is not observed."""
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.004, rows)))
    opens = np.roll(close, 1) * np.exp(rng.normal(0.0, 0.0005, rows))
    if rows:
        opens[0] = 100.0
    wick = rng.exponential(0.002, (2, rows))
    high = np.maximum(opens, close) * np.exp(wick[0])
    low = np.minimum(opens, close) * np.exp(-wick[1])
    volume = rng.lognormal(3.0, 1.0, rows)
    return with_holes(
        Candles(
            interval_ms,
            start_ms + interval_ms * np.arange(rows, dtype=np.int64),
            *(opens, high, low, close, volume),
            np.zeros(rows, dtype=np.uint8),
        ),
        rng.random(rows) < absent,
        seed,
    )


def with_holes(candles: Candles, holes: np.ndarray, seed: int = 0) -> Candles:
    """The same candles, those of `holes` not observed and full of garbage."""
    rng = np.random.default_rng(seed)
    columns = []
    for name in ("open", "high", "low", "close", "volume"):
        column = getattr(candles, name).copy()
        column[holes] = rng.choice(GARBAGE, int(holes.sum()))
        columns.append(column)
    status = candles.status.copy()
    status[holes] = rng.integers(CandleStatus.MISSING, len(CandleStatus), int(holes.sum()))
    return Candles(candles.interval_ms, candles.open_ms, *columns, status)
