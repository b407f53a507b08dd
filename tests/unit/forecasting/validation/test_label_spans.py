from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.forecasting.errors import BadRows
from aurum_plugins.forecasting.validation.label_spans import LabelSpans


def test_anything_like_an_array_of_whole_numbers_is_taken():
    spans = LabelSpans.of([3, 3, 4], pd.Series([3, 9, 5], dtype=np.uint16))
    assert spans.begins.dtype == spans.ends.dtype == np.int64
    assert len(spans) == 3
    assert spans.candles().tolist() == [3, 4]
    assert len(LabelSpans.of([], [])) == 0


def test_the_input_is_not_shared():
    begins = np.array([1, 2])
    spans = LabelSpans.of(begins, begins + 1)
    begins[0] = 99
    assert spans.begins.tolist() == [1, 2]


def test_both_ends_belong_to_a_span():
    spans = LabelSpans.of([0, 1, 2, 3, 7, 8], [2, 3, 2, 9, 7, 8])
    assert spans.overlaps(3, 7).tolist() == [False, True, False, True, True, False]


def test_rows_between_leaves_out_the_second_bound():
    spans = LabelSpans.of([0, 1, 1, 4], [0, 1, 1, 4])
    assert spans.rows_between(1, 4).tolist() == [1, 2]
    assert spans.rows_between(2, 4).tolist() == []


@pytest.mark.parametrize(
    ("begins", "ends", "message"),
    [
        ([1, 2], [1], r"one length, got 2 and 1"),
        ([1, 3, 2], [9, 9, 9], r"must not fall, but row 2 begins at 2 after 3"),
        ([1, 2], [1, 1], r"must not end before it begins, but row 1 covers 2 to 1"),
        ([1.0, 2.0], [1, 2], r"begins must be whole numbers in one dimension, got float64"),
        ([1, 2], [True, True], r"ends must be whole numbers in one dimension, got bool"),
        ([[1, 2]], [1, 2], r"got int64 of shape \(1, 2\)"),
    ],
)
def test_what_makes_no_sense_is_refused(begins, ends, message):
    with pytest.raises(BadRows, match=message):
        LabelSpans.of(begins, ends)
