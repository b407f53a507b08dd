"""Synthetic candles, what is done to them, and what comes to the models' door."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.forecasting import EnsembleSettings, trained_members
from aurum_plugins.preprocessing import CandleSettings, repair_candles
from aurum_plugins.validation.gathering.broken_candles import broken
from aurum_plugins.validation.gathering.decision_times import WARM_UP, times_here
from aurum_plugins.validation.gathering.door_account import door_account
from aurum_plugins.validation.gathering.synthetic_candles import (
    FIRST_MS,
    synthetic_frames,
    write_candles,
)

HOUR_MS = 3_600_000
SMALL = EnsembleSettings(members=("linear",), least_rows=200, folds=2, record_candles=200)


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    return synthetic_frames(("BTC", "ETH"), "1h", 130)


def test_everybody_gets_the_same_whole_candles(frames) -> None:
    again = synthetic_frames(("ETH",), "1h", 130)
    pd.testing.assert_frame_equal(again["ETH/USDT"], frames["ETH/USDT"])
    assert set(frames) == {"BTC/USDT", "ETH/USDT"}
    frame = frames["BTC/USDT"]
    assert len(frame) == 130 * 24
    assert frame["date"].iloc[0] == pd.Timestamp(FIRST_MS, unit="ms", tz="UTC")
    assert repair_candles(frame, HOUR_MS, CandleSettings()).candles.is_whole
    assert np.isfinite(frame.drop(columns="date")).all(axis=None)


def test_they_lie_as_freqtrade_would_have_written_them(frames, tmp_path) -> None:
    folder = write_candles(tmp_path / "candles", frames, "1h")
    assert {file.name for file in folder.iterdir()} == {
        "BTC_USDT-1h.feather",
        "ETH_USDT-1h.feather",
    }
    kept = pd.read_feather(folder / "BTC_USDT-1h.feather")
    pd.testing.assert_frame_equal(kept, frames["BTC/USDT"])


def test_breaking_touches_candles_and_not_the_ones_given(frames) -> None:
    frame = frames["BTC/USDT"]
    before = frame.copy()
    wreck, damaged = broken(frame, seed=3)
    pd.testing.assert_frame_equal(frame, before)
    repaired = repair_candles(wreck, HOUR_MS, CandleSettings())
    flagged = int((~repaired.candles.observed).sum())
    assert 60 < flagged <= damaged < 0.1 * len(frame)
    assert not wreck["date"].is_monotonic_increasing
    assert repaired.repairs["duplicate"] > 0
    assert repaired.repairs["off_grid"] > 0
    numbers = wreck.drop(columns="date").to_numpy()
    assert np.isnan(numbers).any()
    assert np.isinf(numbers).any()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_nothing_but_numbers_reaches_a_model(frames) -> None:
    account = door_account(frames, 7, SMALL)
    assert account.not_finite == account.not_finite_forecasts == 0
    assert account.not_finite_offered > 0.02 * account.offered
    assert account.candles == 2 * 130 * 24
    assert account.forecast == pytest.approx(0.2 * account.candles, abs=4)
    assert 0 < account.damaged < account.candles
    assert account.fitted >= 2 * SMALL.least_rows
    assert 0 < account.refused <= account.forecast


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_preprocessing_that_lets_something_through_is_found_out(frames, monkeypatch) -> None:
    real = trained_members.at_the_door

    def leaking(values):
        values = values.copy()
        values[0, 0] = np.nan
        return real(values)

    monkeypatch.setattr(trained_members, "at_the_door", leaking)
    account = door_account({"BTC/USDT": frames["BTC/USDT"], **frames}, 7, SMALL)
    # Of each pair, both targets: a value of the training rows and one of those forecast.
    assert account.not_finite == 2 * 2 * 2


def test_each_new_candle_of_each_pair_is_timed(frames) -> None:
    ticks = iter(range(10_000))
    times = times_here(frames, 3, SMALL, lambda: next(ticks) / 100)
    assert times.milliseconds == pytest.approx((10.0,) * 6)
    assert (times.pairs, times.while_training) == (2, 0)
    # Two readings a candle but for the first ones, whose end nobody reads.
    assert next(ticks) == 2 * (2 * 3 + WARM_UP)
    assert times.quantile(0.5) == pytest.approx(10.0)
