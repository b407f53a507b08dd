from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecast_rows import (
    FIRST,
    HORIZON,
    RETURN,
    TARGETS,
    VOLATILITY,
    fit_on,
    forecast_rows,
    small_ensemble,
)

from aurum_plugins.forecasting import Readiness
from aurum_plugins.forecasting.evaluation.forecast_table import ForecastTable
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.evaluation.walk_forward_run import WalkForwardPlan, walk_forward
from aurum_plugins.forecasting.workers.local_workers import LocalWorkers

MEMBERS = ("linear", "lightgbm")
PLAN = WalkForwardPlan(FIRST + 800, FIRST + 1_100, 750, 150)


def pair_rows(pair="BTC/USDT", seed=0, labels=None, features=None):
    rows = forecast_rows(seed=seed)
    known = rows.labels if labels is None else labels
    shown = rows.features if features is None else features
    close = np.linspace(1, 2, len(rows))
    lagged = rows.labels.shift(HORIZON + 1)
    return PairRows(pair, rows.candles, rows.candles * 3_600_000, close, shown, known, lagged)


def run(rows=None, plan=PLAN, ensemble=small_ensemble, **how):
    pairs = [pair_rows()] if rows is None else rows
    results = list(walk_forward(pairs, plan, ensemble, **how))
    return {(result.pair, result.window): result for result in results}


def of(results, target=RETURN, pair="BTC/USDT"):
    """The forecasts of one target, window after window."""
    return pd.concat(
        [r.tables[target] for (name, _), r in sorted(results.items()) if name == pair],
        ignore_index=True,
    )


@pytest.fixture(scope="module")
def results():
    return run()


def same(found, expected, columns=None):
    names = list(columns or expected.columns)
    pd.testing.assert_frame_equal(found[names], expected[names], check_exact=True)


@pytest.mark.parametrize(
    ("first", "stop", "step", "expected"),
    [
        (100, 130, 10, [(50, 100, 110), (60, 110, 120), (70, 120, 130)]),
        (100, 125, 10, [(50, 100, 110), (60, 110, 120), (70, 120, 125)]),
        (100, 103, 10, [(50, 100, 103)]),
        (100, 100, 10, []),
    ],
)
def test_windows_follow_each_other(first, stop, step, expected):
    assert WalkForwardPlan(first, stop, 50, step).windows == expected


