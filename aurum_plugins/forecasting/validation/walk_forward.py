"""Training windows that move through time, each tested on what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aurum_plugins.forecasting.arrays import IntArray
from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.validation.label_spans import LabelSpans


@dataclass(frozen=True)
class WalkForward:
    """Trains on the past, tests on what follows, and moves on.

    With `b` the first row's candle, test window `k`, from 0 on, begins at the candle
    ``s = b + train_span + k * step`` and covers `test_span` candles; the last one may be cut short
    by the end of the rows.

    Parameters
    ----------
    train_span : int, 1 or more
        Candles of a training window, whether each has a row or not.
    test_span : int, 1 or more
        Candles of a test window.
    step : int, `test_span` or more, optional
        Candles from one test window's begin to the next one's; `test_span` if it is left out. What
        lies between two windows is not tested.
    embargo : int, 0 or more
        Candles between the last label trained on and the first candle tested, beyond the one that
        parts them in any case.
    expanding : bool
        Whether training windows all begin with the first row, rather than `train_span` candles
        before their test window.

    Examples
    --------
    >>> import numpy as np
    >>> import numpy as np
    >>> candles = np.arange(8)
    >>> for train, test in WalkForward(train_span=4, test_span=2).split(candles, candles + 1):
    ...     print(train, test)
    [0 1 2] [4 5]
    [2 3 4] [6 7]
    """

    train_span: int
    test_span: int
    step: int | None = None
    embargo: int = 0
    expanding: bool = False

    def __post_init__(self) -> None:
        """Check the parameters."""
        for name, least in (("train_span", 1), ("test_span", 1), ("embargo", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be {least} or more candles, got {self!r}")
        if self.step is not None and self.step < self.test_span:
            raise ValueError(
                f"step must be test_span or more, or rows would be tested twice, got {self!r}"
            )

    def split(self, begins: Any, ends: Any) -> Iterator[tuple[IntArray, IntArray]]:
        """Give the rows to train on and the rows to test, window by window, in order of time.

        A row is trained on if it begins within the training window and its label ends before
        ``s - embargo``. A test window that no row begins in, as in an outage, is passed over.

        Parameters
        ----------
        begins, ends : array-like of int, shape (n,)
            First and last candle that each row's label covers, in order of `begins`.

        Returns
        -------
        iterator of (ndarray of int, ndarray of int)
            Positions of rows, rising. No row is tested twice.

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
            As of `LabelSpans.of`.
        aurum_plugins.forecasting.errors.TooLittleData
            If the rows end before the first test window, none lies in any, or a test window has
            nothing to be trained on.
        """
        spans = LabelSpans.of(begins, ends)
        covered = int(spans.begins[-1] - spans.begins[0]) + 1 if len(spans) else 0
        if covered <= self.train_span:
            raise TooLittleData("walk forward, in candles", covered, self.train_span + 1)
        starts = range(
            int(spans.begins[0]) + self.train_span,
            int(spans.begins[-1]) + 1,
            self.step or self.test_span,
        )
        windows = [self._window(spans, start) for start in starts]
        windows = [(train, test) for train, test in windows if len(test)]
        if not windows:
            raise TooLittleData("rows of the test windows", 0, 1)
        return iter(windows)

    def _window(self, spans: LabelSpans, start: int) -> tuple[IntArray, IntArray]:
        test = spans.rows_between(start, start + self.test_span)
        first = int(spans.begins[0]) if self.expanding else start - self.train_span
        train = spans.rows_between(first, start)
        train = train[spans.ends[train] < start - self.embargo]
        if len(test) and len(train) == 0:
            raise TooLittleData(f"training rows of the window tested from candle {start}", 0, 1)
        return train, test
