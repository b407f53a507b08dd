from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.forecasting.errors import BadRows, TooLittleData
from aurum_plugins.forecasting.validation.time_blocks import time_blocks


def blocks(*args, **kwargs):
    return [block.tolist() for block in time_blocks(*args, **kwargs)]


def test_labels_of_a_block_are_known_before_the_next_begins():
    candles = np.arange(100)
    first, second, third = time_blocks(candles, candles + 4, (0.7, 0.2, 0.1))
    assert (first[0], first[-1]) == (0, 65)
    assert (second[0], second[-1]) == (70, 85)
    assert (third[0], third[-1]) == (90, 99)


def test_an_embargo_parts_blocks_further():
    candles = np.arange(100)
    first, second, third = time_blocks(candles, candles + 4, (0.7, 0.2, 0.1), embargo=3)
    assert [block[-1] for block in (first, second, third)] == [62, 82, 99]
    assert [block[0] for block in (first, second, third)] == [0, 70, 90]


@pytest.mark.parametrize("first", [0.7, 0.5, 0.01])
def test_the_first_block_gets_what_the_shares_leave(first):
    candles = np.arange(50)
    got = time_blocks(candles, candles, (first, 0.2, 0.1))
    assert [len(block) for block in got] == [35, 10, 5]


def test_later_blocks_are_rounded_to_the_nearest_candle():
    candles = np.arange(17)
    # 0.3 * 17 = 5.1 and 0.1 * 17 = 1.7 candles before the end.
    got = time_blocks(candles, candles, (0.7, 0.2, 0.1))
    assert [block[0] for block in got] == [0, 12, 15]


def test_one_block_is_all_there_is():
    assert blocks([4, 5, 5], [9, 9, 9], [1.0]) == [[0, 1, 2]]


def test_shares_are_of_candles_and_pairs_are_not_parted():
    begins = np.repeat(np.arange(4), [1, 1, 4, 4])
    assert blocks(begins, begins, (0.5, 0.5)) == [[0, 1], [2, 3, 4, 5, 6, 7, 8, 9]]


def test_a_long_label_leaves_only_its_own_row_out():
    begins = np.arange(10)
    ends = begins.copy()
    ends[1] = 99
    ends[6] = 99
    assert blocks(begins, ends, (0.5, 0.5)) == [[0, 2, 3, 4], [5, 6, 7, 8, 9]]


def test_a_gap_between_blocks_is_part_of_the_embargo():
    begins = np.array([0, 1, 2, 50, 51, 52])
    assert blocks(begins, begins + 1, (0.5, 0.5), embargo=46) == [[0, 1, 2], [3, 4, 5]]
    assert blocks(begins, begins + 1, (0.5, 0.5), embargo=47) == [[0, 1], [3, 4, 5]]


@pytest.mark.parametrize(
    ("rows", "horizon", "shares", "block"),
    [
        (10, 5, (0.5, 0.5), "block 1 of 2"),
        (10, 2, (0.7, 0.2, 0.1), "block 2 of 3"),
        (4, 0, (0.9, 0.1), "block 2 of 2"),
        (0, 0, (1.0,), "block 1 of 1"),
    ],
)
def test_a_block_without_rows(rows, horizon, shares, block):
    candles = np.arange(rows)
    with pytest.raises(TooLittleData, match=f"{block}: 0 usable rows, but at least 1") as caught:
        time_blocks(candles, candles + horizon, shares)
    assert caught.value.block == block


@pytest.mark.parametrize("shares", [(), (0.5, 0.0), (0.5, -0.1), (0.8, 0.3), (0.5, float("nan"))])
def test_shares_out_of_range(shares):
    with pytest.raises(ValueError, match="shares must be above 0, with a sum of at most 1"):
        time_blocks([1], [1], shares)


def test_a_negative_embargo():
    with pytest.raises(ValueError, match="embargo must be 0 or more candles, got -2"):
        time_blocks([1], [1], [1.0], embargo=-2)


def test_rows_out_of_order():
    with pytest.raises(BadRows, match="must not fall"):
        time_blocks([2, 1], [2, 2], [1.0])
