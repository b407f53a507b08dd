"""Random candles of one pair, as the features see them."""

from __future__ import annotations

import numpy as np

from aurum_plugins.features.candle_series import CandleSeries

COLUMNS = ("open", "high", "low", "close", "volume")


def random_series(seed: int, rows: int, *, flat_share: float = 0.15) -> CandleSeries:
    """Candles with gaps between them; some close where they opened, some have one price."""
    rng = np.random.default_rng(seed)
    returns = rng.standard_t(4, rows) * 0.01
    returns[rng.random(rows) < flat_share] = 0.0
    close = 100.0 * np.exp(np.cumsum(returns))
    opens = np.concatenate([[100.0], close])[:rows] * np.exp(rng.normal(0, 0.001, rows))
    bodyless = rng.random(rows) < flat_share
    opens[bodyless] = close[bodyless]
    wick = rng.exponential(0.004, (2, rows)) * (rng.random(rows) >= flat_share)
    high = np.maximum(opens, close) * np.exp(wick[0])
    low = np.minimum(opens, close) * np.exp(-wick[1])
    return CandleSeries(opens, high, low, close, rng.exponential(10.0, rows) + 0.01)


def flat_series(rows: int, price: float = 7.3) -> CandleSeries:
    """Candles of one price."""
    same = np.full(rows, price)
    return CandleSeries(same, same, same, same, np.ones(rows))


def rising_series(rows: int, step: float = 0.01) -> CandleSeries:
    """Each candle opens at the close before, closes `step` higher, and has no shadows."""
    close = np.exp(step * np.arange(1, rows + 1))
    opens = np.exp(step * np.arange(rows))
    return CandleSeries(opens, close, opens, close, np.ones(rows))


def joined(*parts: CandleSeries) -> CandleSeries:
    """One series after another, without gaps."""
    return CandleSeries(*(np.concatenate([getattr(p, name) for p in parts]) for name in COLUMNS))


def rows_of(series: CandleSeries, rows: slice) -> CandleSeries:
    """Some rows of a series, with nothing kept of the others."""
    gaps = None if series.after_gap is None else series.after_gap[rows].copy()
    return CandleSeries(*(getattr(series, name)[rows].copy() for name in COLUMNS), after_gap=gaps)


def rescaled(series: CandleSeries, price: float, volume: float) -> CandleSeries:
    """The same candles in other units."""
    prices = (getattr(series, name) * price for name in COLUMNS[:4])
    return CandleSeries(*prices, series.volume * volume, after_gap=series.after_gap)
