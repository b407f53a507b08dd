"""How much less rows say when their labels overlap.

The labels of rows that are less than a horizon apart share part of their future. Where that future
is a sum over `h` candles, labels `k` candles apart have a correlation of ``1 - k / h``, and their
squares, which set the width of an interval, one of ``(1 - k / h)**2``. A mean of `n` such squares
varies as one of ``n / overlap`` independent squares does, with

    overlap = 1 + 2 sum((1 - k / h)**2, k = 1 ... h - 1) = (2 h**2 + 1) / (3 h)

which is 1 where labels do not overlap, and tends to two thirds of the horizon.

References
----------
M. Bartlett, "Some aspects of the time-correlation problem in regard to tests of significance",
Journal of the Royal Statistical Society 98 (1935): the effective number of observations.
M. Lopez de Prado, "Advances in financial machine learning" (2018), chapter 4: uniqueness of labels.
"""

from __future__ import annotations


def overlap(rows_per_label: int) -> float:
    """Rows that together say as much as one whose label overlaps no other.

    Parameters
    ----------
    rows_per_label : int
        Rows within one horizon: the horizon in candles, where each candle has its row. At least 1.

    Returns
    -------
    float
        At least 1.
    """
    return (2 * rows_per_label**2 + 1) / (3 * rows_per_label)
