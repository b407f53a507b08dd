"""The newest word on a candle replaces the older one."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.market_data.answers import without_revised

START = 1_700_000_000_000 // MINUTE_MS * MINUTE_MS


def row(minute: int, price: float | None = 1.0) -> list[Any]:
    return [START + minute * MINUTE_MS, price, price, price, price, 5.0]


@pytest.fixture
def known() -> pd.DataFrame:
    dates = pd.to_datetime([START + i * MINUTE_MS for i in range(4)], unit="ms", utc=True)
    return pd.DataFrame({"date": dates, "close": [10.0, 11.0, 12.0, 13.0]})


def left(known: pd.DataFrame, *answer: list[Any]) -> list[float]:
    return without_revised(known, answer)["close"].tolist()


def test_candles_that_are_told_anew_are_forgotten(known: pd.DataFrame) -> None:
    assert left(known, row(1), row(2)) == [10.0, 13.0]


def test_all_may_be_told_anew(known: pd.DataFrame) -> None:
    assert left(known, *(row(i) for i in range(5))) == []


def test_the_input_stays_as_it_is(known: pd.DataFrame) -> None:
    before = known.copy()
    without_revised(known, [row(1)])
    pd.testing.assert_frame_equal(known, before)


@pytest.mark.parametrize("answer", [[], [row(9)], [[START, 0.01]]])
def test_nothing_told_nothing_forgotten(known: pd.DataFrame, answer: list[Any]) -> None:
    assert without_revised(known, answer) is known


@pytest.mark.parametrize("figure", [None, math.nan, math.inf])
def test_a_row_without_figures_replaces_nothing(known: pd.DataFrame, figure: float | None) -> None:
    assert left(known, row(0), row(1, figure)) == [11.0, 12.0, 13.0]


def test_a_candle_missing_from_the_answer_is_kept(known: pd.DataFrame) -> None:
    assert left(known, row(0), row(2), row(3)) == [11.0]


def test_fractions_of_a_second_are_rounded_down(known: pd.DataFrame) -> None:
    late = row(1)
    late[0] += 999
    assert left(known, late) == [10.0, 12.0, 13.0]


def test_other_resolutions_of_dates_are_no_obstacle(known: pd.DataFrame) -> None:
    known["date"] = known["date"].astype("datetime64[ns, UTC]")
    assert left(known, row(3)) == [10.0, 11.0, 12.0]
