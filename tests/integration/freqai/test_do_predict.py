"""Rows that lack a feature are refused, through the real classes of FreqAI."""

from __future__ import annotations

import numpy as np
import pytest
from freqai_training import FEATURES, TrainedModel, featured_candles, model_configuration

DAMAGE = {"nan": np.nan, "inf": np.inf, "minus_inf": -np.inf}


@pytest.fixture
def ours(tmp_path) -> TrainedModel:
    return TrainedModel(model_configuration(tmp_path))


@pytest.mark.parametrize("value", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("column", [0, 39])
def test_a_row_with_a_missing_or_infinite_feature_is_refused(ours, value, column) -> None:
    frame = featured_candles(20)
    frame.loc[7, FEATURES[column]] = value
    forecasts, do_predict = ours.predict(frame)
    assert do_predict.tolist() == [0 if row == 7 else 1 for row in range(20)]
    assert len(forecasts) == 20
    assert np.isfinite(forecasts.to_numpy()).all()


@pytest.mark.parametrize("value", DAMAGE.values(), ids=DAMAGE)
def test_stock_freqai_forgets_that_the_row_was_incomplete(tmp_path, value) -> None:
    # The reason for all of this. If it fails, freqtrade has mended its hole.
    stock = TrainedModel(model_configuration(tmp_path, "LightGBMRegressor"))
    frame = featured_candles(20)
    frame.loc[7, FEATURES[0]] = value
    _, do_predict = stock.predict(frame)
    assert do_predict[7] == 1


def test_a_live_bot_s_single_row_is_refused(ours) -> None:
    frame = featured_candles(20)
    frame.loc[19, FEATURES[3]] = np.nan
    _, do_predict = ours.predict(frame.iloc[-1:])
    assert do_predict.tolist() == [0]


def test_a_row_of_nothing_is_refused(ours) -> None:
    frame = featured_candles(5)
    frame.loc[2, FEATURES] = np.nan
    _, do_predict = ours.predict(frame)
    assert do_predict.tolist() == [1, 1, 0, 1, 1]


@pytest.mark.parametrize("value", [np.nan, np.inf], ids=["nan", "inf"])
def test_a_forecast_that_is_not_finite_is_never_acted_on(ours, value) -> None:
    class Broken:
        def predict(self, features):
            out = np.zeros(len(features))
            out[1] = value
            return out

    ours.model.model = Broken()
    try:
        _, do_predict = ours.predict(featured_candles(3))
    except ValueError as error:
        # FreqAI's own label pipeline refuses infinity, for the whole frame.
        assert "infinity" in str(error)  # noqa: PT017
    else:
        assert do_predict.tolist() == [1, 0, 1]


def test_a_column_that_is_missing_is_an_error_that_names_it(ours) -> None:
    with pytest.raises(Exception, match="feature_5"):
        ours.predict(featured_candles(5).drop(columns=FEATURES[5]))
