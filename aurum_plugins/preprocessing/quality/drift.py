"""How far a feature's distribution moved between two windows of time.

With `R` and `C` the distribution functions of the reference and the current values:

    Kolmogorov-Smirnov distance   max |R(x) - C(x)|, in [0, 1]
    population stability index    sum over bins of (c - r) ln(c / r), 0 or more

where `r` and `c` are a bin's shares of either window. The reference window's deciles divide the
bins, and belong to the one below. A value that spans several deciles has a bin of its own, so that
a constant or a flag that moves is noticed. An empty bin counts as a share of 0.0001, which keeps
the logarithm finite. By custom, an index below 0.1 is read as stable and one above 0.25 as a shift.

Values of neighbouring candles resemble each other, so neither figure is a test: there is no
p-value.

References
----------
N. Smirnov, "Table for estimating the goodness of fit of empirical distributions", Annals of
Mathematical Statistics 19 (1948). N. Siddiqi, "Credit risk scorecards" (2006), chapter 9, for the
index and its custom. B. Yurdakul, "Statistical properties of population stability index" (2018).
"""

from __future__ import annotations

import numpy as np

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.preprocessing.quality.report import Drift

FEWEST_VALUES = 50
SMALLEST_SHARE = 1e-4
BINS = 10


def measure_drift(reference: FloatArray, current: FloatArray) -> Drift | None:
    """Compare a feature's values in two windows.

    Parameters
    ----------
    reference : ndarray of float64, shape (n,)
    current : ndarray of float64, shape (m,)
        What is not finite is left out of either.

    Returns
    -------
    Drift or None
        None if either window holds fewer than 50 finite values.
    """
    before = np.sort(reference[np.isfinite(reference)])
    after = np.sort(current[np.isfinite(current)])
    if min(len(before), len(after)) < FEWEST_VALUES:
        return None
    return Drift(
        kolmogorov_smirnov=_largest_distance(before, after),
        population_stability=_stability_index(before, after),
        reference_rows=len(before),
        current_rows=len(after),
    )


def _largest_distance(before: FloatArray, after: FloatArray) -> float:
    # Two step functions are furthest apart at a step of one of them.
    steps = np.concatenate((before, after))
    of_before = np.searchsorted(before, steps, side="right") / len(before)
    of_after = np.searchsorted(after, steps, side="right") / len(after)
    return float(np.abs(of_before - of_after).max())


def _stability_index(before: FloatArray, after: FloatArray) -> float:
    shares = np.arange(1, BINS)
    deciles = before[-(-len(before) * shares // BINS) - 1]
    repeated = deciles[1:][deciles[1:] == deciles[:-1]]
    edges = np.unique(np.concatenate((deciles, np.nextafter(repeated, -np.inf))))
    r, c = (np.maximum(_shares(values, edges), SMALLEST_SHARE) for values in (before, after))
    return float(((c - r) * np.log(c / r)).sum())


def _shares(ordered: FloatArray, edges: FloatArray) -> FloatArray:
    """Share of the values up to the first edge, between each two, and above the last."""
    below = np.searchsorted(ordered, edges, side="right")
    return np.diff(below, prepend=0, append=len(ordered)) / len(ordered)
