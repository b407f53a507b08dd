from __future__ import annotations

import numpy as np

from aurum_plugins.forecasting.expected_spread import MOST_LOG_VOLATILITY, expected_spread


def test_four_times_the_usual_volatility_is_twice_the_spread():
    spread = expected_spread(np.log([0.25, 1.0, 4.0]))
    np.testing.assert_allclose(spread, [0.5, 1.0, 2.0])


def test_the_wildest_are_cut_off():
    most = np.exp(MOST_LOG_VOLATILITY / 2)
    spread = expected_spread(np.array([-np.inf, -50.0, 50.0, np.inf]))
    np.testing.assert_allclose(spread, [1 / most, 1 / most, most, most])


def test_what_is_not_known_is_usual():
    assert expected_spread(np.array([np.nan])) == 1.0