def test_every_candle_is_forecast_once(results):
    candles = pair_rows().candles
    wanted = candles[(candles >= PLAN.first) & (candles < PLAN.stop)]
    assert [result.error for result in results.values()] == ["", ""]
    for target in (RETURN, VOLATILITY):
        table = of(results, target)
        np.testing.assert_array_equal(table["candle"], wanted)
        assert table["window"].tolist() == [(c - PLAN.first) // 150 for c in wanted]
        rows = pair_rows().between(PLAN.first, PLAN.stop)
        np.testing.assert_array_equal(table["target"], rows.labels[target])
        np.testing.assert_array_equal(table["persistence"], rows.persistence[target])
        np.testing.assert_array_equal(table["close"], rows.close)
        np.testing.assert_array_equal(table["open_ms"], rows.open_ms)


def test_tables_are_what_an_evaluation_takes(results):
    for target in (RETURN, VOLATILITY):
        table = ForecastTable.of(of(results, target))
        assert len(table) == len(of(results, target))
        assert 0.5 < len(table.answered) / len(table) < 1.0
    failed = run(plan=WalkForwardPlan(FIRST + 400, FIRST + 900, 750, 400))
    assert ForecastTable.of(of(failed)).usable.any()


def test_a_window_is_forecast_by_a_model_of_the_candles_before_it(results):
    rows = forecast_rows()
    for number, (begin, start, stop) in enumerate(PLAN.windows):
        first, at, end = np.searchsorted(rows.candles, [begin, start, stop])
        past = rows.part(slice(first, at))
        # The last candle closed just before the window begins.
        assert past.candles[-1] == start - 1
        ensemble = fit_on(small_ensemble(), past)
        ahead = rows.part(slice(at, end))
        forecasts = ensemble.forecast(ahead.features, ahead.candles, ahead.labels)
        for target in (RETURN, VOLATILITY):
            table, forecast = results["BTC/USDT", number].tables[target], forecasts.targets[target]
            for name in ("probability", "value", "confidence", "agreement", "novelty", "regime"):
                np.testing.assert_array_equal(table[name], getattr(forecast, name), err_msg=name)
            np.testing.assert_array_equal(table["lower_80"], forecast.lower[:, 0])
            np.testing.assert_array_equal(table["upper_90"], forecast.upper[:, 1])
            np.testing.assert_array_equal(table["usable"], forecasts.ready)
            assert table["refusal"].tolist() == [
                Readiness(code).name.lower() for code in forecasts.readiness
            ]
            model = ensemble.models_[target]
            assert set(table["base_rate"]) == {model.trained_.base_rate}
            for name, weight in model.weights.items():
                assert set(table[f"weight_{name}"]) == {weight}
            for name, others in (MEMBERS, MEMBERS[::-1]):
                column = MEMBERS.index(name)
                alone = model.subset([name]).probability(forecast.scores[:, [column]])
                np.testing.assert_array_equal(table[f"member_{name}"], alone)
                np.testing.assert_array_equal(table[f"without_{others}"], alone)


class TestNoLookAhead:
    def test_labels_from_the_windows_start_on_train_no_model(self, results):
        """Shuffled, they change no forecast that is made before the first of them is known."""
        start = PLAN.windows[1][1]
        labels = forecast_rows().labels.copy()
        candles = forecast_rows().candles
        later = candles + HORIZON >= start
        labels[later] = np.random.default_rng(0).permutation(labels[later])
        found = run([pair_rows(labels=labels)])
        columns = [c for c in of(results).columns if c != "target"]
        for target in (RETURN, VOLATILITY):
            table, expected = of(found, target), of(results, target)
            # The label of candle s - h is known at the close of candle s.
            before = expected["candle"] < start
            same(table[before], expected[before], columns)
            # Nor do they change the model of the window, only its record.
            window = expected["window"] == 1
            model = ["probability", "value", "agreement", "novelty", "base_rate", "regime"]
            members = [c for c in columns if c.startswith(("member_", "without_", "weight_"))]
            same(table[window], expected[window], [*model, *members])
            assert not table[window]["lower_80"].equals(expected[window]["lower_80"])

    def test_candles_after_a_row_change_nothing_of_it(self, results):
        cut = PLAN.first + 200
        features = forecast_rows().features.copy()
        features[forecast_rows().candles >= cut] *= -3.0
        found = run([pair_rows(features=features)])
        before = of(results)["candle"] < cut
        same(of(found)[before], of(results)[before])
        assert not of(found)[~before]["probability"].equals(of(results)[~before]["probability"])

    def test_candles_before_the_training_window_change_nothing(self, results):
        features, labels = forecast_rows().features.copy(), forecast_rows().labels.copy()
        early = forecast_rows().candles < PLAN.windows[0][0]
        features[early], labels[early] = 5.0, 5.0
        assert early.any()
        same(of(run([pair_rows(features=features, labels=labels)])), of(results))


def test_pairs_and_processes_do_not_disturb_each_other(results):
    pairs = [pair_rows(), pair_rows("ETH/USDT", seed=1)]
    found = run(pairs, workers=LocalWorkers(2))
    assert len(found) == 4
    same(of(found), of(results))
    assert not of(found, pair="ETH/USDT")["probability"].equals(of(results)["probability"])


def test_without_ablation_there_are_no_members(results):
    table = of(run(ablate=False))
    names = [c for c in of(results) if not c.startswith(("member_", "without_"))]
    assert list(table.columns) == names
    same(table, of(results), names)


def test_a_single_member_has_no_others():
    alone = of(run(ensemble=lambda: small_ensemble(members=("linear",))))
    assert "member_linear" in alone
    assert "without_linear" not in alone
    np.testing.assert_array_equal(alone["member_linear"], alone["probability"])


class TestFailures:
    def test_a_training_that_fails_leaves_unusable_rows_and_its_reason(self):
        plan = WalkForwardPlan(FIRST + 400, FIRST + 900, 750, 400)
        found = run(plan=plan)
        failed, fine = found["BTC/USDT", 0], found["BTC/USDT", 1]
        assert failed.error.startswith("TooLittleData: training window: ")
        assert fine.error == ""
        for target in (RETURN, VOLATILITY):
            table = failed.tables[target]
            assert len(table) > 390
            assert not table["usable"].any()
            assert set(table["refusal"]) == {"no_model"}
            assert table[["probability", "lower_80", "confidence"]].isna().all(axis=None)
            assert np.isfinite(table["target"]).all()
        assert set(fine.tables[RETURN].columns) >= set(failed.tables[RETURN].columns)

    def test_what_preprocessing_refuses_is_told_as_well(self):
        features = forecast_rows().features * 0.0
        found = run([pair_rows(features=features)])
        assert all(r.error.startswith("TooFewUsableFeatures: ") for r in found.values())

    def test_a_window_before_a_pairs_first_candle_has_no_rows(self):
        plan = WalkForwardPlan(FIRST - 900, FIRST + 900, 750, 900)
        found = run(plan=plan)
        assert [len(r.tables[RETURN]) > 0 for _, r in sorted(found.items())] == [False, True]
        assert all(result.error for result in found.values())

    def test_an_error_of_ours_in_the_code_is_not_swallowed(self):
        def broken():
            ensemble = small_ensemble(TARGETS)
            ensemble.settings = None
            return ensemble

        with pytest.raises(AttributeError):
            run(ensemble=broken)
