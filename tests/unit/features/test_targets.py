from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from random_candles import with_holes

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features.candles import Candles
from aurum_plugins.features.targets import (
    FORWARD_RETURN,
    FORWARD_VOLATILITY,
    TargetSettings,
    forward_targets,
)

NAN = float("nan")
HORIZON = "freqai.feature_parameters.label_period_candles"


@pytest.fixture
def ranging():
    """Candles whose closes do not move, of the given log ranges."""

    def build(ranges) -> Candles:
        low = np.full(len(ranges), 5.0)
        times = 300_000 * np.arange(len(ranges), dtype=np.int64)
        prices = (low, low * np.exp(np.asarray(ranges)), low, low)
        none = np.zeros(len(ranges), dtype=np.uint8)
        return Candles(300_000, times, *prices, np.ones(len(ranges)), none)

    return build


def target_settings(horizon: int, memory: int, share: float = 0.1) -> TargetSettings:
    return TargetSettings(
        horizon_candles=horizon, volatility_candles=memory, largest_absent_share=share
    )


def root_mean_square(squares: list[float]) -> float:
    known = [x for x in squares if not math.isnan(x)]
    return math.sqrt(sum(known) / len(known)) if known else NAN


def mean_of_known(values: list[float], share: float) -> float:
    known = [x for x in values if not math.isnan(x)]
    enough = known and (len(values) - len(known)) / len(values) <= share
    return sum(known) / len(known) if enough else NAN


def oracle(candles: Candles, settings: TargetSettings) -> tuple[list[float], list[float]]:
    """Row by row, from the definitions."""
    h, v, share = (
        settings.horizon_candles,
        settings.volatility_candles,
        settings.largest_absent_share,
    )
    seen = candles.observed.tolist()
    close = [c if there else NAN for c, there in zip(candles.close, seen)]
    n = len(close)
    squares = [NAN] + [math.log(close[t] / close[t - 1]) ** 2 for t in range(1, n)]
    ranges = [
        math.log(high / low) if there else NAN
        for high, low, there in zip(candles.high, candles.low, seen)
    ]
    means = [NAN] * (h - 1)
    means += [mean_of_known(ranges[t - h + 1 : t + 1], share) for t in range(h - 1, n)]
    returns, volatilities = [NAN] * n, [NAN] * n
    for t in range(v - 1, n - h):
        past, future = seen[max(0, t - v) : t + 1], seen[t : t + h + 1]
        if not (seen[t] and seen[t + h]):
            continue
        scale = root_mean_square(squares[t - v + 1 : t + 1])
        if t >= v and past.count(False) / (v + 1) <= share and scale > 0:
            returns[t] = math.log(close[t + h] / close[t]) / (scale * math.sqrt(h))
        known = [mean for mean in means[t - v + 1 : t + 1] if not math.isnan(mean)]
        if t < v + h - 2 or not known or (v - len(known)) / v > share:
            continue
        usual = statistics.median(known)
        if future.count(False) / (h + 1) <= share and usual > 0 and not math.isnan(means[t + h]):
            volatilities[t] = math.log(max(means[t + h] / usual, 0.01))
    return returns, volatilities


