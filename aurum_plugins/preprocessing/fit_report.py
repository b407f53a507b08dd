"""What a fit found in its training rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from aurum_plugins.preprocessing.column_scaling import ColumnScaling, Unusable
from aurum_plugins.preprocessing.input_table import FloatArray, IntArray
from aurum_plugins.preprocessing.selection import MinimumRedundancySelector, SelectionOrder


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ColumnReport(_Figures):
    """One column of the training rows."""

    name: str
    completeness: float  # share of rows with a finite value
    infinite: int  # values; they count as missing
    clipped_low: int  # values below the clipping bounds
    clipped_high: int  # and above
    unusable: Unusable | None  # why it holds no information
    selected: bool
    score: float | None  # relevance for the targets in [0, 1]; None if it was not computed
    rank: int | None  # in the order of choice, the first has 0; None if there was no choice

    @property
    def usable(self) -> bool:
        """Whether the column holds information."""
        return self.unusable is None


class FitReport(_Figures):
    """All columns, in the order of the table.

    Examples
    --------
    >>> from aurum_plugins.preprocessing.preprocessor import Preprocessor
    >>> fitted = Preprocessor(n_features=1).fit([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
    >>> [(column.name, column.usable) for column in fitted.fit_report_.columns]
    [('x0', True), ('x1', False)]
    """

    rows: int
    rows_dropped_as_outliers: int
    rows_too_incomplete: int
    order: SelectionOrder
    columns: tuple[ColumnReport, ...]

    @property
    def selected(self) -> tuple[str, ...]:
        """Names of the selected columns, in the order of the table."""
        return tuple(column.name for column in self.columns if column.selected)

    def to_json(self) -> str:
        """Every figure, indented; `FitReport.model_validate_json` reads it back."""
        return self.model_dump_json(indent=2)


def column_reports(
    names: NDArray[np.object_],
    table: FloatArray,
    scaling: ColumnScaling,
    distances: FloatArray,
    selected: IntArray,
    selector: MinimumRedundancySelector | None,
) -> tuple[ColumnReport, ...]:
    """Report on each of d columns.

    Parameters
    ----------
    names : ndarray of str, shape (d,)
    table : ndarray of float64, shape (n, d)
        Training rows as they were given.
    scaling : ColumnScaling
        Of the d columns, u of them usable.
    distances : ndarray of float64, shape (n, u)
        As `scaling` gives them for the usable columns.
    selected : ndarray of int, shape (k,)
        Positions.
    selector : MinimumRedundancySelector or None
        Fitted on the usable columns; None if every column was taken.
    """
    usable = np.flatnonzero(scaling.usable)
    low, high = np.zeros((2, len(names)), dtype=np.intp)
    low[usable] = (distances < -scaling.width).sum(axis=0)
    high[usable] = (distances > scaling.width).sum(axis=0)
    scores: dict[int, float] = {}
    ranks: dict[int, int] = {}
    if selector is not None:
        ranks = {int(usable[column]): rank for rank, column in enumerate(selector.chosen_)}
        if selector.order_ is not SelectionOrder.NO_TARGETS:
            scores = dict(zip(usable.tolist(), selector.relevance_.tolist()))
    is_selected = np.isin(np.arange(len(names)), selected).tolist()
    figures = zip(
        np.isfinite(table).mean(axis=0).tolist(),
        np.isinf(table).sum(axis=0).tolist(),
        low.tolist(),
        high.tolist(),
    )
    return tuple(
        ColumnReport(
            name=str(names[column]),
            completeness=completeness,
            infinite=infinite,
            clipped_low=clipped_low,
            clipped_high=clipped_high,
            unusable=scaling.unusable[column],
            selected=is_selected[column],
            score=scores.get(column),
            rank=ranks.get(column),
        )
        for column, (completeness, infinite, clipped_low, clipped_high) in enumerate(figures)
    )
