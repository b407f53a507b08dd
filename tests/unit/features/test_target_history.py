from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from random_candles import random_candles, with_holes

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features import Candles, TargetSettings, persistence, target_history

NAN = float("nan")
SMALL = TargetSettings(
    horizon_candles=3,
    volatility_candles=20,
    history_candles=(1, 2, 7, 30),
    season_candles=10,
    seasons=2,
)


def mean_of_known(values: list[float], share: float) -> float:
    known = [value for value in values if not math.isnan(value)]
    enough = known and (len(values) - len(known)) / len(values) <= share
    return sum(known) / len(known) if enough else NAN


def oracle(candles: Candles, settings: TargetSettings) -> dict[str, list[float]]:
    """Row by row, from the definitions."""
    n, h, v = len(candles), settings.horizon_candles, settings.volatility_candles
    share = settings.largest_absent_share
    ranges = [
        math.log(high / low) if there else NAN
        for high, low, there in zip(candles.high, candles.low, candles.observed)
    ]

    def mean(row: int, window: int) -> float:
        begin = row - window + 1
        before = [NAN] * max(0, -begin)
        return mean_of_known(before + ranges[max(0, begin) : row + 1], share) if row >= 0 else NAN

    table = {f"range_regime_{k}": [NAN] * n for k in settings.history_candles}
    table["range_season"] = [NAN] * n
    for t in range(settings.lookback - 1, n):
        usual = [m for row in range(t - v + 1, t + 1) if not math.isnan(m := mean(row, h))]
        if not candles.observed[t] or (v - len(usual)) / v > share:
            continue
        unit = statistics.median(usual)
        for k in settings.history_candles:
            table[f"range_regime_{k}"][t] = math.log(max(mean(t, k) / unit, 0.01))
        seasons = [
            mean(t + h - s * settings.season_candles, h) for s in range(1, settings.seasons + 1)
        ]
        table["range_season"][t] = math.log(max(sum(seasons) / len(seasons) / unit, 0.01))
    return table


@pytest.mark.parametrize("absent", [0.0, 0.02, 0.1])
def test_against_a_slow_loop(absent):
    candles = random_candles(7, 140, absent=absent)
    got = target_history(candles, SMALL)
    expected = oracle(candles, SMALL)
    assert list(got) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(got[name], values, rtol=1e-9, atol=1e-12, err_msg=name)


def test_later_candles_change_no_earlier_row():
    candles = random_candles(3, 200)
    whole, known = target_history(candles, SMALL), target_history(candles[:150], SMALL)
    for name, values in known.items():
        np.testing.assert_array_equal(whole[name][:150], values)


def test_the_lookback_is_enough_and_not_more_than_needed():
    candles = random_candles(4, 300)
    whole = target_history(candles, SMALL)
    window = target_history(candles[300 - SMALL.lookback :], SMALL)
    for name, values in window.items():
        assert values[-1] == whole[name][-1]
    short = target_history(candles[301 - SMALL.lookback :], SMALL)
    assert all(np.isnan(values[-1]) for values in short.values())


def test_the_unit_of_price_does_not_matter():
    candles = random_candles(5, 200)
    prices = (1_000 * x for x in (candles.open, candles.high, candles.low, candles.close))
    dear = Candles(candles.interval_ms, candles.open_ms, *prices, candles.volume, candles.status)
    for name, values in target_history(candles, SMALL).items():
        np.testing.assert_allclose(target_history(dear, SMALL)[name], values, rtol=1e-9, atol=1e-11)


def test_what_was_not_observed_changes_nothing():
    candles = random_candles(6, 200)
    holes = np.zeros(200, dtype=bool)
    holes[[90, 140]] = True
    first, second = (with_holes(candles, holes, seed) for seed in (1, 2))
    for name, values in target_history(first, SMALL).items():
        np.testing.assert_array_equal(values, target_history(second, SMALL)[name])
        assert np.isnan(values[[90, 140]]).all()


def test_the_last_label_that_is_known_is_what_persistence_forecasts():
    candles = random_candles(8, 200)
    settings = SMALL.model_copy(update={"history_candles": (3,)})
    history = target_history(candles, settings)["range_regime_3"]
    now = persistence(candles, settings)["forward_volatility"]
    known = slice(settings.lookback - 1, None)
    np.testing.assert_array_equal(history[known], now[known])


def test_candles_without_a_range_have_a_floor_and_a_calm_past_no_unit():
    still = random_candles(9, 120)
    flat = [still.close.copy() for _ in range(4)]
    calm = Candles(still.interval_ms, still.open_ms, *flat, still.volume, still.status)
    for values in target_history(calm, SMALL).values():
        assert np.isnan(values).all()
    high, low = still.high.copy(), still.low.copy()
    high[110] = low[110] = still.close[110]
    prices = (still.close, high, low, still.close)
    pause = Candles(still.interval_ms, still.open_ms, *prices, still.volume, still.status)
    assert target_history(pause, SMALL)["range_regime_1"][110] == math.log(0.01)


def test_a_season_shorter_than_the_horizon_starts_further_back():
    settings = SMALL.model_copy(update={"season_candles": 2})
    assert settings.first_season == 2
    candles = random_candles(10, 200)
    whole = target_history(candles, settings)["range_season"]
    known = target_history(candles[:150], settings)["range_season"]
    np.testing.assert_array_equal(whole[:150], known)
    assert np.isfinite(known[30:]).all()


@pytest.mark.parametrize(
    ("windows", "rule"),
    [([0], "from 1 to 5000"), ([5_001], "from 1 to 5000"), ([3, 3], "each number once")],
)
def test_a_wrong_window_is_named(windows, rule):
    with pytest.raises(ConfigurationError, match=rule) as caught:
        TargetSettings.from_config({"aurum": {"targets": {"history_candles": windows}}})
    assert caught.value.key == "aurum.targets.history_candles"
