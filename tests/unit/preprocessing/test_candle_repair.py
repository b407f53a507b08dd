"""Frozen values, invariants and validation of `repair_candles`; hostile frames are a property."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from freqtrade.data.converter import ohlcv_fill_up_missing_data

from aurum_plugins.clock import DAY_MS, HOUR_MS
from aurum_plugins.errors import AurumError
from aurum_plugins.features.candles import CandleStatus
from aurum_plugins.preprocessing.candle_repair import MENDABLE, CandleError, repair_candles
from aurum_plugins.preprocessing.candle_settings import CandleSettings

SETTINGS = CandleSettings()
START = 1_735_689_600_000  # 2025-01-01, a Wednesday
NOTHING_DONE = dict.fromkeys(("undated", "off_grid", "unsorted", "duplicate", "bounds"), 0)
OBSERVED, MISSING, EMPTY, INVALID, _ = CandleStatus


def frame(*hours: float | None, **columns: list[float]) -> pd.DataFrame:
    """Quiet candles that open so many hours after the start; None has no date."""
    opens = [pd.NaT if h is None else pd.Timestamp(START + h * HOUR_MS, unit="ms") for h in hours]
    count = len(hours)
    quiet = {
        "date": pd.DatetimeIndex(opens, tz="UTC").as_unit("ms"),
        "open": np.full(count, 100.0),
        "high": np.full(count, 103.0),
        "low": np.full(count, 99.0),
        "close": 101.0 + np.arange(count) / 10,
        "volume": np.full(count, 5.0),
    }
    return pd.DataFrame({**quiet, **columns})


def repaired(candles: pd.DataFrame, interval_ms: int = HOUR_MS):
    return repair_candles(candles, interval_ms, SETTINGS)


def hours_of(result) -> list[float]:
    return ((result.candles.open_ms - START) / HOUR_MS).tolist()


class TestFrozenValues:
    def test_what_is_in_order_stays_as_it_is(self):
        result = repaired(frame(0, 1, 2))
        candles = result.candles
        assert candles.open_ms.tolist() == [START, START + HOUR_MS, START + 2 * HOUR_MS]
        assert candles.close.tolist() == [101.0, 101.1, 101.2]
        assert [candles.open[0], candles.high[0], candles.low[0], candles.volume[0]] == [
            100.0,
            103.0,
            99.0,
            5.0,
        ]
        assert candles.status.tolist() == [OBSERVED] * 3
        assert candles.interval_ms == HOUR_MS
        assert result.rows.tolist() == [0, 1, 2]
        assert result.repairs == NOTHING_DONE

    def test_a_hole_is_marked_and_not_filled(self):
        result = repaired(frame(0, 1, 4))
        assert hours_of(result) == [0, 1, 2, 3, 4]
        assert result.candles.status.tolist() == [OBSERVED, OBSERVED, MISSING, MISSING, OBSERVED]
        for name in ("open", "high", "low", "close", "volume"):
            assert np.isnan(getattr(result.candles, name)).tolist() == [0, 0, 1, 1, 0]
        assert result.candles.status.dtype == np.uint8
        assert result.rows.tolist() == [0, 1, 4]
        assert result.repairs == NOTHING_DONE

    def test_late_candles_are_sorted_in(self):
        result = repaired(frame(0, 3, 1, 2, 4))
        assert result.candles.close.tolist() == [101.0, 101.2, 101.3, 101.1, 101.4]
        assert result.rows.tolist() == [0, 3, 1, 2, 4]
        assert result.repairs == {**NOTHING_DONE, "unsorted": 2}

    def test_of_two_candles_the_one_received_last_counts(self):
        result = repaired(frame(0, 1, 1, 2, 0))
        assert result.candles.close.tolist() == [101.4, 101.2, 101.3]
        assert result.rows.tolist() == [-1, -1, 1, 2, 0]
        assert result.repairs == {**NOTHING_DONE, "unsorted": 1, "duplicate": 2}

    def test_rows_without_a_usable_date_are_dropped(self):
        result = repaired(frame(None, 0, 0.5, 1, None))
        assert result.candles.close.tolist() == [101.1, 101.3]
        assert result.rows.tolist() == [-1, 0, -1, 1, -1]
        assert result.repairs == {**NOTHING_DONE, "undated": 2, "off_grid": 1}

    def test_a_regular_series_between_the_lines_of_the_grid_is_dropped_whole(self):
        result = repaired(frame(0.25, 1.25, 2.25))
        assert len(result.candles) == 0
        assert result.rows.tolist() == [-1, -1, -1]
        assert result.repairs["off_grid"] == 3

    def test_a_single_candle_is_judged_by_its_own_date(self):
        assert repaired(frame(None)).repairs["undated"] == 1
        assert repaired(frame(0.5)).repairs["off_grid"] == 1
        assert repaired(frame(7)).candles.open_ms.tolist() == [START + 7 * HOUR_MS]

    def test_bounds_missed_by_a_rounding_error_are_widened(self):
        result = repaired(
            frame(0, 1, 2, high=[103.0, 101.1 - 1e-5, 103.0], low=[100 + 1e-5, 99.0, 99.0])
        )
        assert result.candles.high.tolist() == [103.0, 101.1, 103.0]
        assert result.candles.low.tolist() == [100.0, 99.0, 99.0]
        assert result.candles.status.tolist() == [OBSERVED] * 3
        assert result.repairs == {**NOTHING_DONE, "bounds": 2}

    def test_bounds_missed_by_a_millionth_itself_are_widened(self):
        high_missed = {"open": [1.0], "high": [1.0], "low": [0.5], "close": [MENDABLE]}
        low_missed = {"open": [MENDABLE], "high": [2.0], "low": [MENDABLE], "close": [1.0]}
        for columns in (high_missed, low_missed):
            result = repaired(frame(0, **columns))
            assert result.repairs == {**NOTHING_DONE, "bounds": 1}
            assert result.candles.status.tolist() == [OBSERVED]

    def test_bounds_missed_by_more_make_a_candle_invalid(self):
        result = repaired(frame(0, 1, high=[100.9, 103.0], low=[99.0, 100.1]))
        assert result.candles.status.tolist() == [INVALID, INVALID]
        assert result.candles.high.tolist() == [100.9, 103.0]
        assert result.repairs == NOTHING_DONE

    def test_holes_that_freqtrade_filled_are_found_again(self):
        received = frame(0, 1, 2, 6, 7)
        filled = ohlcv_fill_up_missing_data(received, "1h", "BTC/USDT")
        assert len(filled) == 8
        result = repaired(filled)
        assert result.candles.status.tolist() == [0, 0, 0, EMPTY, EMPTY, EMPTY, 0, 0]
        as_received = repaired(received).candles
        assert as_received.observed.tolist() == result.candles.observed.tolist()

    def test_no_rows_give_no_candles(self):
        for empty in (frame(), pd.DataFrame(), pd.DataFrame(columns=["date", "open"])):
            result = repaired(empty)
            assert len(result.candles) == 0
            assert result.candles.status.dtype == np.uint8
            assert result.rows.shape == (0,)
            assert result.repairs == NOTHING_DONE


class TestDates:
    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    @pytest.mark.parametrize("zone", ["UTC", None, "Asia/Tokyo"])
    def test_any_unit_and_any_zone(self, unit, zone):
        candles = frame(0, 1, 3, None)
        dates = candles["date"].dt.as_unit(unit)
        candles["date"] = dates.dt.tz_localize(None) if zone is None else dates.dt.tz_convert(zone)
        result = repaired(candles)
        assert hours_of(result) == [0, 1, 2, 3]
        assert result.rows.tolist() == [0, 1, 3, -1]

    def test_dates_that_are_objects_are_those_moments(self):
        candles = frame(0, 1, 3)
        tokyo = candles["date"].dt.tz_convert("Asia/Tokyo").iloc[1]
        for dates in (
            # As pandas joins dates whose time zones are two objects that mean the same.
            candles["date"].astype(object),
            [datetime.fromtimestamp(START / 1_000 + 3_600 * h, UTC) for h in (0, 1, 3)],
            [candles["date"].iloc[0], tokyo, candles["date"].iloc[2]],
            list(candles["date"].dt.tz_localize(None).to_numpy()),
        ):
            result = repaired(candles.assign(date=pd.Series(dates, dtype=object)))
            assert hours_of(result) == [0, 1, 2, 3]
            assert result.rows.tolist() == [0, 1, 3]

    @pytest.mark.parametrize("unit", ["us", "ns"])
    def test_less_than_a_millisecond_off_is_off(self, unit):
        candles = frame(0, 1, 2)
        candles["date"] = candles["date"].dt.as_unit(unit)
        candles.loc[1, "date"] += pd.Timedelta(1, unit=unit)
        result = repaired(candles)
        assert result.rows.tolist() == [0, -1, 2]
        assert result.repairs["off_grid"] == 1

    @pytest.mark.parametrize("unit", ["s", "ms"])
    @pytest.mark.parametrize("year", ["-9999", "1969", "2263", "200000"])
    def test_a_date_that_no_market_knows_is_none(self, unit, year):
        candles = frame(0, 1, 2)
        dates = candles["date"].dt.tz_localize(None).to_numpy().astype(f"datetime64[{unit}]")
        dates[1] = np.datetime64(f"{year}-01-01", unit)
        candles["date"] = dates
        result = repaired(candles)
        assert result.rows.tolist() == [0, -1, 2]
        assert result.repairs == {**NOTHING_DONE, "undated": 1}

    def test_days_open_at_midnight(self):
        assert repaired(frame(0, 24, 48), DAY_MS).rows.tolist() == [0, 1, 2]
        assert repaired(frame(1, 25, 49), DAY_MS).rows.tolist() == [-1, -1, -1]

    @pytest.mark.parametrize("weekday", range(7))
    def test_weeks_open_on_the_day_of_the_first_midnight(self, weekday):
        day = 24 * weekday
        result = repaired(frame(day + 1, day, day + 168, day + 24, day + 504), 7 * DAY_MS)
        assert result.rows.tolist() == [-1, 0, 1, -1, 3]
        assert result.repairs["off_grid"] == 2

    def test_the_first_midnight_says_when_weeks_open_even_if_it_is_the_only_one(self):
        assert repaired(frame(72), 7 * DAY_MS).rows.tolist() == [0]
        assert repaired(frame(0, 24, 168), 7 * DAY_MS).rows.tolist() == [0, -1, 1]

    @pytest.mark.parametrize("hours", [1, 1 / HOUR_MS, 24 + 1 / HOUR_MS])
    def test_weeks_without_a_midnight_are_off(self, hours):
        assert repaired(frame(hours, hours + 168), 7 * DAY_MS).repairs["off_grid"] == 2

    def test_a_wrong_date_does_not_cost_the_memory(self):
        with pytest.raises(CandleError, match="span at most 5000000 intervals; look for a wrong"):
            repair_candles(frame(0, 1_000_000), 60_000, SETTINGS)
        few = CandleSettings(longest_grid=3)
        assert len(repair_candles(frame(0, 2), HOUR_MS, few).candles) == 3
        with pytest.raises(CandleError, match=r"date: must span .* \(got 4\)"):
            repair_candles(frame(0, 3), HOUR_MS, few)
        with pytest.raises(CandleError, match=r"date: must span .* \(got 4\)"):
            repair_candles(frame(0, 1, 2, 3), HOUR_MS, few)


class TestInvariants:
    @pytest.mark.parametrize("hours", [(0, 1, 2, 3), (0, 2, 1, 5, 5)])
    def test_the_input_is_left_alone(self, hours):
        candles = frame(*hours)
        candles.loc[1, "high"] = candles.loc[1, "close"] - 1e-5
        before = candles.copy(deep=True)
        result = repaired(candles)
        assert result.repairs["bounds"] == 1
        pd.testing.assert_frame_equal(candles, before)

    def test_later_changes_of_the_frame_do_not_reach_the_candles(self):
        candles = frame(0, 1, 2)
        result = repaired(candles)
        candles.loc[:, "close"] = 1.0
        assert result.candles.close.tolist() == [101.0, 101.1, 101.2]

    @pytest.mark.parametrize("dtype", ["float32", "int64", "uint16", "Float64", "Int32"])
    def test_any_type_of_number(self, dtype):
        candles = frame(0, 1).astype({"open": dtype, "volume": dtype})
        result = repaired(candles)
        assert result.candles.open.dtype == np.float64
        assert result.candles.open.tolist() == [100.0, 100.0]

    @pytest.mark.parametrize("dtype", ["Float64", "Int64"])
    def test_a_missing_number_of_a_nullable_type_makes_the_candle_invalid(self, dtype):
        candles = frame(0, 1, close=[101.0, 101.0]).astype({"close": dtype})
        candles.loc[1, "close"] = pd.NA
        assert repaired(candles).candles.status.tolist() == [OBSERVED, INVALID]

    def test_numbers_too_large_for_a_float64_make_the_candle_invalid(self):
        candles = frame(0, 1)
        for high in ("1e4000", "1.79e308"):
            candles["high"] = np.array([103, high], dtype=np.longdouble)
            candles.loc[0, "open"] = 200.0  # above the high
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert repaired(candles).candles.status.tolist() == [INVALID, INVALID]

    def test_the_index_and_other_columns_do_not_matter(self):
        plain = repaired(frame(0, 2, 1))
        other = frame(0, 2, 1).assign(rsi="text").set_index(pd.Index([7, 7, 7]))
        result = repaired(other)
        assert result.candles.close.tolist() == plain.candles.close.tolist()
        assert result.rows.tolist() == plain.rows.tolist()


class TestValidation:
    @pytest.mark.parametrize("name", ["date", "open", "high", "low", "close", "volume"])
    def test_a_missing_column(self, name):
        with pytest.raises(CandleError, match=f"{name}: must be a column, once .*0 of") as caught:
            repaired(frame(0).drop(columns=name))
        assert (caught.value.subject, caught.value.rule) == (name, "must be a column, once")
        assert isinstance(caught.value, AurumError)
        assert isinstance(caught.value, ValueError)

    def test_a_doubled_column(self):
        doubled = pd.concat([frame(0), frame(0)[["close"]]], axis=1)
        with pytest.raises(CandleError, match=r"close: must be a column, once .*2 of"):
            repaired(doubled)

    @pytest.mark.parametrize(
        "values",
        [["100.0"], [True], [None], [Decimal(1)], [1 + 2j], [pd.Timestamp(0)], [pd.Timedelta(1)]],
    )
    def test_a_column_that_holds_no_numbers(self, values):
        with pytest.raises(CandleError, match="close: must be a column of numbers") as caught:
            repaired(frame(0, close=values))
        assert caught.value.value == pd.Series(values).dtype

    @pytest.mark.parametrize("dates", [[START], ["2025-01-01"], [None], [float(START)]])
    def test_dates_of_another_type(self, dates):
        with pytest.raises(CandleError, match="date: must be of type datetime64"):
            repaired(frame(0, date=dates))

    @pytest.mark.parametrize("interval_ms", [0, -HOUR_MS, 7 * DAY_MS + 1, 30 * DAY_MS])
    def test_an_interval_out_of_range(self, interval_ms):
        with pytest.raises(CandleError, match="interval_ms: must be from 1 to 604800000") as caught:
            repaired(frame(0), interval_ms)
        assert caught.value.value == interval_ms
