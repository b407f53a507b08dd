"""What a producer sent, beside our own candles: all of it is doubted, none of it raises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from freqtrade.misc import dataframe_to_json, json_to_dataframe
from predicting_strategy import hourly_candles

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.signals import outlook
from aurum_plugins.strategies.sent_forecasts import SentForecasts, sent_forecasts

ROWS = 40
UP, READY = "&-forward_return_up", "&-readiness"
COLUMNS = {
    "&-forward_return": 0.25,
    UP: 0.625,
    "&-forward_return_confidence": 0.5,
    "&-forward_volatility": -0.75,
    READY: 1.0,
    "do_predict": 1,
}


@pytest.fixture(scope="module")
def ours() -> pd.DataFrame:
    candles = hourly_candles(ROWS)
    return candles.assign(date=candles["date"].astype("datetime64[ms, UTC]"))


@pytest.fixture
def sent(ours) -> pd.DataFrame:
    """As a producer sends it."""
    return over_the_wire(ours.assign(**COLUMNS, enter_long=1, action=1))


def over_the_wire(frame: pd.DataFrame) -> pd.DataFrame:
    return json_to_dataframe(dataframe_to_json(frame.copy()))


def read(sent: pd.DataFrame, ours: pd.DataFrame) -> SentForecasts:
    return sent_forecasts(sent, ours, HOUR_MS)


def nothing_believed(found: SentForecasts) -> bool:
    return not found.usable.any() and all(np.isnan(c).all() for c in found.columns.values())


def test_the_forecasts_come_through_as_they_were_sent(sent, ours) -> None:
    found = read(sent, ours)
    assert found.fault == ""
    assert found.arrived.all()
    assert found.usable.all()
    assert (found.lag_candles == 0).all()
    assert {name: set(column) for name, column in found.columns.items()} == {
        name: {value} for name, value in COLUMNS.items()
    }
    # What the producer decided, and its candles, stay away.
    assert set(found.columns) == set(COLUMNS)


def test_nothing_sent_is_nothing_arrived(ours) -> None:
    found = read(pd.DataFrame(), ours)
    assert nothing_believed(found)
    assert not found.arrived.any()
    assert np.isnan(found.lag_candles).all()
    assert found.fault == ""
    told = outlook(ours.assign(**found.columns), 4)
    assert told is not None
    assert not told.ready.any()


def test_candles_are_matched_by_date_and_not_by_place(sent, ours) -> None:
    sent[UP] = np.arange(ROWS) / 100
    # Of other lengths, with a hole, and ahead of our own candles.
    found = read(sent.drop(index=[20, 21]), ours.iloc[10:30])
    expected = np.arange(10, 30) / 100
    expected[[10, 11]] = np.nan
    np.testing.assert_array_equal(found.columns[UP], expected)
    assert found.arrived.tolist() == [True] * 10 + [False] * 2 + [True] * 8
    assert found.lag_candles.tolist() == [0] * 10 + [1, 2] + [0] * 8


def test_an_old_frame_has_no_forecast_for_newer_candles(sent, ours) -> None:
    found = read(sent.iloc[:-3], ours)
    assert found.arrived.tolist() == [True] * (ROWS - 3) + [False] * 3
    assert found.lag_candles[-3:].tolist() == [1, 2, 3]
    assert np.isnan(found.columns[READY][-3:]).all()


def test_what_begins_later_says_nothing_of_before(sent, ours) -> None:
    found = read(sent.iloc[5:], ours)
    assert np.isnan(found.lag_candles[:5]).all()
    assert not found.arrived[:5].any()
    assert found.usable[5:].all()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (UP, np.nan),
        (UP, np.inf),
        (UP, -0.01),
        (UP, 1.01),
        (UP, 1e308),
        (READY, np.nan),
        (READY, np.inf),
        ("&-forward_return_confidence", 1.5),
        ("&-forward_return_confidence", np.nan),
        ("&-forward_volatility", 21.0),
        ("&-forward_volatility", -np.inf),
        ("close", np.nan),
        ("close", np.inf),
        ("close", 0.0),
    ],
)
def test_one_impossible_figure_costs_its_candle_alone(name, value, sent, ours) -> None:
    sent[name] = sent[name].astype(float)
    sent.loc[7, name] = value
    with np.errstate(all="raise"):
        found = read(sent, ours)
    assert found.arrived.all()
    assert np.flatnonzero(~found.usable).tolist() == [7]
    assert all(np.isnan(column[7]) for column in found.columns.values())
    assert found.columns[UP][8] == COLUMNS[UP]


@pytest.mark.parametrize("readiness", [0.0, 2.0, 8.0])
def test_one_that_says_that_it_is_not_ready_is_taken_at_its_word(readiness, sent, ours) -> None:
    sent.loc[7, list(COLUMNS)] = 0
    sent.loc[7, READY] = readiness
    found = read(sent, ours)
    assert found.usable.all()
    assert found.columns[READY][7] == readiness


@pytest.mark.parametrize(("factor", "believed"), [(1.009, True), (0.991, True), (1.02, False)])
def test_forecasts_of_another_market_are_not_ours(factor, believed, sent, ours) -> None:
    found = read(sent.assign(close=sent["close"] * factor), ours)
    assert found.usable.all() == believed
    assert found.usable.any() == believed


def test_a_model_without_volatility_or_confidence_will_do(sent, ours) -> None:
    found = read(sent.drop(columns=["&-forward_return_confidence", "&-forward_volatility"]), ours)
    assert found.usable.all()


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda f: f.drop(columns=UP), "it has no column '&-forward_return_up'"),
        (lambda f: f.drop(columns=READY), "it has no column '&-readiness'"),
        (lambda f: f.drop(columns="date"), "it has no column 'date'"),
        (lambda f: f.drop(columns="close"), "it has no column 'close'"),
        (lambda f: pd.concat([f, f[[UP]]], axis=1), "it names a column twice"),
        (lambda f: f.assign(date=range(len(f))), "its dates are no UTC times"),
        (lambda f: f.assign(date=f["date"].dt.tz_localize(None)), "its dates are no UTC times"),
        (lambda f: f.assign(date="today"), "its dates are no UTC times"),
        (lambda f: f.iloc[::-1], "out of order, or of another timeframe"),
        (lambda f: pd.concat([f, f.iloc[-1:]]), "out of order, or of another timeframe"),
        (lambda f: f.assign(date=f["date"].where(f.index != 3)), "of another timeframe"),
        (lambda f: f.assign(date=pd.date_range(f["date"][0], periods=ROWS, freq="5min")), "of an"),
    ],
)
def test_a_frame_that_makes_no_sense_is_read_not_at_all(spoil, fault, sent, ours) -> None:
    found = read(spoil(sent), ours)
    assert fault in found.fault
    assert nothing_believed(found)
    assert not found.arrived.any()
    assert {UP, READY} <= set(found.columns)


@pytest.mark.parametrize("column", [UP, READY, "close", "&-forward_volatility"])
@pytest.mark.parametrize(
    "value", ["buy", None, [1.0], {"a": 1}, pd.Timestamp("2024-01-01"), 10**400, object()]
)
def test_other_types_than_numbers_are_no_forecasts(column, value, sent, ours) -> None:
    values: list[Any] = [value] * ROWS
    found = read(sent.assign(**{column: pd.Series(values, dtype=object)}), ours)
    assert nothing_believed(found)
    assert found.arrived.all()


def test_columns_that_are_not_called_by_a_word_are_passed_over(sent, ours) -> None:
    sent[7] = 1.0
    assert set(read(sent, ours).columns) == set(COLUMNS)


def test_nothing_of_ours_and_nothing_that_was_sent_is_changed(sent, ours) -> None:
    copies = sent.copy(), ours.copy()
    read(sent, ours)
    pd.testing.assert_frame_equal(sent, copies[0])
    pd.testing.assert_frame_equal(ours, copies[1])
