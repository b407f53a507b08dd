"""What each measure reads from its evidence."""

from __future__ import annotations

import pytest
from evaluation_report import header
from quality_report import feature, pair_quality
from quality_report import report as quality
from validation_accounts import NOW, door, forecasts, soak

from aurum_plugins.forecasting.evaluation.report import (
    Estimate,
    EvaluationReport,
    Failure,
    Verdict,
)
from aurum_plugins.validation.errors import LeftOut, NotMeasured
from aurum_plugins.validation.gathering.coverage_account import CoverageAccount
from aurum_plugins.validation.gathering.data_account import DataAccount
from aurum_plugins.validation.gathering.decision_times import DecisionTimes
from aurum_plugins.validation.gathering.deployment_account import DeploymentAccount
from aurum_plugins.validation.gathering.forecast_account import ForecastAccount
from aurum_plugins.validation.measures import data, operation, reliability, trading
from aurum_plugins.validation.measures import forecasts as forecasting


def test_any_number_that_is_not_finite_counts() -> None:
    assert data.read_nan(door()).value == 0
    assert data.read_nan(door(not_finite=2, not_finite_forecasts=3)).value == 5
    assert "9,000 of 200,000 features that went in" in data.read_nan(door()).compared


def test_nothing_broken_or_nothing_forecast_shows_nothing() -> None:
    with pytest.raises(NotMeasured, match="no feature that went in was NaN or infinite"):
        data.read_nan(door(not_finite_offered=0))
    with pytest.raises(NotMeasured, match="of 1,000 forecasts none may be acted on"):
        data.read_nan(door(refused=1_000))
    with pytest.raises(NotMeasured, match="of 0 forecasts none may be acted on"):
        data.read_nan(door(forecast=0, refused=0))


def test_completeness_is_of_candles_observed_with_repairs_and_flags_apart() -> None:
    whole = pair_quality(pair="BBB/USDT", completeness=1.0, statuses={"observed": 1_000})
    reading = data.read_completeness(DataAccount(quality(pair_quality(), whole), False))
    assert (reading.value, reading.samples) == (1_994 / 2_000, 2_000)
    assert reading.compared == "rows repaired duplicate 6; candles flagged missing 6"
    assert reading.note == "4 gaps"
    clean = pair_quality(repairs={}, statuses={"observed": 1_000}, gaps=())
    invented = data.read_completeness(DataAccount(quality(clean), True))
    assert invented.compared == "rows repaired none; candles flagged none"
    assert "whole by construction" in invented.note


def test_features_are_not_blamed_for_their_warm_up() -> None:
    warm = feature(0, completeness=0.9, missing={"warm_up": 100, "gap": 0})
    holed = feature(1, completeness=0.8, missing={"warm_up": 100, "gap": 100})
    unknown = feature(2, completeness=1.0, missing={}, drift=None)
    report = quality(pair_quality(features=(warm, holed, unknown)))
    reading = data.read_features(DataAccount(report, False))
    assert reading.samples == 900 + 900 + 1_000
    assert reading.value == (900 + 800 + 1_000) / 2_800
    assert "0 of 3 features drifted far" in reading.compared


def test_latency_is_the_99th_percentile() -> None:
    times = DecisionTimes(tuple(float(n) for n in range(1, 102)), "a forecast", 8, 3)
    reading = data.read_latency(times)
    assert (reading.value, reading.samples) == (100.0, 101)
    assert reading.compared == "median 51.0 ms, longest 101.0 ms"
    assert reading.note == "a forecast, 8 pairs, 3 of them while a model was trained"
    with pytest.raises(NotMeasured, match="no decision was timed"):
        data.read_latency(DecisionTimes((), "a forecast", 8))


