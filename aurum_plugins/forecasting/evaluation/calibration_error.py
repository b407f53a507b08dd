"""Whether what was given a probability of 70 % came true in 70 % of cases.

Rows are put into bins by their probability; in each, the mean probability is compared with the
share that came true. The expected calibration error is the mean of the absolute differences,
weighted by the rows of each bin. It is above 0 even for perfect forecasts, because shares of few
rows differ from their expectation by chance: by some ``0.8 sqrt(p (1 - p) / m)`` for `m`
independent rows a bin, and labels that overlap are far from independent.

References
----------
A. Murphy and R. Winkler, "Reliability of subjective probability forecasts of precipitation and
temperature", Applied Statistics 26 (1977). M. Naeini, G. Cooper and M. Hauskrecht, "Obtaining well
calibrated probabilities using Bayesian binning", AAAI (2015), for the error. R. Roelofs, N. Cain,
J. Shlens and M. Mozer, "Mitigating bias in calibration error estimation", AISTATS (2022), for bins
of equal mass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray
from aurum_plugins.forecasting.evaluation.judged_rows import check_probabilities

Binning = Literal["equal_mass", "equal_width"]
BINS = 10


@dataclass(frozen=True)
class ReliabilityBin:
    """One row of a reliability table.

    Attributes
    ----------
    mean_probability : float
        What was forecast.
    observed_share : float
        What came true.
    count : int
        Rows, 1 or more.
    """

    mean_probability: float
    observed_share: float
    count: int

    @property
    def difference(self) -> float:
        """What came true less what was forecast: above 0 if forecasts were too low."""
        return self.observed_share - self.mean_probability


def reliability_table(
    probability: FloatArray,
    outcome: BoolArray,
    bins: int = BINS,
    binning: Binning = "equal_mass",
) -> tuple[ReliabilityBin, ...]:
    """Compare forecasts with what came true, bin by bin.

    Parameters
    ----------
    probability : ndarray of shape (n,)
        Of a target above 0.
    outcome : ndarray of bool, shape (n,)
        Whether it was.
    bins : int, 1 or more
    binning : "equal_mass" or "equal_width"
        Bins that hold as many rows as the others, but for rows of the same probability, which are
        never parted: one that spans several bins has its own. Or bins that divide [0, 1] evenly, an
        edge belonging to the bin below it.

    Returns
    -------
    tuple of ReliabilityBin
        In order of probability. Empty bins are left out.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
        As of `scores.brier`.
    """
    check_probabilities(probability, outcome)
    if bins < 1:
        raise ValueError(f"bins must be 1 or more, got {bins}")
    of_row = np.searchsorted(_EDGES[binning](probability, bins), probability, side="left")
    counts = np.bincount(of_row)
    forecast = np.bincount(of_row, probability)
    came_true = np.bincount(of_row, outcome)
    return tuple(
        ReliabilityBin(float(said / count), float(came / count), int(count))
        for said, came, count in zip(forecast, came_true, counts)
        if count
    )


def expected_calibration_error(table: Sequence[ReliabilityBin]) -> float:
    """Mean absolute difference of a reliability table, weighted by rows, in [0, 1].

    NaN of an empty table.
    """
    rows = sum(line.count for line in table)
    if rows == 0:
        return float("nan")
    return sum(abs(line.difference) * line.count for line in table) / rows


def _masses(probability: FloatArray, bins: int) -> FloatArray:
    if len(probability) == 0:
        return np.empty(0)
    ranks = -(-len(probability) * np.arange(1, bins) // bins) - 1
    edges = np.sort(probability)[ranks]
    repeated = edges[1:][edges[1:] == edges[:-1]]
    return np.unique(np.concatenate((edges, np.nextafter(repeated, -np.inf))))


def _widths(_probability: FloatArray, bins: int) -> FloatArray:
    edges: FloatArray = np.arange(1, bins) / bins
    return edges


_EDGES = {"equal_mass": _masses, "equal_width": _widths}
