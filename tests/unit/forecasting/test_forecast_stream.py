from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecast_rows import (
    HORIZON,
    TRAINED,
    ForecastRows,
    forecast_of,
    forecast_rows,
    same_numbers,
    trained_ensemble,
)

from aurum_plugins.forecasting import Readiness
from aurum_plugins.forecasting.errors import FeatureMismatch, MemberFailed
from aurum_plugins.forecasting.forecast_stream import ForecastStream
from aurum_plugins.preprocessing import Preprocessor

AHEAD = forecast_rows().part(slice(TRAINED, None))
# What the small ensemble looks back on, in rows: its record, its monitors and two horizons.
REMEMBERED = 320


class Labels:
    """Labels of the rows ahead by candle, as far as they are known; notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[np.ndarray] = []

    def __call__(self, candles):
        self.asked.append(candles)
        rows = AHEAD.labels.set_axis(AHEAD.candles).reindex(candles).reset_index(drop=True)
        return rows.where(pd.Series(candles + HORIZON <= candles[-1]), axis=0)


def forecast(stream: ForecastStream, rows: ForecastRows, labels: Labels):
    return stream.forecast(rows.features, rows.candles, labels)


@pytest.fixture(scope="module")
def ensemble():
    return trained_ensemble()


@pytest.fixture(scope="module")
def at_once(ensemble):
    return forecast_of(ensemble, AHEAD)


@pytest.mark.parametrize("step", [1, 7, 100])
def test_candles_one_by_one_are_those_of_all_at_once(ensemble, at_once, step):
    stream = ForecastStream(ensemble, REMEMBERED)
    stop = len(AHEAD) if step > 1 else 60
    for start in range(0, stop, step):
        rows = slice(start, min(start + step, stop))
        same_numbers(forecast(stream, AHEAD.part(rows), Labels()), at_once, of=rows)
        assert stream.last == AHEAD.candles[rows.stop - 1]


def test_no_more_rows_are_remembered_than_were_asked_for(ensemble):
    stream, labels = ForecastStream(ensemble, 50), Labels()
    for start in range(0, 120, 20):
        forecast(stream, AHEAD.part(slice(start, start + 20)), labels)
    assert [len(candles) for candles in labels.asked] == [20, 40, 60, 70, 70, 70]
    np.testing.assert_array_equal(labels.asked[-1], AHEAD.candles[50:120])


def test_it_begins_after_the_training(ensemble):
    assert ForecastStream(ensemble, REMEMBERED).last == ensemble.trained_until_


def test_a_failure_leaves_it_as_it_was(ensemble, at_once, monkeypatch):
    stream = ForecastStream(ensemble, REMEMBERED)
    forecast(stream, AHEAD.part(slice(10)), Labels())
    later = AHEAD.part(slice(10, 12))
    lacking = later.features.drop(columns=ensemble.feature_names[0])
    with pytest.raises(FeatureMismatch):
        stream.forecast(lacking, later.candles, Labels())

    def fail(_):
        raise MemberFailed("linear", "score", "no labels today")

    with pytest.raises(MemberFailed):
        stream.forecast(later.features, later.candles, fail)
    assert stream.last == AHEAD.candles[9]
    same_numbers(forecast(stream, later, Labels()), at_once, of=slice(10, 12))


def test_what_was_found_at_the_models_door_adds_up(ensemble, monkeypatch):
    stream, stock = ForecastStream(ensemble, REMEMBERED), Preprocessor.transform
    forecast(stream, AHEAD.part(slice(10)), Labels())
    assert stream.not_finite == 0

    def transform(self, table):
        scaled = stock(self, table).copy()
        scaled[-1, 0] = np.nan
        return scaled

    with monkeypatch.context() as patch:
        patch.setattr(Preprocessor, "transform", transform)
        found = forecast(stream, AHEAD.part(slice(10, 12)), Labels())
        forecast(stream, AHEAD.part(slice(12, 13)), Labels())
    assert stream.not_finite == 2 * len(ensemble.models_)
    assert found.readiness[1] == Readiness.MISSING_FEATURES
    assert not any(one.usable[1] for one in found.targets.values())
    forecast(stream, AHEAD.part(slice(13, 14)), Labels())
    assert stream.not_finite == 2 * len(ensemble.models_)