def test_trading_is_read_from_the_soak() -> None:
    account = soak(filled=180, made=479, calls_failed=10, closed=90, orders_wrong=3)
    assert trading.read_execution(account).value == 0.9
    assert "filled 198" in trading.read_execution(account).compared
    assert trading.read_signals(account).value == 479 / 480
    assert "1.5 s after the close" in trading.read_signals(account).compared
    assert trading.read_signals(soak(delays_s=())).compared == ""
    calls = trading.read_calls(account)
    assert (calls.value, calls.samples) == (0.999, 10_000)
    assert calls.compared.replace("\N{NO-BREAK SPACE}", " ").startswith("80.95 % of 10,500")
    assert trading.read_books(account).value == 387 / 390
    assert trading.read_books(account).note == ""
    besides = trading.read_soak(soak(missed=("x", "y")))
    assert (besides.value, besides.samples, besides.note) == (2, 30, "x; y")
    beside = trading.read_calls(soak(asked_beside=2_000, calls_failed=80))
    assert (beside.value, beside.samples) == (0.99, 8_000)
    assert "2,000 that freqtrade knows nothing of" in beside.note
    hourly = trading.read_throughput(soak(minutes=30.0, closed=90))
    assert (hourly.value, hourly.samples) == (180.0, 90)
    assert hourly.low < 180 < hourly.high


@pytest.mark.parametrize(
    "read", [trading.read_execution, trading.read_signals, trading.read_calls, trading.read_books]
)
def test_a_soak_in_which_nothing_happened_proves_nothing(read) -> None:
    idle = soak(
        approved=0, filled=0, due=0, made=0, attempts=0, retries=0, orders=0, calls_failed=0
    )
    with pytest.raises(NotMeasured, match="there were no"):
        read(idle)
    with pytest.raises(NotMeasured, match="looked at no promise"):
        trading.read_soak(soak(promised=0))


def test_uptime_is_of_the_time_without_a_missed_candle() -> None:
    assert reliability.read_uptime(soak()).value == 1.0
    assert reliability.read_uptime(soak(down_s=36.0)).value == pytest.approx(0.99)
    assert reliability.read_uptime(soak(ended_early=True)).value == 0.0
    with pytest.raises(NotMeasured, match="did not run"):
        reliability.read_uptime(soak(minutes=0.0))


def test_recovery_is_the_longest() -> None:
    assert reliability.read_recovery(soak()).value == 3.5
    assert reliability.read_recovery(soak(recovery_s=45.0, not_recovered=1)).value == 45.0


def test_a_bot_that_never_came_back_is_no_quick_recovery() -> None:
    lost = soak(recovery_s=3.5, not_recovered=1, longest_gap_s=200.0)
    assert reliability.read_recovery(lost).value == 200.0
    with pytest.raises(NotMeasured, match="ended too soon after its last fault"):
        reliability.read_recovery(soak(recovery_s=None, not_recovered=1, longest_gap_s=20.0))
    with pytest.raises(NotMeasured, match="no fault ended"):
        reliability.read_recovery(soak(recovery_s=None))


def test_errors_and_stability_are_shares_of_decisions() -> None:
    assert reliability.read_errors(soak(failed=48)).value == 0.1
    assert reliability.read_stability(soak(made_under_faults=300)).value == 0.75
    with pytest.raises(NotMeasured, match="decisions due while faults lasted"):
        reliability.read_stability(soak(due_under_faults=0, made_under_faults=0))


def test_accuracies_stand_beside_what_needs_no_model() -> None:
    reading = forecasting.read_volatility(forecasts())
    assert (reading.value, reading.low, reading.samples) == (0.75, 0.74, 9_000)
    assert "persistence 71.0" in reading.compared
    assert "binance-1h, 2 pairs, 1h, 4 candles ahead" in reading.note
    assert forecasting.read_direction(forecasts()).value == 0.54
    assert "synthetic market" in forecasting.read_direction(forecasts(is_synthetic=True)).note


def test_skill_is_what_the_harder_rival_leaves() -> None:
    account = forecasts()
    target = account.report.targets[1]

    def with_gains(persistence: float | None, majority: float | None) -> ForecastAccount:
        gains = {
            "gain_over_persistence": Estimate(value=persistence, low=-0.02, high=0.03),
            "gain_over_majority": Estimate(value=majority, low=0.1, high=0.2),
        }
        scores = target.scores.model_copy(update=gains)
        targets = (account.report.targets[0], target.model_copy(update={"scores": scores}))
        report = account.report.model_copy(update={"targets": targets})
        return ForecastAccount(report, account.mean_confidence, False)

    reading = forecasting.read_skill(with_gains(0.005, 0.15))
    assert (reading.value, reading.low, reading.high) == (0.005, -0.02, 0.03)
    assert reading.compared == "the harder rival is persistence"
    assert forecasting.read_skill(with_gains(0.0, -0.01)).value == -0.01
    assert forecasting.read_skill(with_gains(None, 0.15)).value == 0.15
    with pytest.raises(LeftOut, match="invented candles tell nothing of it"):
        forecasting.read_skill(forecasts(is_synthetic=True))
    with pytest.raises(NotMeasured, match="could be judged beside persistence"):
        forecasting.read_skill(with_gains(None, None))


