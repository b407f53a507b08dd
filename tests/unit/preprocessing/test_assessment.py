from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.features.candles import Candles
from aurum_plugins.features.feature import Family
from aurum_plugins.features.feature_set import FeatureSet
from aurum_plugins.features.feature_table import Column, FeatureTable
from aurum_plugins.features.settings import FeatureSettings
from aurum_plugins.features.targets import TargetSettings, forward_targets
from aurum_plugins.preprocessing.candle_repair import CandleError, RepairedCandles, repair_candles
from aurum_plugins.preprocessing.candle_settings import CandleSettings
from aurum_plugins.preprocessing.preprocessor import Preprocessor
from aurum_plugins.preprocessing.quality.assessment import assess
from aurum_plugins.preprocessing.quality.report import DataQualityReport, PairQuality, Period

REAL = Path(__file__).parents[3].parent / "shared" / "data"
START = 1_735_689_600_000  # 2025-01-01
ROWS, SPLIT, HOLES = 400, 250, (100, 101, 300)
HORIZON = 10


def period(first: int, stop: int) -> Period:
    return Period.of_ms(START + first * HOUR_MS, START + stop * HOUR_MS)


REFERENCE, CURRENT = period(0, SPLIT - HORIZON), period(SPLIT, ROWS)


@pytest.fixture
def repaired() -> RepairedCandles:
    """400 hours, of which three were not received."""
    received = np.setdiff1d(np.arange(ROWS), HOLES)
    rng = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, len(received))))
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(START + received * HOUR_MS, unit="ms", utc=True),
            "open": close,
            "high": close * 1.01,
            "low": close * 0.99,
            "close": close,
            "volume": rng.exponential(1.0, len(received)),
        }
    )
    return repair_candles(frame, HOUR_MS, CandleSettings())


def column(name: str, values: np.ndarray, candles: Candles, window: int = 1) -> Column:
    seen = np.where(candles.observed, values, np.nan)
    return Column(name, Family.TECHNICAL, None, window, seen)


@pytest.fixture
def targets() -> dict[str, np.ndarray]:
    up = np.random.default_rng(2).normal(size=ROWS)
    up[-HORIZON:] = np.nan
    return {"up": up}


@pytest.fixture
def table(repaired, targets) -> FeatureTable:
    """What tells, what does not, what moved, what says nothing."""
    candles = repaired.candles
    rng = np.random.default_rng(3)
    told = np.nan_to_num(targets["up"]) + rng.normal(0, 0.1, ROWS)
    noise = rng.normal(size=ROWS)
    noise[20] = 1e6
    noise[:5] = np.nan
    moved = rng.normal(size=ROWS)
    moved[SPLIT:] += 100
    columns = (
        column("told", told, candles),
        column("noise", noise, candles, window=6),
        column("moved", moved, candles),
        column("constant", np.ones(ROWS), candles),
    )
    return FeatureTable(candles, columns, 0.1)


@pytest.fixture
def preprocessor() -> Preprocessor:
    return Preprocessor(n_features=2, outlier_share=0.05)


@pytest.fixture
def quality(repaired, table, targets, preprocessor) -> PairQuality:
    return assess("BTC/USDT", "1h", repaired, table, targets, preprocessor, REFERENCE, CURRENT)


class TestCandles:
    def test_what_was_observed(self, quality):
        assert (quality.pair, quality.timeframe) == ("BTC/USDT", "1h")
        assert quality.period == period(0, ROWS)
        assert quality.candles == ROWS
        assert quality.completeness == pytest.approx(397 / 400)
        assert quality.statuses["missing"] == 3
        assert set(quality.repairs.values()) == {0}
        assert [gap.period for gap in quality.gaps] == [period(100, 102), period(300, 301)]
        assert sum(stretch.candles for stretch in quality.over_time) == ROWS
        assert (quality.reference, quality.current) == (REFERENCE, CURRENT)

    def test_the_report_can_be_written_and_read(self, quality):
        report = DataQualityReport(created=CURRENT.stop, pairs=(quality,))
        assert DataQualityReport.model_validate_json(report.model_dump_json()) == report


