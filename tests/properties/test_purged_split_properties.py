"""What holds for every split of rows whose labels cover stretches of time.

Rows are drawn with gaps between candles, several rows at one candle and labels of any length.
Splits are compared with a slow oracle that walks through rows and candles one by one, and with
`purgedcv`, whose conventions differ from ours:

- its labels are half-open, ``[prediction, evaluation)``: ours, which include both ends, are handed
  over with one candle added to the end;
- its embargo is a closed stretch that begins where the last label ends, and 0 means none, not even
  that one moment: an embargo of `e` candles is handed over as ``e - 1/2``;
- its `PurgedKFold` counts rows, and may part rows of one candle: it is replaced by
  `PurgedGroupKFold` with candles as groups;
- it hands out folds with nothing to train on, which ours refuses.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from purgedcv import PurgedGroupKFold, purge

from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.validation.purged_folds import PurgedFolds
from aurum_plugins.forecasting.validation.time_blocks import time_blocks

CANDLE = pd.Timedelta(hours=1)
START = pd.Timestamp("2024-01-01")

many = settings(max_examples=100, deadline=None)
embargoes = st.integers(0, 12)


@st.composite
def labels(draw: st.DrawFn, longest: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Begins and ends; half of the series have labels of one length."""
    rows = draw(st.integers(2, 60))
    steps = draw(st.lists(st.sampled_from([0, 1, 1, 1, 2, 9]), min_size=rows, max_size=rows))
    begins = draw(st.integers(-50, 50)) + np.cumsum(steps)
    if draw(st.booleans()):
        return begins, begins + draw(st.integers(0, longest))
    lengths = draw(st.lists(st.integers(0, longest), min_size=rows, max_size=rows))
    return begins, begins + np.array(lengths)


def covered(begins: np.ndarray, ends: np.ndarray, row: int) -> set[int]:
    return set(range(int(begins[row]), int(ends[row]) + 1))


def times(candles: np.ndarray) -> pd.Series:
    return pd.Series(START + pd.to_timedelta(candles, unit="h"))


def public_times(begins: np.ndarray, ends: np.ndarray) -> dict[str, pd.Series]:
    return {"prediction_times": times(begins), "evaluation_times": times(ends + 1)}


def slow_folds(begins, ends, n_folds, embargo):
    """Each fold's rows by sets of candles."""
    candles = sorted(set(begins.tolist()))
    size, longer = divmod(len(candles), n_folds)
    for fold in range(n_folds):
        taken, candles = candles[: size + (fold < longer)], candles[size + (fold < longer) :]
        test = [row for row in range(len(begins)) if begins[row] in taken]
        last = max(int(ends[row]) for row in test)
        stretch = set(range(taken[0], last + 1))
        banned = set(range(last + 1, last + embargo + 1))
        train = [
            row
            for row in range(len(begins))
            if not covered(begins, ends, row) & stretch and begins[row] not in banned
        ]
        yield train, test


@many
@given(labels(), st.integers(2, 5), embargoes)
def test_folds_are_those_of_the_oracle(spans, n_folds, embargo):
    begins, ends = spans
    assume(len(set(begins)) >= n_folds)
    expected = list(slow_folds(begins, ends, n_folds, embargo))
    if not all(train for train, _ in expected):
        with pytest.raises(TooLittleData, match="training rows of purged fold"):
            PurgedFolds(n_folds, embargo).split(begins, ends)
        return
    got = list(PurgedFolds(n_folds, embargo).split(begins, ends))
    assert [(train.tolist(), test.tolist()) for train, test in got] == expected


@many
@given(labels(longest=4), st.integers(2, 4), st.integers(0, 4))
def test_what_folds_promise(spans, n_folds, embargo):
    begins, ends = spans
    try:
        folds = list(PurgedFolds(n_folds, embargo).split(begins, ends))
    except TooLittleData:
        assume(False)
    assert len(folds) == n_folds
    # Every row is tested once, and folds come in order of time.
    np.testing.assert_array_equal(np.concatenate([test for _, test in folds]), range(len(begins)))
    for train, test in folds:
        assert (np.diff(train) > 0).all()
        first, last = begins[test].min(), ends[test].max()
        before, after = train[begins[train] < first], train[begins[train] >= first]
        assert (ends[before] < first).all()
        assert (begins[after] > last + embargo).all()
        assert not set(begins[train]) & set(begins[test])


@many
@given(labels(), st.integers(2, 5), embargoes)
def test_folds_are_those_of_purgedcv(spans, n_folds, embargo):
    begins, ends = spans
    assume(len(set(begins)) >= n_folds)
    public = PurgedGroupKFold(
        n_folds,
        groups=begins,
        embargo=(embargo - 0.5) * CANDLE if embargo else None,
        **public_times(begins, ends),
    )
    expected = list(public.split(np.zeros(len(begins))))
    if not all(len(train) for train, _ in expected):
        with pytest.raises(TooLittleData):
            PurgedFolds(n_folds, embargo).split(begins, ends)
        return
    for ours, theirs in zip(PurgedFolds(n_folds, embargo).split(begins, ends), expected):
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])


shares = st.lists(st.integers(1, 9), min_size=1, max_size=4).map(
    lambda parts: tuple(part / sum(parts) for part in parts)
)


@many
@given(labels(longest=6), shares, st.integers(0, 5))
def test_blocks(spans, shares, embargo):
    begins, ends = spans
    candles = sorted(set(begins.tolist()))
    n = len(candles)
    starts = [0, *(n - round(n * sum(shares[: k - 1 : -1])) for k in range(1, len(shares))), n]
    uncut, kept = [], []
    for first, after in pairwise(starts):
        uncut.append([r for r in range(len(begins)) if begins[r] in candles[first:after]])
        limit = candles[after] - embargo if after < n else np.inf
        kept.append([row for row in uncut[-1] if ends[row] < limit])
    if not all(kept):
        with pytest.raises(TooLittleData, match=rf"block \d of {len(shares)}"):
            time_blocks(begins, ends, shares, embargo)
        return
    blocks = time_blocks(begins, ends, shares, embargo)
    assert [block.tolist() for block in blocks] == kept
    for earlier in range(len(blocks) - 1):
        later = np.concatenate(blocks[earlier + 1 :])
        assert ends[blocks[earlier]].max() + embargo < begins[later].min()
        # purgedcv pads what is tested on both sides; only the side of the past matters here.
        public = purge(
            np.array(uncut[earlier]),
            np.concatenate(uncut[earlier + 1 :]).astype(np.int64),
            purge_horizon=embargo * CANDLE,
            **public_times(begins, ends),
        )
        np.testing.assert_array_equal(blocks[earlier], public)
