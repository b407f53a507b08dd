"""Sums over windows against means computed at once, by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.forecasting.evaluation.walk_forward_run import WindowResult
from aurum_plugins.forecasting.tuning.window_score import (
    LEAST_CHANCE,
    ForecastSums,
    WindowScore,
    total,
)


def table(target, probability, usable=True, base_rate=0.4) -> pd.DataFrame:
    frame = pd.DataFrame({"target": target, "probability": probability})
    return frame.assign(usable=usable, base_rate=base_rate)


def test_the_loss_of_a_few_rows_by_hand() -> None:
    sums = ForecastSums.of(table([1.0, -1.0, 0.0, np.nan], [0.8, 0.3, 0.6, 0.1]))
    assert sums.rows == 3
    assert sums.log_loss == pytest.approx(-math.log(0.8) - math.log(0.7) - math.log(0.4))
    assert sums.brier == pytest.approx(0.2**2 + 0.3**2 + 0.6**2)
    assert sums.base_brier == pytest.approx(0.6**2 + 2 * 0.4**2)
    assert sums.accuracy == pytest.approx(2 / 3)
    assert sums.brier_skill == pytest.approx(1 - 0.49 / 0.68)
    assert sums.mean_log_loss == pytest.approx(sums.log_loss / 3)


def test_a_refused_row_counts_as_its_base_rate_and_without_a_model_as_a_coin() -> None:
    refused = ForecastSums.of(table([1.0, -1.0], [0.9, np.nan], usable=False))
    assert refused.brier_skill == 0
    assert refused.log_loss == pytest.approx(-math.log(0.4) - math.log(0.6))
    none = ForecastSums.of(table([1.0, -1.0], np.nan, usable=False, base_rate=np.nan))
    assert none.mean_log_loss == pytest.approx(math.log(2))
    assert none.accuracy == 0.5


def test_a_sure_and_wrong_forecast_has_a_finite_loss() -> None:
    sums = ForecastSums.of(table([1.0], [0.0]))
    assert sums.log_loss == pytest.approx(-math.log(LEAST_CHANCE))


def test_no_rows_have_no_figures() -> None:
    sums = ForecastSums.of(table([np.nan], [0.5]))
    assert sums == ForecastSums()
    assert math.isnan(sums.mean_log_loss)
    assert math.isnan(sums.accuracy)
    assert math.isnan(sums.brier_skill)


def test_windows_add_up_to_what_they_are_together() -> None:
    rng = np.random.default_rng(0)
    frame = table(rng.standard_normal(90), rng.uniform(0.2, 0.8, 90))
    parts = [WindowScore({"a": ForecastSums.of(frame[at : at + 30])}) for at in (0, 30, 60)]
    whole = total(parts)
    at_once = ForecastSums.of(frame)
    assert whole.loss == pytest.approx(at_once.mean_log_loss)
    assert whole.targets["a"].brier_skill == pytest.approx(at_once.brier_skill)


def test_pairs_are_added_in_the_same_order_whenever_they_are_done() -> None:
    rng = np.random.default_rng(1)
    results = [
        WindowResult(
            pair,
            0,
            {name: table(rng.standard_normal(9), rng.random(9)) for name in ("a", "b")},
            "OneOutcome: one sign" if pair == "C" else "",
        )
        for pair in "ABC"
    ]
    forwards, backwards = (WindowScore.of(order, ("a", "b")) for order in (results, results[::-1]))
    assert forwards == backwards
    assert forwards.failures == ("C: OneOutcome: one sign",)
    assert forwards.loss == pytest.approx(
        np.mean([forwards.targets[name].mean_log_loss for name in ("a", "b")])
    )
