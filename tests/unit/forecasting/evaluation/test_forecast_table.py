"""A table of forecasts: what it says, and what it refuses in which words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecast_table import MEMBERS, START_MS, forecast_table

from aurum_plugins.forecasting.errors import BadRows
from aurum_plugins.forecasting.evaluation.forecast_table import BadForecastTable, ForecastTable

FRAME = forecast_table(50)


def changed(column: str, value: object, row: int = 3) -> pd.DataFrame:
    frame = FRAME.copy()
    frame.loc[row, column] = value
    return frame


def test_rows_are_sorted_by_time_and_then_by_pair() -> None:
    shuffled = FRAME.sample(frac=1, random_state=1)
    before = shuffled.copy()
    table = ForecastTable.of(shuffled)
    assert (np.diff(table.candles) >= 0).all()
    assert list(table.frame["pair"][:4]) == ["BTC/USDT", "ETH/USDT"] * 2
    pd.testing.assert_frame_equal(table.frame, ForecastTable.of(FRAME).frame)
    pd.testing.assert_frame_equal(shuffled, before)


def test_it_knows_pairs_members_months_and_what_may_be_judged() -> None:
    table = ForecastTable.of(FRAME)
    assert len(table) == 100
    assert table.pairs == ("BTC/USDT", "ETH/USDT")
    assert table.members == MEMBERS
    assert set(table.months) == {"2024-01"}
    expected = FRAME["usable"] & FRAME["target"].notna()
    assert len(table.answered) == expected.sum()
    assert table.answered.usable.all()
    assert table.answered.labelled.all()
    assert table.has("close")
    assert not table.has("nothing")


def test_months_are_those_of_utc() -> None:
    frame = FRAME[FRAME["pair"] == "BTC/USDT"].head(2).assign(candle=[1, 2])
    frame["open_ms"] = [START_MS - 1, START_MS]
    assert ForecastTable.of(frame).months == ["2023-12", "2024-01"]


def test_a_target_of_nothing_is_not_above_0() -> None:
    assert not ForecastTable.of(changed("target", 0.0)).above[6]


@pytest.mark.parametrize("column", ["pair", "probability", "lower_90", "base_rate"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(BadForecastTable, match=f"column {column}: must be there"):
        ForecastTable.of(FRAME.drop(columns=column))


def test_optional_columns_may_be_left_out() -> None:
    optional = ["regime", "refusal", "close", *(f"weight_{name}" for name in MEMBERS)]
    assert len(ForecastTable.of(FRAME.drop(columns=optional))) == 100


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (FRAME.head(0), "column pair: must have a row"),
        (pd.concat([FRAME, FRAME["value"]], axis=1), "column value: must be there once"),
        (FRAME.drop(columns="member_lightgbm"), "must have a column member_lightgbm beside it"),
        (FRAME.assign(pair=1), "column pair: must hold text"),
        (FRAME.assign(refusal=None), "column refusal: must hold text"),
        (FRAME.assign(usable=1), "column usable: must be true or false"),
        (FRAME.assign(candle=FRAME["candle"].astype(float)), "column candle: must be whole"),
        (FRAME.assign(regime=0.5), "column regime: must be whole"),
        (FRAME.assign(probability="likely"), "column probability: must be numbers"),
        (FRAME.assign(value=True), "column value: must be numbers"),
        (pd.concat([FRAME, FRAME.head(1)]), "column candle: must name each candle of a pair once"),
        (FRAME.assign(open_ms=START_MS), "column open_ms: must rise with the candle"),
        (changed("open_ms", START_MS + 1), "column open_ms: must rise with the candle"),
        (changed("target", np.inf), "column target: must not be infinite"),
        (changed("probability", 1.1), r"column probability: must lie in \[0, 1\] \(got 1.1\)"),
        (changed("confidence", -0.1), r"column confidence: must lie in \[0, 1\]"),
        (changed("without_lightgbm", 2.0), r"column without_lightgbm: must lie in \[0, 1\]"),
        (changed("weight_lightgbm", 2.0), r"column weight_lightgbm: must lie in \[0, 1\]"),
        (changed("close", 0.0), "column close: must be above 0"),
        (changed("lower_80", 99.0), "column lower_80: must not be above upper_80"),
        (changed("upper_90", np.nan), "column lower_90: must be known where upper_90 is"),
        (
            FRAME.assign(usable=True, base_rate=np.nan),
            "column base_rate: must be known in a usable row",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused_and_named(frame: pd.DataFrame, words: str) -> None:
    with pytest.raises(BadForecastTable, match=words) as caught:
        ForecastTable.of(frame)
    assert isinstance(caught.value, BadRows)
    assert caught.value.column in str(caught.value)


def test_a_row_that_is_not_usable_need_not_have_a_forecast() -> None:
    frame = FRAME.assign(usable=False, probability=np.nan, value=np.nan, confidence=np.nan)
    assert len(ForecastTable.of(frame).answered) == 0
