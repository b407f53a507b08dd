from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.forecasting import Readiness
from aurum_plugins.freqai.forecast_columns import column_names
from aurum_plugins.signals import outlook
from aurum_plugins.signals.outlook import READINESS, READY, RETURN, VOLATILITY

NAN = float("nan")


def forecasts(up: list[float], readiness: list[float] | None = None, **more: list[float]):
    columns = {f"{RETURN}_up": up, READINESS: [READY] * len(up) if readiness is None else readiness}
    named = {f"{RETURN}_confidence": more.get("confidence"), VOLATILITY: more.get("volatility")}
    return pd.DataFrame({**columns, **{name: x for name, x in named.items() if x is not None}})


def test_the_columns_are_those_of_the_ensemble():
    names = column_names([RETURN, VOLATILITY])
    assert {f"{RETURN}_up", f"{RETURN}_confidence", READINESS} <= set(names)
    assert int(Readiness.READY) == READY


@pytest.mark.parametrize("columns", [["close"], [VOLATILITY], ["&-up", READINESS], []])
def test_another_model_s_forecasts_are_no_outlook(columns):
    assert outlook(pd.DataFrame(1.0, index=range(3), columns=columns), 4) is None


def test_the_probability_is_the_mean_of_the_last_ready_ones():
    got = outlook(forecasts([0.4, 0.6, 0.5, 0.8]), 2)
    # Half of two is one.
    np.testing.assert_allclose(got.probability, [0.4, 0.5, 0.55, 0.65])
    assert got.ready.all()


def test_what_is_not_ready_is_left_out_and_half_must_be_there():
    got = outlook(forecasts([0.4, 0.0, 0.6, 0.9, 0.9], [1, 0, 1, 2, 3]), 3)
    np.testing.assert_allclose(got.probability, [NAN, NAN, 0.5, NAN, NAN])
    # Two of three were ready on the third alone, and the last two are not ready themselves.
    assert got.ready.tolist() == [False, False, True, False, False]


def test_a_candle_that_is_not_ready_may_not_be_acted_on_though_those_before_it_were():
    got = outlook(forecasts([0.6, 0.6, 0.6, 0.1], [1, 1, 1, 0]), 4)
    assert got.probability[-1] == pytest.approx(0.6)
    assert got.ready.tolist() == [False, True, True, False]


@pytest.mark.parametrize("bad", [0, 2, 3, -1, NAN, 0.999, math.inf])
def test_only_one_code_is_ready(bad):
    got = outlook(forecasts([0.6], [bad]), 1)
    assert not got.ready.any()
    assert np.isnan(got.probability).all()


def test_a_probability_that_is_none_is_not_ready():
    got = outlook(forecasts([NAN, 0.6]), 1)
    assert got.ready.tolist() == [False, True]


def test_without_a_readiness_nothing_is_ready():
    got = outlook(forecasts([0.6, 0.6]).drop(columns=READINESS), 1)
    assert not got.ready.any()
    assert np.isnan(got.figures["readiness"]).all()


def test_zeros_of_freqai_are_no_forecast():
    # It fills the candles that it missed with zeros, in every column.
    got = outlook(forecasts([0.0] * 4, [0] * 4, volatility=[0.0] * 4), 2)
    assert not got.ready.any()
    assert np.isnan(got.probability).all()
    assert got.volatility_ratio.tolist() == [1.0] * 4


def test_volatility_is_a_log_ratio_within_bounds():
    told = [0.0, math.log(1.5), math.log(0.75), 9.0, -9.0]
    got = outlook(forecasts([0.5] * 5, volatility=told), 1)
    np.testing.assert_allclose(got.volatility_ratio, [1.0, 1.5, 0.75, 2.0, 0.5])


def test_a_volatility_that_is_not_ready_or_not_forecast_is_the_usual_one():
    got = outlook(forecasts([0.5, 0.5], [1, 0], volatility=[math.log(1.5)] * 2), 1)
    np.testing.assert_allclose(got.volatility_ratio, [1.5, 1.0])
    assert outlook(forecasts([0.5]), 1).volatility_ratio.tolist() == [1.0]


def test_confidence_is_told_where_it_is_ready():
    got = outlook(forecasts([0.5, 0.5], [1, 0], confidence=[0.3, 0.3]), 1)
    np.testing.assert_array_equal(got.figures["confidence"], [0.3, NAN])
    assert np.isnan(outlook(forecasts([0.5]), 1).figures["confidence"]).all()
    assert set(got.figures) == {"probability", "confidence", "volatility_ratio", "readiness"}


def test_the_frame_is_left_as_it_was():
    frame = forecasts([0.5, NAN], [1, 0], confidence=[0.3, 0.3], volatility=[0.1, NAN])
    copy = frame.copy(deep=True)
    outlook(frame, 2)
    pd.testing.assert_frame_equal(frame, copy)
