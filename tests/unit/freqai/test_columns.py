"""Columns for FreqAI: their names, their values, and the rows that they land beside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from columns_for_freqai import (
    FEW,
    HOOKS,
    MARKET,
    OHLCV,
    OWN_PAST,
    SHORT_TARGETS,
    added,
    candles,
    configuration,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.features import (
    CATALOGUE,
    FeatureSet,
    FeatureSettings,
    TargetSettings,
    forward_targets,
    target_history,
)
from aurum_plugins.freqai import FreqaiColumns
from aurum_plugins.preprocessing import CandleSettings, repair_candles


def by_date(frame: pd.DataFrame, hook: str, features: dict[str, Any]) -> pd.DataFrame:
    """What `FeatureSet` and `forward_targets` say of each time, without our frames between."""
    repaired = repair_candles(frame, HOUR_MS, CandleSettings()).candles
    index = pd.DatetimeIndex(pd.to_datetime(repaired.open_ms, unit="ms", utc=True))
    targets = TargetSettings.from_config(configuration())
    if hook == "targets":
        labels = forward_targets(repaired, targets)
        return pd.DataFrame(labels, index=index).add_prefix("&-")
    given = {key: tuple(names) for key, names in features.items()}
    known = FeatureSet(FeatureSettings(**given))
    if hook == "standard":
        market = {
            pair: repair_candles(of_pair, HOUR_MS, CandleSettings()).candles
            for pair, of_pair in MARKET.items()
        }
        found = {column.name: column.numbers for column in known.market_wide(repaired, market)}
        found |= target_history(repaired, targets)
    elif hook == "expand_all":
        table = known.compute(repaired, [5])
        found = {
            f"{column.feature}-period": column.numbers for column in table.columns if column.period
        }
    else:
        table = known.compute(repaired, [])
        found = {column.name: column.numbers for column in table.columns}
    return pd.DataFrame(found, index=index).add_prefix("%-")


def beside(frame: pd.DataFrame, hook: str, features: dict[str, Any]) -> pd.DataFrame:
    """What must stand beside each row: nothing where a later row has the same date, or none."""
    dates = pd.DatetimeIndex(frame["date"])
    counts = ~dates.duplicated(keep="last") & ~dates.isna()
    clean = frame.loc[counts].sort_values("date").reset_index(drop=True)
    expected = by_date(clean, hook, features).reindex(dates)
    expected.index = frame.index
    expected.loc[~counts] = np.nan
    return expected


class TestNames:
    def test_features_with_a_period_leave_it_to_freqai_to_name_it(self) -> None:
        columns = FreqaiColumns(configuration(FEW))
        for period in (5, 14):
            assert list(added(candles(), "expand_all", columns, period)) == ["%-rsi-period"]

    def test_features_without_a_period_have_their_own_name(self) -> None:
        new = added(candles(), "expand_basic", FreqaiColumns(configuration(FEW)))
        assert list(new) == ["%-body", "%-close_location"]

    def test_features_of_the_market_carry_their_period(self) -> None:
        config = configuration({**FEW, "market_periods": [24, 7]})
        assert list(added(candles(), "standard", FreqaiColumns(config))) == [
            "%-market_return_24",
            "%-breadth_24",
            "%-market_return_7",
            "%-breadth_7",
            "%-hour_sin",
            "%-hour_cos",
            "%-half_day_sin",
            "%-half_day_cos",
            "%-weekday_sin",
            "%-weekday_cos",
            "%-half_week_sin",
            "%-half_week_cos",
            *OWN_PAST,
        ]

    def test_labels(self) -> None:
        new = added(candles(), "targets", FreqaiColumns(configuration()))
        assert list(new) == ["&-forward_return", "&-forward_volatility"]
        one = {**SHORT_TARGETS, "include": ["forward_volatility"]}
        config = configuration(targets=one)
        assert list(added(candles(), "targets", FreqaiColumns(config))) == ["&-forward_volatility"]

    def test_every_feature_has_one_hook(self) -> None:
        columns = FreqaiColumns(configuration({"market_periods": [24]}))
        names = [name for hook in HOOKS[:3] for name in added(candles(), hook, columns)]
        bare = [
            name.removeprefix("%-").removesuffix("-period").removesuffix("_24") for name in names
        ]
        own_past = [name.removeprefix("%-") for name in OWN_PAST]
        assert sorted(bare) == sorted([*CATALOGUE, *own_past])

    @pytest.mark.parametrize("hook", HOOKS[:3])
    def test_what_is_left_out_is_not_added(self, hook) -> None:
        left = {"expand_all": "body", "expand_basic": "rsi", "standard": "rsi"}[hook]
        columns = FreqaiColumns(configuration({"include": [left]}))
        expected = OWN_PAST if hook == "standard" else []
        assert list(added(candles(), hook, columns)) == expected


class TestValues:
    @pytest.mark.parametrize("hook", HOOKS)
    def test_they_are_those_of_the_features_themselves(self, hook) -> None:
        new = added(candles(), hook, FreqaiColumns(configuration()))
        assert_frame_equal(new, beside(candles(), hook, {}), check_exact=True)
        assert new.iloc[-4].notna().all()

    @pytest.mark.parametrize("hook", HOOKS)
    @pytest.mark.parametrize(
        "index",
        [
            pd.RangeIndex(1_000, 1_240, 2),
            pd.Index([7] * 120),
            pd.Index(np.arange(120)[::-1]),
            pd.Index([f"row {row}" for row in range(120)]),
            pd.Index([np.nan] * 60 + [1.0] * 60),
            pd.MultiIndex.from_product([["a", "b"], range(60)]),
            pd.DatetimeIndex(candles()["date"]).rename("when"),
        ],
        ids=["steps", "one value", "falling", "text", "nan", "two levels", "dates"],
    )
    def test_any_index(self, hook, index) -> None:
        columns = FreqaiColumns(configuration(FEW))
        plain = added(candles(), hook, columns)
        new = added(candles().set_index(index), hook, columns)
        np.testing.assert_array_equal(new.to_numpy(), plain.to_numpy())

    @pytest.mark.parametrize("hook", HOOKS)
    def test_other_columns_stay_and_have_no_say(self, hook) -> None:
        columns = FreqaiColumns(configuration(FEW))
        other = candles().assign(**{"%-rsi-period_14_BTC/USDT_1h": np.inf, "tag": "text"})
        other = other[["tag", *OHLCV[::-1], "%-rsi-period_14_BTC/USDT_1h"]]
        assert_frame_equal(added(other, hook, columns), added(candles(), hook, columns))

    @pytest.mark.parametrize("hook", HOOKS)
    def test_a_row_moved_takes_its_values_along(self, hook) -> None:
        columns = FreqaiColumns(configuration(FEW))
        order = np.random.default_rng(2).permutation(120)
        shuffled = candles().iloc[order]
        # The index of a shuffled frame still names the rows.
        assert_frame_equal(
            added(shuffled, hook, columns).sort_index(), added(candles(), hook, columns)
        )

    @pytest.mark.parametrize("hook", HOOKS)
    def test_of_a_candle_received_twice_the_later_row_has_the_values(self, hook) -> None:
        columns = FreqaiColumns(configuration(FEW))
        first_try = candles().iloc[[100]].assign(close=lambda frame: frame["close"] * 1.01)
        frame = pd.concat([candles().iloc[:100], first_try, candles().iloc[100:]])
        new = added(frame, hook, columns)
        assert new.iloc[100].isna().all()
        assert_frame_equal(new.iloc[np.r_[:100, 101:121]], added(candles(), hook, columns))

    @pytest.mark.parametrize("hook", HOOKS)
    def test_a_row_without_a_date_has_no_values_and_takes_none(self, hook) -> None:
        columns = FreqaiColumns(configuration(FEW))
        frame = pd.concat([candles().iloc[:51], candles().iloc[50:]])
        frame["date"] = frame["date"].where(np.arange(121) != 50)
        new = added(frame, hook, columns)
        assert new.iloc[50].isna().all()
        assert_frame_equal(new.iloc[np.r_[:50, 51:121]], added(candles(), hook, columns))

    @pytest.mark.parametrize("hook", HOOKS)
    def test_a_broken_candle_has_no_values_and_the_rest_as_if_it_were_missing(self, hook) -> None:
        columns = FreqaiColumns(configuration(FEW))
        broken = candles()
        broken.loc[60, OHLCV[1:]] = np.nan
        new = added(broken, hook, columns)
        assert new.iloc[60].isna().all()
        without = added(candles().drop(index=60), hook, columns)
        assert_frame_equal(new.drop(index=60), without)
        assert new.iloc[100].notna().all()

    @pytest.mark.parametrize("hook", HOOKS)
    def test_candles_of_which_none_has_a_place(self, hook) -> None:
        late = candles().assign(date=candles()["date"] + pd.Timedelta(minutes=7))
        assert added(late, hook, FreqaiColumns(configuration(FEW))).isna().all(axis=None)

    @given(
        hook=st.sampled_from(HOOKS),
        rows=st.lists(st.integers(0, 59), min_size=1, max_size=90),
        broken=st.sets(st.integers(0, 89), max_size=5),
        undated=st.sets(st.integers(0, 89), max_size=3),
        seed=st.integers(0, 9),
    )
    @settings(max_examples=60, deadline=None)
    def test_rows_in_any_order_any_number_of_times(self, hook, rows, broken, undated, seed) -> None:
        frame = candles(60).iloc[rows]
        # Each time that a candle is received it says something else.
        rng = np.random.default_rng(seed)
        frame[OHLCV[1:5]] *= np.exp(rng.normal(0, 0.01, (len(rows), 1)))
        where = np.arange(len(rows))
        frame.loc[np.isin(where, list(broken)), "close"] = np.nan
        frame.loc[np.isin(where, list(undated)), "date"] = pd.NaT
        new = added(frame, hook, FreqaiColumns(configuration(FEW)))
        assert_frame_equal(new, beside(frame, hook, FEW), check_exact=True)

    @pytest.mark.parametrize("hook", HOOKS[:3])
    @pytest.mark.parametrize("cut", [1, 30, 90])
    def test_no_feature_looks_ahead(self, hook, cut) -> None:
        columns = FreqaiColumns(configuration(FEW))
        whole = added(candles(), hook, columns)
        assert_frame_equal(added(candles().iloc[:cut], hook, columns), whole.iloc[:cut])


class TestEmptyFrames:
    @pytest.mark.parametrize("hook", HOOKS)
    def test_the_columns_are_there(self, hook) -> None:
        columns = FreqaiColumns(configuration(FEW))
        full = added(candles(), hook, columns)
        for empty in (candles().iloc[:0], pd.DataFrame(columns=OHLCV), pd.DataFrame()):
            new = added(empty, hook, columns)
            assert list(new) == list(full)
            assert len(new) == 0