class TestFeatures:
    def test_completeness_and_causes(self, quality):
        told, noise, _, _ = quality.features
        assert told.completeness == pytest.approx(397 / 400)
        nothing_else = {"warm_up": 0, "gap": 0, "market": 0, "undefined": 0}
        assert told.missing == {"absent": 3, **nothing_else}
        assert noise.missing == {"absent": 3, **nothing_else, "warm_up": 5}
        assert noise.completeness == pytest.approx(392 / 400)
        assert [f.family for f in quality.features] == ["technical"] * 4

    def test_what_moved_is_told_by_its_drift(self, quality):
        drifts = {f.name: f.drift for f in quality.features}
        assert drifts["moved"].kolmogorov_smirnov == 1.0
        assert drifts["moved"].population_stability > 5
        assert drifts["told"].kolmogorov_smirnov < 0.2
        assert drifts["constant"].population_stability == 0.0
        assert drifts["moved"].reference_rows == SPLIT - HORIZON - 2
        assert drifts["moved"].current_rows == ROWS - SPLIT - 1

    def test_clipped_values_are_those_of_the_fit(self, quality):
        clipped = {f.name: f.clipped for f in quality.features}
        # A hundred spreads of the current window are no matter of the fit.
        assert clipped == {"told": 0, "noise": 1, "moved": 0, "constant": 0}

    def test_what_tells_is_selected(self, quality):
        told, noise, moved, constant = quality.features
        assert told.selected
        assert told.score > 0.9
        assert max(noise.score, moved.score) < 0.3
        assert constant.score is None
        assert not constant.selected
        assert [f.selected for f in quality.features].count(True) == 2


class TestSelection:
    def test_rows_are_accounted_for(self, quality):
        selection = quality.selection
        # 240 hours of reference, two of them not observed, five without `noise`.
        assert selection.rows_fitted == 233
        assert 0 < selection.rows_dropped_as_outliers <= 12
        assert selection.columns_in == 4
        assert selection.columns_out == 2
        assert selection.rows_out == ROWS - SPLIT - 1
        assert selection.rows_too_incomplete == 0
        assert selection.finite_share == 1.0
        assert selection.error is None

    def test_rows_without_a_target_are_not_fitted(self, repaired, table, targets, preprocessor):
        targets["down"] = -targets["up"]
        targets["down"][30:50] = np.nan
        quality = assess("X", "1h", repaired, table, targets, preprocessor, REFERENCE, CURRENT)
        assert quality.selection.rows_fitted == 233 - 20

    def test_without_targets_there_is_no_score(self, repaired, table, preprocessor):
        quality = assess("X", "1h", repaired, table, {}, preprocessor, REFERENCE, CURRENT)
        assert quality.selection.rows_fitted == 233
        assert quality.selection.columns_out == 2
        assert {f.score for f in quality.features} == {None}

    def test_half_empty_rows_are_counted_and_left_out(self, repaired, table, targets, preprocessor):
        for col in table.columns:
            col.numbers[SPLIT + 20 : SPLIT + 27] = np.nan
        quality = assess("X", "1h", repaired, table, targets, preprocessor, REFERENCE, CURRENT)
        assert quality.selection.rows_too_incomplete == 7
        assert quality.selection.rows_out == ROWS - SPLIT - 1 - 7

    @pytest.mark.parametrize(("least", "present"), [(0.5, 2), (0.1, 1)])
    def test_a_row_with_just_the_share_that_is_wanted_is_fitted(
        self, repaired, table, targets, least, present
    ):
        for col in table.columns[present:]:
            col.numbers[30:50] = np.nan
        for col in table.columns[present - 1 :]:
            col.numbers[60:63] = np.nan
        lenient = Preprocessor(n_features=2, outlier_share=0, min_completeness=least)
        quality = assess("X", "1h", repaired, table, targets, lenient, REFERENCE, CURRENT)
        # Two of the 240 hours were not observed, and three hold too little.
        assert quality.selection.rows_fitted == 240 - 2 - 3

    def test_later_rows_do_not_touch_the_fit(self, repaired, table, targets, preprocessor, quality):
        for col in table.columns:
            col.numbers[SPLIT - HORIZON :] *= -1e9
        targets["up"][SPLIT - HORIZON :] = 1e9
        later = assess("X", "1h", repaired, table, targets, preprocessor, REFERENCE, CURRENT)
        assert [(f.score, f.clipped, f.selected) for f in later.features] == [
            (f.score, f.clipped, f.selected) for f in quality.features
        ]
        assert later.selection == quality.selection

    def test_the_preprocessor_is_left_alone(self, quality, preprocessor):
        assert not hasattr(preprocessor, "selected_")

    def test_a_fit_that_fails_is_told(self, repaired, table, targets):
        greedy = Preprocessor(n_features=4)
        quality = assess("X", "1h", repaired, table, targets, greedy, REFERENCE, CURRENT)
        assert "n_features=4 needs as many columns" in quality.selection.error
        assert "constant" in quality.selection.error
        assert quality.selection.rows_out == quality.selection.columns_out == 0
        assert quality.selection.rows_fitted == quality.selection.rows_dropped_as_outliers == 0
        assert quality.selection.rows_too_incomplete == 0
        assert quality.selection.finite_share is None
        assert {(f.clipped, f.selected, f.score) for f in quality.features} == {(None, False, None)}

    @pytest.mark.parametrize("reference", [period(-50, 0), period(100, 102), period(5, 5)])
    def test_a_reference_window_without_candles(
        self, repaired, table, targets, preprocessor, reference
    ):
        quality = assess("X", "1h", repaired, table, targets, preprocessor, reference, CURRENT)
        assert "n_samples=0" in quality.selection.error
        assert {f.drift for f in quality.features} == {None}

    def test_a_current_window_without_candles(self, repaired, table, targets, preprocessor):
        nothing = period(300, 301)
        quality = assess("X", "1h", repaired, table, targets, preprocessor, REFERENCE, nothing)
        assert quality.selection.error == (
            "no observed candle of the current window has enough features"
        )
        assert quality.selection.rows_fitted == 233
        assert quality.selection.finite_share is None
        assert quality.features[0].selected


