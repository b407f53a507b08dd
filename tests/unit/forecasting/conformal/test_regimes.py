from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.forecasting.conformal.regimes import Regimes
from aurum_plugins.forecasting.errors import NotFitted, TooLittleData


def test_thirds_of_the_spreads():
    regimes = Regimes().fit(np.arange(1.0, 10.0))
    assert regimes.of(np.arange(1.0, 10.0)).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert regimes.of(np.array([-np.inf, 0.0, 1e9, np.inf])).tolist() == [0, 0, 2, 2]


def test_a_constant_spread_is_one_regime():
    regimes = Regimes().fit(np.full(9, 1.0))
    assert regimes.of(np.array([0.5, 1.0, 2.0])).tolist() == [0, 0, 0]


def test_two_spreads_are_two_regimes():
    regimes = Regimes().fit(np.array([1.0] * 4 + [2.0] * 6))
    assert regimes.of(np.array([1.0, 2.0])).tolist() == [0, 1]


def test_an_unknown_spread_is_of_no_regime_and_teaches_nothing():
    regimes = Regimes().fit(np.array([1.0, 2.0, np.nan, 3.0, np.inf]))
    np.testing.assert_array_equal(regimes.edges_, Regimes().fit(np.arange(1.0, 4.0)).edges_)
    assert regimes.of(np.array([np.nan, 1.0])).tolist() == [-1, 0]


def test_no_spread_at_all():
    with pytest.raises(TooLittleData, match="terciles of the expected spread: 0 usable rows"):
        Regimes().fit(np.array([np.nan]))


def test_it_must_be_fitted_first():
    with pytest.raises(NotFitted, match="the regimes was not trained"):
        Regimes().of(np.ones(1))