@pytest.mark.parametrize(("horizon", "memory"), [(1, 2), (1, 30), (3, 10), (24, 5), (12, 60)])
@pytest.mark.parametrize(("absent", "share"), [(0.0, 0.1), (0.05, 0.1), (0.2, 0.5), (0.05, 0.0)])
def test_against_a_slow_loop(make_candles, horizon, memory, absent, share):
    candles = make_candles(horizon + memory, 150, absent=absent)
    settings = target_settings(horizon, memory, share)
    got = forward_targets(candles, settings)
    returns, volatilities = oracle(candles, settings)
    np.testing.assert_allclose(got[FORWARD_RETURN], returns, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(got[FORWARD_VOLATILITY], volatilities, rtol=1e-9, atol=1e-9)


def test_of_hand(candles_of):
    # Log closes 0, 1, 0, 2, 2: squares 1, 1, 4, 0.
    candles = candles_of(np.exp([0.0, 1.0, 0.0, 2.0, 2.0]))
    got = forward_targets(candles, target_settings(2, 2))
    expected = [NAN, NAN, 2 / (1 * math.sqrt(2)), NAN, NAN]
    np.testing.assert_allclose(got[FORWARD_RETURN], expected)


def test_a_volatility_of_hand(ranging):
    # Mean ranges over 2: 1.5, 2.5, 3, 3.5, 5, of which the last 2 are usual.
    candles = ranging([1.0, 2.0, 3.0, 3.0, 4.0, 6.0])
    got = forward_targets(candles, target_settings(2, 2))
    expected = [NAN, NAN, math.log(3.5 / 2.0), math.log(5.0 / 2.75), NAN, NAN]
    np.testing.assert_allclose(got[FORWARD_VOLATILITY], expected)


@pytest.mark.parametrize("horizon", [1, 5, 24])
def test_the_last_rows_are_not_known_yet(make_candles, horizon):
    for label in forward_targets(make_candles(1, 100), target_settings(horizon, 10)).values():
        assert np.isnan(label[-horizon:]).all()
        assert np.isfinite(label[10 + horizon : -horizon]).all()


@pytest.mark.parametrize("rows", [0, 1, 2, 5, 6])
def test_too_short_a_history_has_no_labels(make_candles, rows):
    for label in forward_targets(make_candles(1, rows), target_settings(6, 10)).values():
        assert label.shape == (rows,)
        assert np.isnan(label).all()


@pytest.mark.parametrize("horizon", [1, 4, 12])
def test_a_label_depends_on_its_horizon_and_on_nothing_after_it(make_candles, horizon):
    settings, row = target_settings(horizon, 20), 60
    candles = make_candles(9, 120)
    before = forward_targets(candles, settings)

    def after_a_change_at(changed: int) -> dict[str, np.ndarray]:
        close, high = candles.close.copy(), candles.high.copy()
        close[changed] *= 1.05
        high[changed] *= 1.05
        columns = (candles.open, high, candles.low, close, candles.volume, candles.status)
        return forward_targets(Candles(candles.interval_ms, candles.open_ms, *columns), settings)

    beyond, within = after_a_change_at(row + horizon + 1), after_a_change_at(row + horizon)
    for name, label in before.items():
        np.testing.assert_array_equal(beyond[name][: row + 1], label[: row + 1])
        np.testing.assert_array_equal(within[name][:row], label[:row])
        assert within[name][row] != label[row]


def test_the_purge_is_as_long_as_the_horizon():
    assert TargetSettings(horizon_candles=17).purge_candles == 17


def test_labels_do_not_depend_on_the_unit_of_price(make_candles):
    candles, settings = make_candles(3, 300), target_settings(12, 48)
    prices = (1_000 * x for x in (candles.open, candles.high, candles.low, candles.close))
    dear = Candles(candles.interval_ms, candles.open_ms, *prices, candles.volume, candles.status)
    for name, label in forward_targets(candles, settings).items():
        got = forward_targets(dear, settings)[name]
        np.testing.assert_allclose(got, label, rtol=1e-9, atol=1e-11)


def test_constant_prices_have_no_label(candles_of):
    for label in forward_targets(candles_of([7.3] * 60), target_settings(3, 10)).values():
        assert np.isnan(label).all()


def test_a_calm_after_a_storm_is_not_taken_for_movement(make_candles, candles_of):
    storm = 100 * make_candles(5, 400).close ** 3
    candles = candles_of([*storm, *[storm[-1]] * 40])
    got = forward_targets(candles, target_settings(5, 20))[FORWARD_RETURN]
    # The window of 20 returns is all calm from the 20th candle after the last move on.
    assert np.isfinite(got[400 + 18 - 5 : 400 + 18 - 5 + 5]).all()
    assert np.isnan(got[400 + 19 :]).all()


@pytest.mark.parametrize("span", [0.0, 1e-9, 1e-7])
def test_a_future_that_hardly_moves_is_an_outcome_too(ranging, span):
    candles = ranging([*[0.01] * 60, *[span] * 30])
    got = forward_targets(candles, target_settings(5, 20))[FORWARD_VOLATILITY]
    # Rows that still remember a storm in most of their means, and have nothing but calm before
    # them; and those for which calm is usual.
    np.testing.assert_allclose(got[59:71], math.log(0.01), rtol=1e-15)
    rest = got[76:-5]
    np.testing.assert_allclose(rest, np.full(len(rest), 0.0 if span else NAN), atol=1e-6)


def test_a_return_of_nothing_is_an_outcome_too(make_candles, candles_of):
    storm = make_candles(5, 60).close
    got = forward_targets(candles_of([*storm, *[storm[-1]] * 30]), target_settings(5, 20))
    np.testing.assert_array_equal(got[FORWARD_RETURN][60:79], np.zeros(19))


@pytest.mark.parametrize("label", [FORWARD_RETURN, FORWARD_VOLATILITY])
def test_no_row_is_left_out_for_what_follows_it(make_candles, label):
    candles = make_candles(8, 200)
    calm = [prices.copy() for prices in (candles.open, candles.high, candles.low, candles.close)]
    for prices in calm:
        prices[100:] = candles.close[99]
    still = Candles(candles.interval_ms, candles.open_ms, *calm, candles.volume, candles.status)
    settings = target_settings(10, 60)
    np.testing.assert_array_equal(
        np.isfinite(forward_targets(still, settings)[label][:100]),
        np.isfinite(forward_targets(candles, settings)[label][:100]),
    )


def test_just_above_the_floor_the_ratio_counts(ranging):
    candles = ranging([*[0.01] * 20, *[0.0002] * 4])
    got = forward_targets(candles, target_settings(4, 10))[FORWARD_VOLATILITY]
    assert got[19] == pytest.approx(math.log(0.02), rel=1e-9)


def test_a_calm_before_a_move_has_nothing_to_scale_it_by(candles_of):
    candles = candles_of([*[5.0] * 30, 6.0, 6.5, 6.0])
    got = forward_targets(candles, target_settings(1, 10))
    assert np.isnan(got[FORWARD_RETURN][:30]).all()
    assert np.isfinite(got[FORWARD_RETURN][30:32]).all()


def holed(candles: Candles, rows: list[int]) -> Candles:
    holes = np.zeros(len(candles), dtype=bool)
    holes[rows] = True
    return with_holes(candles, holes)


def test_without_either_end_there_is_no_label(make_candles):
    got = forward_targets(holed(make_candles(4, 100), [50]), target_settings(10, 30))
    assert np.flatnonzero(np.isnan(got[FORWARD_RETURN][30:90])).tolist() == [10, 20]
    assert np.flatnonzero(np.isnan(got[FORWARD_VOLATILITY][38:90])).tolist() == [2, 12]


def test_a_return_needs_its_ends_and_a_volatility_what_lies_between(make_candles):
    got = forward_targets(holed(make_candles(4, 100), [50, 51]), target_settings(10, 30))
    assert np.flatnonzero(np.isnan(got[FORWARD_RETURN][30:90])).tolist() == [10, 11, 20, 21]
    # Two candles are more than a tenth of ten; so are four of thirty means that hold both.
    unknown = np.flatnonzero(np.isnan(got[FORWARD_VOLATILITY][38:90]))
    assert unknown.tolist() == [*range(2, 14), *range(16, 48)]


def test_every_16th_candle_may_be_empty(make_candles):
    # Each takes two returns of sixteen away, but only one candle: less than a tenth.
    candles = holed(make_candles(11, 1_600), list(range(5, 1_600, 16)))
    labels = forward_targets(candles, TargetSettings())
    ends = candles.observed[742:1_576] & candles.observed[766:]
    for label in labels.values():
        np.testing.assert_array_equal(np.isfinite(label[742:1_576]), ends)


@pytest.mark.parametrize("share", [0.01, 0.02])
def test_a_pair_that_sometimes_does_not_trade_has_labels(make_candles, share):
    candles = make_candles(12, 6_000, absent=share)
    labels = forward_targets(candles, TargetSettings())
    ends = candles.observed[742:-24] & candles.observed[766:]
    known = np.isfinite(labels[FORWARD_RETURN][742:-24])
    np.testing.assert_array_equal(known, ends)
    # Three of 24 candles are too many.
    assert np.isfinite(labels[FORWARD_VOLATILITY][742:-24])[ends].mean() > 0.95


def test_holes_do_not_bias_the_labels(make_candles):
    whole = make_candles(13, 6_000)
    holes = np.flatnonzero(np.random.default_rng(1).random(6_000) < 0.02)
    expected = forward_targets(whole, TargetSettings())
    got = forward_targets(holed(whole, holes.tolist()), TargetSettings())
    for name, label in got.items():
        difference = label - expected[name]
        assert abs(np.nanmean(difference)) < 0.01
        assert np.nanstd(difference) < 0.1


def test_without_a_known_return_the_volatility_is_not_known(candles_of):
    # Every other candle is there, which is enough, but no two neighbours are.
    candles = candles_of([1.0, 1.1] * 20, absent=range(1, 40, 2))
    for label in forward_targets(candles, target_settings(2, 4, 0.5)).values():
        assert np.isnan(label).all()


def test_the_input_is_not_changed(make_candles):
    candles = make_candles(6, 80, absent=0.2)
    before = candles.close.copy()
    forward_targets(candles, target_settings(5, 10))
    np.testing.assert_array_equal(candles.close, before)


def config_of(horizon: object = None, **section: object) -> dict[str, object]:
    parameters = {} if horizon is None else {"label_period_candles": horizon}
    return {
        "aurum": {"targets": section},
        "freqai": {"feature_parameters": parameters},
    }


@pytest.mark.parametrize("config", [{}, {"aurum": {}}, {"freqai": {}}, config_of()])
def test_without_the_section_the_defaults_hold(config):
    assert TargetSettings.from_config(config) == TargetSettings()


def test_the_horizon_is_that_of_freqai():
    assert TargetSettings.from_config(config_of(36)).horizon_candles == 36
    both = TargetSettings.from_config(config_of(36, horizon_candles=36, volatility_candles=99))
    assert (both.horizon_candles, both.volatility_candles) == (36, 99)
    assert TargetSettings.from_config(config_of(24)) == TargetSettings()


def test_two_horizons_that_differ_are_refused():
    message = rf"must equal {HORIZON}, 36; leave one of them out \(got 12\)"
    with pytest.raises(ConfigurationError, match=message) as caught:
        TargetSettings.from_config(config_of(36, horizon_candles=12))
    assert caught.value.key == "aurum.targets.horizon_candles"
    assert caught.value.value == 12


@pytest.mark.parametrize("horizon", [0, -1, 1_001, 2.5, "24", True])
def test_a_horizon_of_freqai_that_is_none_is_refused(horizon):
    with pytest.raises(ConfigurationError, match="whole number from 1 to 1000") as caught:
        TargetSettings.from_config(config_of(horizon))
    assert caught.value.key == HORIZON
    assert caught.value.value is horizon


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("horizon_candles", 0, "greater than or equal to 1"),
        ("horizon_candles", 1_001, "less than or equal to 1000"),
        ("volatility_candles", 1, "greater than or equal to 2"),
        ("volatility_candles", 5_001, "less than or equal to 5000"),
        ("volatility_candles", 2.0, "valid integer"),
        ("largest_absent_share", -0.1, "greater than or equal to 0"),
        ("largest_absent_share", 0.51, "less than or equal to 0.5"),
        ("largest_absent_share", NAN, "finite number"),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(key, value, rule):
    with pytest.raises(ConfigurationError, match=rule) as caught:
        TargetSettings.from_config(config_of(**{key: value}))
    assert caught.value.key == f"aurum.targets.{key}"


def test_labels_may_be_left_out(make_candles):
    candles = make_candles(7, 60)
    every = forward_targets(candles, target_settings(5, 10))
    assert list(every) == [FORWARD_RETURN, FORWARD_VOLATILITY]
    alone = TargetSettings(include=(FORWARD_VOLATILITY,), horizon_candles=5, volatility_candles=10)
    got = forward_targets(candles, alone)
    assert list(got) == [FORWARD_VOLATILITY]
    np.testing.assert_array_equal(got[FORWARD_VOLATILITY], every[FORWARD_VOLATILITY])


def test_an_unknown_label_is_an_error_that_shows_the_known_ones():
    message = "'direction' is no target; known are forward_return, forward_volatility"
    with pytest.raises(ConfigurationError, match=message) as caught:
        TargetSettings.from_config(config_of(include=["forward_return", "direction"]))
    assert caught.value.key == "aurum.targets.include"


def test_one_label_at_least_is_wanted():
    with pytest.raises(ConfigurationError, match="at least 1 item"):
        TargetSettings.from_config(config_of(include=[]))


def test_an_unknown_key_is_named_beside_the_known_ones():
    with pytest.raises(
        ConfigurationError, match="known are history_candles, horizon_candles"
    ) as caught:
        TargetSettings.from_config(config_of(horizont=12))
    assert caught.value.key == "aurum.targets.horizont"
