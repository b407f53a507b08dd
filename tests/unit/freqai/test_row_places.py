from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from columns_for_freqai import PAIRS, candles, configuration

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.freqai import FreqaiColumns
from aurum_plugins.freqai.row_places import RowPlaces

PAIR = PAIRS[0]


def grid(*rows: int) -> RowPlaces:
    return RowPlaces(np.array(rows), np.array(rows) >= 0)


def test_values_stand_beside_their_rows() -> None:
    placed = grid(2, -1, 0).placed(np.array([10.0, 11.0, 12.0]))
    np.testing.assert_array_equal(placed, [12.0, np.nan, 10.0])


def test_a_row_without_a_place_has_none_on_a_part_of_the_grid_either() -> None:
    later = grid(7, -1, 9).less(7)
    np.testing.assert_array_equal(later.placed(np.array([1.0, 2.0, 3.0])), [1.0, np.nan, 3.0])
    assert later.first == 0


@pytest.mark.parametrize("venues", [False, True])
def test_a_candle_received_twice_in_the_newest_rows(tmp_path, venues) -> None:
    columns = FreqaiColumns(
        {
            **configuration({"include": ["body", "calendar"], "venues": venues}),
            "user_data_dir": tmp_path,
        }
    )
    frame = candles()
    twice = pd.concat([frame.iloc[:118], frame.iloc[[117]], frame.iloc[118:]])
    frames = {"1h": (HOUR_MS, twice.reset_index(drop=True))}
    found = columns.latest(PAIR, frames, "1h", 4, 0, {})
    own = {"1h": (HOUR_MS, frame)}
    expected = columns.latest(PAIR, own, "1h", 3, 0, {})
    placed = [name for name in found if PAIR not in name]
    assert found.loc[0, placed].isna().all()
    pd.testing.assert_frame_equal(found.iloc[1:].reset_index(drop=True), expected)