def test_confidence_is_shown_with_what_came_of_it() -> None:
    reading = forecasting.read_confidence(forecasts())
    assert reading.value == 0.82
    shown = reading.compared.replace("\N{NO-BREAK SPACE}", " ")
    assert shown == "confidence of 0.65 or more: 10.0 % of all, 90.0 % right"


def test_calibration_and_intervals_take_the_worse_target() -> None:
    calibration = forecasting.read_calibration(forecasts())
    assert calibration.value == 0.02
    # 2,250 independent rows in ten bins.
    assert "some 0.027 by chance" in calibration.compared
    intervals = forecasting.read_intervals(forecasts())
    assert intervals.value == pytest.approx(0.01)
    assert intervals.compared.count(" of ") == 4


@pytest.mark.parametrize(
    "read",
    [forecasting.read_volatility, forecasting.read_calibration, forecasting.read_intervals],
)
def test_a_canary_that_failed_makes_every_figure_unknown(read) -> None:
    with pytest.raises(NotMeasured, match=r"canary of shuffled labels failed: the AUC is 0\.9"):
        read(forecasts(verdict=Verdict.FAILED))


def test_forecasts_that_were_not_judged_have_no_figures() -> None:
    account = forecasts()
    nothing = ForecastAccount(EvaluationReport(header=header(), targets=()), {}, False)
    with pytest.raises(NotMeasured, match="forward_volatility was not forecast"):
        forecasting.read_volatility(nothing)

    def with_volatility(**changes) -> ForecastAccount:
        targets = (account.report.targets[0], account.report.targets[1].model_copy(update=changes))
        failure = Failure(pair="BTC/USDT", window=1, reason="too little data")
        report = account.report.model_copy(update={"targets": targets, "failures": (failure,)})
        return ForecastAccount(report, {}, False)

    unjudged = with_volatility(scores=None, error="no outcome is known")
    with pytest.raises(NotMeasured, match="no outcome is known"):
        forecasting.read_volatility(unjudged)
    assert "1 windows had no model" in forecasting.read_volatility(with_volatility()).note
    assert forecasting.read_confidence(with_volatility(thresholds=())).value is None
    scores = account.report.targets[1].scores
    unknown = scores.accuracy.model_copy(update={"value": None})
    blind = with_volatility(scores=scores.model_copy(update={"accuracy": unknown}))
    with pytest.raises(NotMeasured, match="could be judged"):
        forecasting.read_volatility(blind)
    interval = account.report.targets[1].intervals[0].model_copy(update={"coverage": unknown})
    with pytest.raises(NotMeasured, match="no interval of forward_volatility"):
        forecasting.read_intervals(with_volatility(intervals=(interval,)))


def test_no_intervals_at_all_are_no_pass() -> None:
    account = forecasts()
    targets = tuple(t.model_copy(update={"intervals": ()}) for t in account.report.targets)
    report = account.report.model_copy(update={"targets": targets})
    with pytest.raises(NotMeasured, match="no forecast had an interval"):
        forecasting.read_intervals(ForecastAccount(report, {}, False))


def test_operation() -> None:
    assert operation.read_fees(soak(charged=189)).value == 189 / 190
    assert operation.read_intervention(soak(interventions=3)).value == 3 / 480
    deployment = operation.read_deployment(DeploymentAccount(1.0, 100.0, 20.0))
    assert (deployment.value, deployment.samples) == (121.0, 1)
    covered = operation.read_coverage(CoverageAccount(0.97, 500, NOW, 0))
    assert covered.value == 0.97
    assert "2026-11-23 07:08 UTC" in covered.note


def test_coverage_of_code_that_changed_since_is_not_known() -> None:
    with pytest.raises(NotMeasured, match=r"had 97.0 %, but 2 of 500 files were changed since"):
        operation.read_coverage(CoverageAccount(0.97, 500, NOW, 2))
