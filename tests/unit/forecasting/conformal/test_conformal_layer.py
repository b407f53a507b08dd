"""The static case against MAPIE and crepes, the rolling one against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from crepes import ConformalClassifier, ConformalRegressor
from forecast_outcomes import as_rows, changed, random_outcomes, same, some
from mapie.regression import SplitConformalRegressor
from sklearn.base import BaseEstimator, RegressorMixin

from aurum_plugins.forecasting.conformal.conformal_layer import ConformalLayer
from aurum_plugins.forecasting.conformal.rolling_record import LEAST_OF_REGIME, least_record
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.overlapping_labels import overlap

LEVELS = (0.8, 0.9)


class FirstColumn(RegressorMixin, BaseEstimator):
    """A regressor that was fitted elsewhere."""

    is_fitted = True

    def fit(self, X, y):  # noqa: N803
        return self

    def predict(self, X):  # noqa: N803
        return X[:, 0]

    def __sklearn_is_fitted__(self):
        return True


def split(outcomes, k):
    """Past outcomes, and later rows which all know them all and nothing else."""
    past, later = some(outcomes, slice(k)), as_rows(outcomes, slice(k, None))
    return past, changed(later, candles=later.candles + 10_000)


def static_layer(levels=LEVELS):
    return ConformalLayer(record_candles=100_000, horizon=1, levels=levels)


@pytest.mark.parametrize("n", [10, 19, 20, 99, 250])
def test_intervals_are_those_of_mapie(n):
    past, rows = split(random_outcomes(n + 40, regimes=1), n)
    past, rows = (changed(x, spread=np.ones(len(x.spread))) for x in (past, rows))
    oracle = SplitConformalRegressor(FirstColumn(), confidence_level=list(LEVELS), prefit=True)
    oracle.conformalize(past.value[:, np.newaxis], past.target)
    _, interval = oracle.predict_interval(rows.value[:, np.newaxis])
    got = static_layer().assess(past, rows)
    np.testing.assert_allclose(got.lower, interval[:, 0], rtol=1e-12)
    np.testing.assert_allclose(got.upper, interval[:, 1], rtol=1e-12)


@pytest.mark.parametrize("level", LEVELS)
def test_scaled_intervals_by_regime_are_those_of_crepes(level):
    past, rows = split(random_outcomes(400), 300)
    assert np.bincount(past.regime).min() >= LEAST_OF_REGIME
    oracle = ConformalRegressor().fit(past.target - past.value, past.spread, past.regime)
    # It truncates (1 - 0.8) * 105, which floats make 20.999...: a rank more than the 21st.
    interval = oracle.predict_int(rows.value, rows.spread, rows.regime, confidence=level - 1e-9)
    got = static_layer((level,)).assess(past, rows)
    np.testing.assert_allclose(got.lower[:, 0], interval[:, 0], rtol=1e-12)
    np.testing.assert_allclose(got.upper[:, 0], interval[:, 1], rtol=1e-12)


@pytest.mark.parametrize("regimes", [1, 3])
@pytest.mark.parametrize("digits", [1, 16])
def test_p_values_and_sets_are_those_of_crepes(regimes, digits):
    outcomes = random_outcomes(400, regimes=regimes)
    past, rows = split(changed(outcomes, probability=outcomes.probability.round(digits)), 300)
    up = rows.probability
    oracle = ConformalClassifier().fit(past.surprise, past.regime, seed=1)
    p = oracle.predict_p(np.column_stack([up, 1 - up]), rows.regime, smoothing=False)
    got = static_layer().assess(past, rows)
    np.testing.assert_allclose(got.confidence, 1 - p.min(axis=1), atol=1e-12)
    for column, level in enumerate(LEVELS):
        np.testing.assert_array_equal(got.may_be_down[:, column], p[:, 0] > 1 - level + 1e-9)
        np.testing.assert_array_equal(got.may_be_up[:, column], p[:, 1] > 1 - level + 1e-9)


def by_hand(outcomes, rows, record, horizon):
    """Row by row, outcome by outcome."""
    for i, candle in enumerate(rows.candles):
        seen = [
            j
            for j, c in enumerate(outcomes.candles)
            if candle - horizon - record < c <= candle - horizon and outcomes.complete[j]
        ]
        peers = overlap(horizon)
        alike = [j for j in seen if outcomes.regime[j] == rows.regime[i]]
        own_peers = max(1.0, peers * len(alike) / max(1, len(seen)))
        needed = math.ceil(0.9 * (len(alike) + own_peers) - 1e-9)
        if len(alike) >= LEAST_OF_REGIME and needed <= len(alike):
            seen, peers = alike, own_peers
        residuals = sorted(
            abs(outcomes.target[j] - outcomes.value[j]) / outcomes.spread[j] for j in seen
        )
        radii = []
        for level in LEVELS:
            place = math.ceil(level * (len(seen) + peers) - 1e-9)
            radii.append(residuals[place - 1] if place <= len(seen) else math.nan)
        p = {}
        for sign, unlikely in (("up", 1 - rows.probability[i]), ("down", rows.probability[i])):
            reached = sum(
                (1 - outcomes.probability[j] if outcomes.target[j] > 0 else outcomes.probability[j])
                >= unlikely
                for j in seen
            )
            p[sign] = (reached + peers) / (len(seen) + peers)
        if all(map(math.isnan, radii)):
            p = {"up": 1.0, "down": 1.0}
        yield [r * rows.spread[i] for r in radii], p


@pytest.mark.parametrize(
    ("horizon", "record", "regimes"), [(1, 30, 1), (4, 120, 2), (8, 300, 3), (24, 200, 2)]
)
def test_the_rolling_record_by_hand(horizon, record, regimes):
    outcomes = random_outcomes(450, horizon, regimes)
    outcomes.target[[3, 50, 51]] = np.nan
    rows = as_rows(outcomes, slice(None, None, 2))
    got = ConformalLayer(record, horizon).assess(outcomes, rows)
    for i, (reach, p) in enumerate(by_hand(outcomes, rows, record, horizon)):
        np.testing.assert_allclose(got.upper[i] - rows.value[i], reach, rtol=1e-9)
        np.testing.assert_allclose(rows.value[i] - got.lower[i], reach, rtol=1e-9)
        assert got.confidence[i] == pytest.approx(1 - min(p.values()), abs=1e-12)
        assert got.may_be_up[i].tolist() == [p["up"] > 1 - x + 1e-9 for x in LEVELS]
        assert got.may_be_down[i].tolist() == [p["down"] > 1 - x + 1e-9 for x in LEVELS]


def test_rows_one_by_one_are_as_all_at_once(monkeypatch):
    outcomes = random_outcomes(400)
    rows, layer = as_rows(outcomes), ConformalLayer(150, 6)
    whole = layer.assess(outcomes, rows)
    monkeypatch.setattr("aurum_plugins.forecasting.conformal.rolling_record.CELLS_AT_ONCE", 999)
    same(layer.assess(outcomes, rows), whole)
    for i in range(0, 400, 7):
        kept = some(outcomes, slice(max(0, i - 200), i + 1))
        same(layer.assess(kept, as_rows(outcomes, slice(i, i + 1))), whole, slice(i, i + 1))


def says_nothing(got, rows=slice(None)):
    return (
        np.isnan(got.lower[rows]).all()
        and np.isnan(got.upper[rows]).all()
        and got.may_be_up[rows].all()
        and got.may_be_down[rows].all()
        and (got.confidence[rows] == 0).all()
    )


def test_without_outcomes_nothing_is_said():
    outcomes = random_outcomes(10)
    none = some(outcomes, slice(0))
    assert says_nothing(static_layer().assess(none, as_rows(outcomes)))


def test_without_rows_nothing_is_asked():
    outcomes = random_outcomes(10)
    got = static_layer().assess(outcomes, as_rows(outcomes, slice(0)))
    assert got.lower.shape == (0, 2)
    assert got.confidence.shape == (0,)


@pytest.mark.parametrize(("outcomes", "levels"), [(3, 0), (4, 1), (8, 1), (9, 2)])
def test_a_short_record_serves_the_lower_level_first(outcomes, levels):
    past, rows = split(random_outcomes(outcomes + 5), outcomes)
    got = static_layer().assess(past, rows)
    assert (np.isfinite(got.upper).sum(axis=1) == levels).all()
    assert says_nothing(got) == (levels == 0)


@pytest.mark.parametrize("column", ["probability", "value", "spread"])
def test_a_row_with_a_hole_says_nothing_and_is_no_matter_to_others(column):
    past, rows = split(random_outcomes(60), 50)
    whole = static_layer().assess(past, rows)
    holed = getattr(rows, column).copy()
    holed[4] = np.nan
    got = static_layer().assess(past, changed(rows, **{column: holed}))
    assert says_nothing(got, slice(4, 5))
    others = np.arange(10) != 4
    np.testing.assert_array_equal(got.lower[others], whole.lower[others])
    np.testing.assert_array_equal(got.confidence[others], whole.confidence[others])


def test_residuals_beyond_all_numbers_make_no_interval():
    past, rows = split(random_outcomes(30, regimes=1), 25)
    past = changed(past, spread=np.full(25, 5e-324))
    got = static_layer().assess(past, rows)
    assert says_nothing(got)


def test_the_row_of_a_rare_regime_is_measured_by_all():
    past, rows = split(random_outcomes(300, regimes=1), 200)
    rare = changed(rows, regime=np.full(100, 7))
    same(static_layer().assess(past, rare), static_layer().assess(past, rows))


def test_the_likelier_sign_is_always_in_the_larger_set():
    outcomes = random_outcomes(500)
    got = ConformalLayer(200, 4).assess(outcomes, as_rows(outcomes))
    up = outcomes.probability > 0.5
    assert got.may_be_up[up].sum() >= got.may_be_down[up].sum()
    assert not (got.may_be_down & ~got.may_be_up)[up].any()
    assert not (got.may_be_up & ~got.may_be_down)[~up].any()


def test_confidence_rises_with_the_distance_from_even_odds():
    past, rows = split(random_outcomes(400, regimes=1), 300)
    order = np.argsort(np.abs(rows.probability - 0.5))
    confidence = static_layer().assess(past, rows).confidence[order]
    assert (np.diff(confidence) >= 0).all()
    assert confidence.max() < 1


def test_higher_levels_hold_lower_ones():
    outcomes = random_outcomes(500)
    got = ConformalLayer(200, 4, (0.5, 0.8, 0.9)).assess(outcomes, as_rows(outcomes))
    width = (got.upper - got.lower)[np.isfinite(got.upper).all(axis=1)]
    assert (np.diff(width, axis=1) >= 0).all()
    assert (np.diff(got.may_be_up.astype(int), axis=1) >= 0).all()


def test_nothing_is_changed():
    outcomes = random_outcomes(100)
    rows = as_rows(outcomes)
    before = [outcomes.target.copy(), rows.value.copy(), rows.spread.copy()]
    static_layer().assess(outcomes, rows)
    for now, then in zip([outcomes.target, rows.value, rows.spread], before):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize(
    ("horizon", "level", "least"), [(1, 0.9, 9), (1, 0.8, 4), (24, 0.9, 145), (24, 0.8, 65)]
)
def test_the_least_record_suffices_and_one_less_does_not(horizon, level, least):
    assert least_record(horizon, level) == least
    outcomes = random_outcomes(least + horizon, regimes=1, gaps=False)
    got = ConformalLayer(least, horizon, (level,)).assess(outcomes, as_rows(outcomes))
    assert np.isfinite(got.upper[-1])
    assert says_nothing(got, slice(-1))


def test_a_record_that_can_never_suffice_is_refused():
    message = r"\(record_candles\) for intervals of 90%, 24 candles ahead: 144 usable .* 145"
    with pytest.raises(TooLittleData, match=message):
        ConformalLayer(144, 24)


@pytest.mark.parametrize("levels", [(), (0.9, 0.8), (0.0, 0.5), (0.5, 1.0), (0.5, 0.5)])
def test_levels_rise_within_zero_and_one(levels):
    with pytest.raises(ValueError, match="levels must rise, and be above 0 and under 1, got"):
        ConformalLayer(500, 1, levels)


def test_ten_thousand_rows_are_worked_on_in_parts():
    outcomes = random_outcomes(3_000, gaps=False)
    parts = list(ConformalLayer(500, 4).record.of(outcomes, as_rows(outcomes)))
    assert len(parts) > 3
    assert max(part.places.size for part in parts) <= 2**18
