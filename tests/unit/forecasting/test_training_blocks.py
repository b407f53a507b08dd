from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.forecasting import EnsembleSettings
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.training_blocks import LEAST_OUTCOMES, TrainingBlocks


def settings_of(**changes):
    return EnsembleSettings(least_rows=100, **changes)


@pytest.mark.parametrize(
    ("embargo", "last_fitted", "last_calibrated"), [(0, 695, 895), (10, 685, 885)]
)
def test_the_labels_of_a_block_end_before_the_next_one_begins(
    embargo, last_fitted, last_calibrated
):
    blocks = TrainingBlocks.of(np.arange(1_000), 4, settings_of(embargo_candles=embargo))
    assert blocks.fitted.tolist() == list(range(last_fitted + 1))
    assert blocks.calibration.tolist() == list(range(700, last_calibrated + 1))
    assert blocks.judgement.tolist() == list(range(900, 1_000))
    assert blocks.held_out.tolist() == [*blocks.calibration, *blocks.judgement]


def test_shares_are_those_of_the_settings():
    blocks = TrainingBlocks.of(
        np.arange(1_000), 1, settings_of(calibration_share=0.3, judgement_share=0.25)
    )
    assert (blocks.calibration[0], blocks.judgement[0]) == (450, 750)


def test_positions_are_of_rows_and_horizons_are_of_candles():
    candles = 2 * np.arange(500) + 77
    blocks = TrainingBlocks.of(candles, 4, settings_of())
    # Rows are two candles apart: the last two rows before a cut end within four candles of it.
    assert (blocks.fitted[-1], blocks.calibration[0]) == (347, 350)


def test_too_few_rows_are_refused():
    with pytest.raises(TooLittleData, match="training window: 99 usable rows, but at least 100"):
        TrainingBlocks.of(np.arange(99), 1, settings_of())
    TrainingBlocks.of(np.arange(100), 1, settings_of())


@pytest.mark.parametrize(
    ("shares", "horizon", "name", "rows"),
    [
        ((0.2, 0.1), 3, "judgement", 10),
        ((0.1, 0.4), 3, "calibration", 7),
        ((0.3, 0.3), 8, "fitting", 32),
    ],
)
def test_a_block_of_few_outcomes_is_refused(shares, horizon, name, rows):
    chosen = settings_of(calibration_share=shares[0], judgement_share=shares[1])
    with pytest.raises(TooLittleData, match=f"{name} block") as caught:
        TrainingBlocks.of(np.arange(100), horizon, chosen)
    assert (caught.value.rows, caught.value.needed) == (rows, LEAST_OUTCOMES * horizon)


def test_a_block_that_the_purge_leaves_nothing_of_is_refused():
    with pytest.raises(TooLittleData, match="block 2 of 3"):
        TrainingBlocks.of(np.arange(100), 20, settings_of())


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    horizon=st.integers(1, 24),
    embargo=st.integers(0, 30),
    shares=st.tuples(st.floats(0.1, 0.3), st.floats(0.1, 0.3)),
)
def test_no_block_knows_of_the_next(seed, horizon, embargo, shares):
    rng = np.random.default_rng(seed)
    candles = np.cumsum(rng.geometric(0.8, 2_500))
    chosen = settings_of(
        embargo_candles=embargo, calibration_share=shares[0], judgement_share=shares[1]
    )
    blocks = TrainingBlocks.of(candles, horizon, chosen)
    for earlier, later in (
        (blocks.fitted, blocks.calibration),
        (blocks.calibration, blocks.judgement),
    ):
        assert (candles[earlier] + horizon + embargo < candles[later].min()).all()
        assert (np.diff(earlier) > 0).all()
    assert blocks.judgement[-1] == len(candles) - 1
    assert blocks.fitted[0] == 0
