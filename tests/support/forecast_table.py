"""Random forecasts of known skill, for tests of what judges them."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd

HOUR_MS = 3_600_000
# The first of January 2024, 00:00 UTC.
START_MS = 1_704_067_200_000
MEMBERS = ("random_forest", "lightgbm")


def forecast_table(
    candles: int = 1_500,
    pairs: tuple[str, ...] = ("BTC/USDT", "ETH/USDT"),
    *,
    seed: int = 7,
    skill: float = 1.0,
    horizon: int = 4,
    refused: float = 0.02,
) -> pd.DataFrame:
    """Hourly rows whose probability is the true one where `skill` is 1, and 0.5 where it is 0."""
    rng = np.random.default_rng(seed)
    frames = [
        _of_pair(pair, candles, rng, skill=skill, horizon=horizon, refused=refused)
        for pair in pairs
    ]
    return pd.concat(frames, ignore_index=True)


def _of_pair(
    pair: str, count: int, rng: np.random.Generator, *, skill: float, horizon: int, refused: float
) -> pd.DataFrame:
    signal = rng.normal(0.0, 0.7, count)
    target = signal + rng.standard_normal(count)
    known = skill * signal
    spread = np.sqrt((1 - skill) ** 2 * 0.49 + 1)
    normal = NormalDist()
    probability = np.array([normal.cdf(value / spread) for value in known])
    usable = rng.random(count) >= refused
    candle = START_MS // HOUR_MS + np.arange(count)
    columns: dict[str, object] = {
        "pair": pair,
        "candle": candle,
        "open_ms": candle * HOUR_MS,
        "window": np.arange(count) // 500,
        "target": np.where(np.arange(count) < count - horizon, target, np.nan),
        "probability": probability,
        "value": known,
        "confidence": np.abs(2 * probability - 1),
        "agreement": rng.random(count),
        "novelty": rng.random(count),
        "usable": usable,
        "base_rate": 0.5 + 0.01 * (np.arange(count) // 500),
        "persistence": np.where(rng.random(count) < 0.05, np.nan, rng.standard_normal(count)),
        "regime": rng.integers(0, 3, count),
        "refusal": np.where(usable, "", "novel"),
        "close": 100 * np.exp(np.cumsum(0.005 * (target - signal) + 0.002 * signal)),
    }
    for level in (80, 90):
        reach = normal.inv_cdf(0.5 + level / 200) * spread
        columns[f"lower_{level}"] = known - reach
        columns[f"upper_{level}"] = known + reach
    for number, name in enumerate(MEMBERS):
        noisy = known + 0.3 * (number + 1) * rng.standard_normal(count)
        columns[f"member_{name}"] = [normal.cdf(value / spread) for value in noisy]
        columns[f"without_{name}"] = [normal.cdf(0.9 * value / spread) for value in noisy]
        columns[f"weight_{name}"] = (0.7, 0.3)[number]
    return pd.DataFrame(columns)
