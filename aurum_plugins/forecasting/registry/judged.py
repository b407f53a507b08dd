"""The figures that a model is judged by, on rows that it did not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray
from aurum_plugins.forecasting.errors import BadRows

METRICS = ("accuracy", "brier_skill", "auc", "coverage_80", "coverage_90")
_FEWEST = 2


@dataclass(frozen=True)
class Judged:
    """A model's figures for one target; NaN = undefined.

    Attributes
    ----------
    target : str
        The label.
    rows : int
        That were forecast, and whose outcome is known.
    effective_rows : float
        ``rows / horizon``: outcomes that do not overlap.
    accuracy : float
        Share of the rows whose sign was forecast.
    base_rate_accuracy : float
        The same for a forecast of the sign that was more frequent in training.
    brier_skill : float
        1 - Brier score / Brier score of the training base rate.
    auc : float
        Area under the ROC curve.
    coverage_80, coverage_90 : float
        Share of the rows whose outcome was inside the interval.
    log_loss : float
        Natural logarithm, mean of the rows.
    """

    target: str
    rows: int
    effective_rows: float
    accuracy: float
    base_rate_accuracy: float
    brier_skill: float
    auc: float
    coverage_80: float
    coverage_90: float
    log_loss: float

    @property
    def metrics(self) -> dict[str, float | None]:
        """All figures by name, as a version is stored with them: NaN becomes None there."""
        names = ("rows", "effective_rows", *METRICS, "base_rate_accuracy", "log_loss")
        return {name: float(getattr(self, name)) for name in names}


@dataclass(frozen=True)
class Compared:
    """The log losses of challenger and champion on the same rows, which neither saw.

    Attributes
    ----------
    target : str
    rows : int
    effective_rows : float
        ``rows / horizon``.
    challenger, champion : float
        Mean log loss.
    standard_error : float
        Of the mean of the rows' differences; NaN with fewer than 2 rows.
    """

    target: str
    rows: int
    effective_rows: float
    challenger: float
    champion: float
    standard_error: float

    @classmethod
    def of(
        cls, target: str, challenger: FloatArray, champion: FloatArray, horizon_candles: int
    ) -> Self:
        """Compare the losses of rows.

        Outcomes of neighbouring rows overlap, and so do differences: the standard error is that of
        ``rows / horizon_candles`` independent ones, at least 1. The idea of pairs is that of
        Diebold and Mariano, "Comparing predictive accuracy", Journal of Business & Economic
        Statistics 13 (1995): what both found hard does not count.

        Parameters
        ----------
        target : str
        challenger, champion : ndarray of shape (n,)
            Log loss of each row. Rows where either is not finite are left out.
        horizon_candles : int >= 1

        Raises
        ------
        aurum_plugins.forecasting.errors.BadRows
            If the lengths differ.
        """
        if challenger.shape != champion.shape:
            shapes = f"{challenger.shape} and {champion.shape}"
            raise BadRows(f"{target}: losses of challenger and champion have shapes {shapes}")
        known = np.isfinite(challenger) & np.isfinite(champion)
        new, old = challenger[known], champion[known]
        effective = len(new) / horizon_candles
        enough = len(new) >= _FEWEST
        return cls(
            target=target,
            rows=len(new),
            effective_rows=effective,
            challenger=float(new.mean()) if len(new) else np.nan,
            champion=float(old.mean()) if len(old) else np.nan,
            standard_error=(
                float(np.std(new - old, ddof=1) / np.sqrt(max(effective, 1.0)))
                if enough
                else np.nan
            ),
        )
