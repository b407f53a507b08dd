"""The middle of values that weigh, and what they weigh."""

from __future__ import annotations

import math

import pytest

from aurum_plugins.market_data.consensus.trading_weights import trading_weights
from aurum_plugins.market_data.consensus.weighted_median import weighted_median

NAN = math.nan


@pytest.mark.parametrize(
    ("values", "weights", "middle"),
    [
        ([5.0], [2.0], 5.0),
        ([1.0, 2.0], [1.0, 1.0], 1.5),
        ([1.0, 2.0], [1.0, 1.1], 2.0),
        ([1.0, 2.0, 9.0], [1.0, 1.0, 1.0], 2.0),
        ([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 1.0], 2.5),
        ([1.0, 2.0, 3.0], [0.5, 0.0, 0.5], 2.0),
        ([1.0, 2.0, 3.0], [0.3, 0.3, 0.6], 2.5),
        ([1.0, 2.0, 3.0, 4.0, 5.0], [0.15, 0.1, 0.2, 0.3, 0.25], 4.0),
        ([1.0, 2.0, 3.0, 4.0], [0.49, 0.01, 0.25, 0.25], 2.5),
    ],
)
def test_known_medians(values, weights, middle) -> None:
    assert weighted_median(values, weights) == pytest.approx(middle, rel=1e-15)


def test_a_half_is_met_up_to_rounding() -> None:
    assert weighted_median([1.0, 2.0, 3.0], [0.1, 0.2, 0.3]) == 2.5
    assert weighted_median([1.0, 2.0, 3.0], [0.3, 0.2, 0.1]) == 1.5


@pytest.mark.parametrize("weights", [[], [0.0, 0.0]])
def test_nothing_to_weigh_is_refused(weights) -> None:
    with pytest.raises(ValueError, match=r"weights must be 0 or more and not all 0, got \["):
        weighted_median([1.0] * len(weights), weights)


@pytest.mark.parametrize(
    ("turnovers", "shares"),
    [
        ([1.0, 1.0, 2.0], [0.25, 0.25, 0.5]),
        ([1.0, 1.0, 98.0], [0.25, 0.25, 0.5]),
        ([98.0, 2.0], [0.5, 0.5]),
        ([3.0, 2.0, NAN], [3 / 7, 2 / 7, 2 / 7]),
        ([3.0, 2.0, -1.0], [3 / 7, 2 / 7, 2 / 7]),
        ([3.0, 2.0, math.inf], [3 / 7, 2 / 7, 2 / 7]),
        ([NAN, NAN, NAN], [1 / 3] * 3),
        ([0.0, 0.0, NAN], [1 / 3] * 3),
        ([5.0, 0.0, 0.0], [1 / 3] * 3),
        ([5.0, NAN, NAN], [1 / 3] * 3),
        ([7.0], [1.0]),
        ([1e308, 1e308, 1e308], [1 / 3] * 3),
    ],
)
def test_no_venue_weighs_more_than_the_others_together(turnovers, shares) -> None:
    weights = trading_weights(turnovers)
    assert [weight / sum(weights) for weight in weights] == pytest.approx(shares)
