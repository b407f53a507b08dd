"""What every feature of one pair promises, whatever its family."""

from __future__ import annotations

import numpy as np
import pytest
from random_candle_series import COLUMNS, joined, random_series, rescaled, rows_of

from aurum_plugins.features.catalogue import FEATURES

SERIES = (random_series(21, 400), random_series(41, 400))
CASES = [
    pytest.param(feature, period, id=f"{name}-{period}")
    for name, feature in FEATURES.items()
    for period in ((2, 3, 5, 14, 50) if feature.periodic else (1,))
]


@pytest.mark.parametrize(("feature", "period"), CASES)
def test_the_window_is_not_larger_than_needed(feature, period):
    window = feature.window(period)
    for series in SERIES:
        short = feature.compute(rows_of(series, slice(0, window - 1)), period)
        assert len(short) == window - 1
        assert np.isnan(short).all()


@pytest.mark.parametrize(("feature", "period"), CASES)
def test_later_candles_change_no_earlier_row(feature, period):
    for series, known_rows in zip(SERIES, (250, 251)):
        known = rows_of(series, slice(0, known_rows))
        later = rescaled(rows_of(series, slice(known_rows, 400)), 3.0, 5.0)
        after = feature.compute(joined(known, later), period)
        np.testing.assert_array_equal(after[:known_rows], feature.compute(known, period))


@pytest.mark.parametrize(("feature", "period"), CASES)
@pytest.mark.parametrize("rows", [120, 250])
def test_candles_are_left_as_they_were(feature, period, rows):
    series = random_series(2, rows)
    kept = ("log_return", "squared_return", "absolute_return", "log_true_range", "close_location")
    copies = {name: getattr(series, name).copy() for name in (*COLUMNS, *kept)}
    result = feature.compute(series, period)
    if result.flags.writeable:
        result[:] = 0.0
    for name, copy in copies.items():
        np.testing.assert_array_equal(getattr(series, name), copy)