class TestValidation:
    def test_no_candles(self, repaired, table, targets, preprocessor):
        empty = repair_candles(pd.DataFrame(), HOUR_MS, CandleSettings())
        with pytest.raises(CandleError, match="X/Y: must have a candle") as caught:
            assess("X/Y", "1h", empty, table, targets, preprocessor, REFERENCE, CURRENT)
        assert caught.value.subject == "X/Y"

    def test_features_of_other_candles(self, repaired, table, targets, preprocessor):
        other = FeatureTable(repaired.candles[:-1], (), 0.1)
        with pytest.raises(ValueError, match=r"features: must have one row for each of 400.*399"):
            assess("X", "1h", repaired, other, targets, preprocessor, REFERENCE, CURRENT)

    def test_targets_of_other_candles(self, repaired, table, preprocessor):
        short = {"up": np.ones(ROWS + 1)}
        with pytest.raises(ValueError, match=r"target up: must have one row for each of 400.*401"):
            assess("X", "1h", repaired, table, short, preprocessor, REFERENCE, CURRENT)


@pytest.mark.skipif(not REAL.is_dir(), reason=f"real candles are not at {REAL}")
@pytest.mark.parametrize(
    ("file", "gaps"), [("binance-1h/ETH_USDT-1h", 10), ("binance-5m/DOGE_USDT-5m", 0)]
)
def test_real_candles_give_26_columns_of_finite_numbers(file, gaps):
    received = pd.read_feather(REAL / f"{file}.feather")
    interval_ms = HOUR_MS if file.endswith("1h") else HOUR_MS // 12
    repaired = repair_candles(received, interval_ms, CandleSettings())
    candles, settings = repaired.candles, TargetSettings()
    opens = candles.open_ms.tolist()
    split = len(opens) * 2 // 3
    quality = assess(
        "REAL",
        "1h",
        repaired,
        FeatureSet(FeatureSettings()).compute(candles, [14]),
        forward_targets(candles, settings),
        Preprocessor(),
        Period.of_ms(opens[0], opens[split - settings.purge_candles]),
        Period.of_ms(opens[split], opens[-1] + interval_ms),
    )
    assert len(quality.gaps) == gaps
    assert quality.selection.columns_out == 26
    assert quality.selection.finite_share == 1.0
    assert quality.selection.rows_out + quality.selection.rows_too_incomplete == int(
        candles.observed[split:].sum()
    )
