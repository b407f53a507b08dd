"""From mentions to the mood about a subject, at many times at once.

    W(t) = sum of weight * 2^-((t - seen) / half-life)       count
    mean = sum of the same terms times score / W
    dispersion^2 = sum of the same terms times score^2 / W - mean^2

A mention counts from the time at which it was seen. Time is cut into blocks as long as a half-life,
and a mention counts to the end of the 40th block after its own: what it would count later is below
1e-12 of its weight. So a mood follows from a bounded past, digit by digit the same however much
more was read. Within a block the terms grow from its beginning instead of decaying, by 2 at most,
so no sum overflows; whole blocks halve from each to the next.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from aurum_plugins.sentiment.aggregation.mood import BoolArray, FloatArray, Moods
from aurum_plugins.sentiment.store.mentions import Coverage, IntArray, Mentions
from aurum_plugins.sentiment.store.patience import PATIENCE_MS

# Whole blocks before its own that a time looks back on.
BLOCKS: Final = 40
# Of scores that are all the same, but for rounding.
_NO_VARIANCE: Final = 1e-14


def history_ms(half_life_ms: float) -> int:
    """How long before a time mentions must be read for its mood, milliseconds."""
    return (BLOCKS + 1) * _block_ms(half_life_ms)


def moods(at_ms: IntArray, mentions: Mentions, coverage: Coverage, half_life_ms: float) -> Moods:
    """Moods about one subject as they were known at n times.

    Parameters
    ----------
    at_ms : ndarray of int64, shape (n,)
        UTC milliseconds.
    mentions : Mentions
        Of the subject, from `history_ms` before the first time on. What was seen after a time does
        not count then.
    coverage : Coverage
        A time is covered up to `PATIENCE_MS` after the end of a span.
    half_life_ms : float
        A mention counts half after so long; at least 1.

    Returns
    -------
    Moods
        Of n times.

    Raises
    ------
    ValueError
        If mentions are not in order of time, a score is outside [-1, 1], or a weight is not a
        number above 0.
    """
    _check(mentions)
    block_ms = _block_ms(half_life_ms)
    available = listened(at_ms, coverage)
    weight, scored, squared = _sums(at_ms, mentions, block_ms).T
    told = available & (weight > 0)
    weights = np.where(told, weight, 1.0)
    mean = np.where(told, np.clip(scored / weights, -1.0, 1.0), 0.0)
    variance = np.where(told, squared / weights - mean**2, 0.0)
    variance[variance < _NO_VARIANCE] = 0.0
    dispersion = np.minimum(np.sqrt(variance), 1.0)
    return Moods(mean, np.where(told, weight, 0.0), dispersion, available)


def listened(at_ms: IntArray, coverage: Coverage) -> BoolArray:
    """Whether any source was listened to at each of n times, shape (n,)."""
    if not len(coverage.from_ms):
        return np.zeros(len(at_ms), dtype=np.bool_)
    span = np.searchsorted(coverage.from_ms, at_ms, side="right") - 1
    return np.asarray((span >= 0) & (at_ms <= coverage.until_ms[span] + PATIENCE_MS))


def _sums(at_ms: IntArray, mentions: Mentions, block_ms: int) -> FloatArray:
    """Decayed sums of weight, weight * score and weight * score^2, shape (n, 3)."""
    if not len(mentions.seen_ms):
        return np.zeros((len(at_ms), 3))
    block = mentions.seen_ms // block_ms
    grown = mentions.weight * np.exp2((mentions.seen_ms - block * block_ms) / block_ms)
    terms = np.column_stack([grown, grown * mentions.score, grown * mentions.score**2])
    # Each block's sum begins anew, so that it depends on nothing before.
    within: FloatArray = pd.DataFrame(terms).groupby(block, sort=False).cumsum().to_numpy()
    ends = np.flatnonzero(np.append(block[1:] != block[:-1], True))
    own_block = at_ms // block_ms
    wanted, place = np.unique(own_block, return_inverse=True)
    sums = _carried(wanted, block[ends], within[ends])[place]
    newest = np.searchsorted(mentions.seen_ms, at_ms, side="right") - 1
    here = (newest >= 0) & (block[newest] == own_block)
    sums[here] += within[newest[here]]
    decayed: FloatArray = sums * np.exp2((own_block * block_ms - at_ms) / block_ms)[:, np.newaxis]
    return decayed


def _carried(wanted: IntArray, block: IntArray, total: FloatArray) -> FloatArray:
    """What the blocks before each wanted one still count at its beginning, shape (k, 3)."""
    sums = np.zeros((len(wanted), 3))
    for age in range(BLOCKS, 0, -1):
        place = np.searchsorted(block, wanted - age)
        place[place == len(block)] = 0
        found = block[place] == wanted - age
        # Relative to its own beginning a block has halved `age` times.
        sums[found] += total[place[found]] * 0.5**age
    return sums


def _block_ms(half_life_ms: float) -> int:
    return max(1, round(half_life_ms))


def _check(mentions: Mentions) -> None:
    if (mentions.seen_ms[1:] < mentions.seen_ms[:-1]).any():
        raise ValueError("mentions must be in order of the time at which they were seen")
    strange = ~(np.abs(mentions.score) <= 1)
    if strange.any():
        raise ValueError(f"scores must be in [-1, 1], got {mentions.score[strange][0]:g}")
    strange = ~((mentions.weight > 0) & (mentions.weight < np.inf))
    if strange.any():
        raise ValueError(f"weights must be above 0 and finite, got {mentions.weight[strange][0]:g}")
