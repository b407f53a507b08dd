"""How far a figure might lie from what is shown, had the same market taken another course.

Rows of forecasts are not independent: labels overlap, volatility comes in spells, and pairs move
together. So time is resampled in blocks, the stationary bootstrap of Politis and Romano: blocks
begin anywhere, last geometrically distributed times with the given mean, and go on at the first
candle when they pass the last one. Rows of all pairs at a candle are drawn together. Candles
without rows are part of the time that is drawn, so that the number of rows varies as it would have.

The interval holds the middle share of what the resamples give (the percentile method). Every figure
of one `TimeBootstrap` is computed on the same resamples, so figures may be compared.

References
----------
D. Politis and J. Romano, "The stationary bootstrap", Journal of the American Statistical
Association 89 (1994). B. Efron and R. Tibshirani, "An introduction to the bootstrap" (1993),
chapter 13.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.errors import BadRows, TooLittleData
from aurum_plugins.forecasting.evaluation.judged_rows import check_lengths

RESAMPLES = 1_000
FEWEST_RESAMPLES = 100
LEVEL = 0.95
# Of fewer blocks, resamples resemble each other too much to show any spread.
FEWEST_BLOCKS = 8
LARGEST_UNDEFINED_SHARE = 0.05
# Four years of candles of one minute: more is a time in milliseconds.
MOST_CANDLES = 2_200_000
_CELLS_AT_ONCE = 2_000_000
_CELLS_KEPT = 100_000_000
_Counts = NDArray[np.uint16]


@dataclass(frozen=True)
class Interval:
    """A figure and how far it might have been elsewhere.

    Attributes
    ----------
    estimate : float
        Of the rows as they are.
    lower, upper : float
        NaN if the figure is undefined in more than 5 % of the resamples.
    standard_error : float
        Standard deviation over the resamples; NaN where the bounds are.
    """

    estimate: float
    lower: float
    upper: float
    standard_error: float


class TimeBootstrap:
    """Resamples of rows by blocks of time.

    Parameters
    ----------
    candles : ndarray of int, shape (n,)
        Candle of each row, in any order.
    block_length : float, 1 or more
        Mean candles of a block; at least twice the horizon of the labels. See `block_length`.
    resamples : int, 100 or more
    level : float in (0, 1)
        Share of the resamples that an interval holds.
    seed : int
        The same seed and candles give the same resamples.

    Raises
    ------
    aurum_plugins.forecasting.errors.TooLittleData
        If the candles do not cover 8 blocks.
    aurum_plugins.forecasting.errors.BadRows
        If the candles look like times.

    Examples
    --------
    >>> import numpy as np
    >>> hits = np.random.default_rng(0).random(600) < 0.6
    >>> bootstrap = TimeBootstrap(np.arange(600), block_length=8)
    >>> shown = bootstrap.interval_of_sums(lambda hit, rows: hit / rows, hits, np.ones(600))
    >>> bool(shown.lower < 0.6 < shown.upper)
    True
    """

    def __init__(
        self,
        candles: IntArray,
        block_length: float,
        *,
        resamples: int = RESAMPLES,
        level: float = LEVEL,
        seed: int = 0,
    ) -> None:
        if block_length < 1:
            raise ValueError(f"block_length must be 1 candle or more, got {block_length}")
        if resamples < FEWEST_RESAMPLES:
            raise ValueError(f"resamples must be {FEWEST_RESAMPLES} or more, got {resamples}")
        if not 0 < level < 1:
            raise ValueError(f"level must be between 0 and 1, got {level}")
        self._length = int(candles.max() - candles.min()) + 1 if len(candles) else 0
        if self._length > MOST_CANDLES:
            raise BadRows(
                f"candles must be numbers of candles, not times: they cover {self._length} of them"
            )
        if self._length < FEWEST_BLOCKS * block_length:
            needed = math.ceil(FEWEST_BLOCKS * block_length)
            raise TooLittleData("block bootstrap, in candles", self._length, needed)
        self._of_row = candles - candles.min()
        self.block_length = block_length
        self.resamples = resamples
        self.level = level
        self.seed = seed

    def interval_of_sums(
        self, statistic: Callable[..., FloatArray], *columns: FloatArray
    ) -> Interval:
        """Interval of a figure that depends on sums over rows: of shares, means and their ratios.

        The fastest of the three, because all resamples are computed at once.

        Parameters
        ----------
        statistic : callable
            Gets the sums of each column, as arrays of shape (r,), and gives the figure of each
            resample, of the same shape: ``lambda hits, rows: hits / rows``.
        *columns : ndarray of shape (n,)
            Finite values of each row; booleans count as 0 and 1.
        """
        numbers = [np.asarray(column, dtype=np.float64) for column in columns]
        self._check(*numbers)
        with np.errstate(divide="ignore", invalid="ignore"):
            estimate = statistic(*(column.sum(keepdims=True) for column in numbers))
            drawn = statistic(*(self._sums(column) for column in numbers))
        return self._interval(float(estimate[0]), drawn)

    def interval_of_weights(self, statistic: Callable[[FloatArray], float]) -> Interval:
        """Interval of a figure of weighted rows.

        Parameters
        ----------
        statistic : callable
            Gets how often each row was drawn, shape (n,), 0 included, and gives the figure, NaN
            where it is undefined.
        """
        drawn = [
            statistic(counts[self._of_row].astype(np.float64))
            for some in self._counts()
            for counts in some
        ]
        return self._interval(statistic(np.ones(len(self._of_row))), np.array(drawn))

    def interval_of_rows(self, statistic: Callable[..., float], *columns: FloatArray) -> Interval:
        """Interval of any figure of rows, whatever their order.

        Parameters
        ----------
        statistic : callable
            Gets the columns of the rows that were drawn, each as often as it was, and gives the
            figure, NaN where it is undefined.
        *columns : ndarray of shape (n,)
        """
        self._check(*columns)

        def of_weights(weights: FloatArray) -> float:
            rows = np.repeat(np.arange(len(weights)), weights.astype(np.int64))
            return statistic(*(column[rows] for column in columns))

        return self.interval_of_weights(of_weights)

    def _sums(self, column: FloatArray) -> FloatArray:
        """Sum over the rows of each resample, on one thread."""
        by_candle = np.bincount(self._of_row, column, self._length)
        return np.concatenate([np.einsum("rc,c->r", some, by_candle) for some in self._counts()])

    def _check(self, *columns: FloatArray) -> None:
        named = {f"column {number}": column for number, column in enumerate(columns, 1)}
        check_lengths(candles=self._of_row, **named)

    def _counts(self) -> Iterable[_Counts]:
        """How often each candle is drawn; arrays of shape (some resamples, candles)."""
        if self.resamples * self._length > _CELLS_KEPT:
            return self._drawn()
        return self._kept

    @cached_property
    def _kept(self) -> list[_Counts]:
        return list(self._drawn())

    def _drawn(self) -> Iterator[_Counts]:
        generator = np.random.default_rng(self.seed)
        at_once = max(1, _CELLS_AT_ONCE // self._length)
        for done in range(0, self.resamples, at_once):
            yield self._draw(min(at_once, self.resamples - done), generator)

    def _draw(self, resamples: int, generator: np.random.Generator) -> _Counts:
        length = self._length
        stops = np.zeros((resamples, 1), dtype=np.int64)
        likely = math.ceil(length / self.block_length) + 1
        while stops[:, -1].min() < length:
            more = generator.geometric(1.0 / self.block_length, (resamples, likely))
            stops = np.hstack([stops, stops[:, -1:] + np.cumsum(more, axis=1)])
        sizes = np.diff(np.minimum(stops, length), axis=1)
        starts = generator.integers(0, length, sizes.shape)
        # A block adds 1 from its start to its end; what lies past the last candle is laid onto
        # the first ones.
        row = np.arange(resamples)[:, None] * (2 * length + 1)
        cells = resamples * (2 * length + 1)
        steps = np.bincount((row + starts).ravel(), minlength=cells) - np.bincount(
            (row + starts + sizes).ravel(), minlength=cells
        )
        drawn = np.cumsum(steps.reshape(resamples, -1), axis=1)
        counts: _Counts = (drawn[:, :length] + drawn[:, length:-1]).astype(np.uint16)
        return counts

    def _interval(self, estimate: float, drawn: FloatArray) -> Interval:
        known = drawn[np.isfinite(drawn)]
        if len(known) < (1.0 - LARGEST_UNDEFINED_SHARE) * len(drawn):
            return Interval(estimate, math.nan, math.nan, math.nan)
        tail = (1.0 - self.level) / 2.0
        lower, upper = np.quantile(known, [tail, 1.0 - tail])
        return Interval(estimate, float(lower), float(upper), float(known.std(ddof=1)))
