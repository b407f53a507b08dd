"""From the candles and features of one pair to the figures of the quality report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone

from aurum_plugins.errors import AurumError
from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.candles import BoolArray, Candles
from aurum_plugins.features.feature_table import Column, FeatureTable
from aurum_plugins.features.missing import MissingCause
from aurum_plugins.preprocessing.candle_repair import CandleError, RepairedCandles
from aurum_plugins.preprocessing.fit_report import ColumnReport
from aurum_plugins.preprocessing.preprocessor import Preprocessor
from aurum_plugins.preprocessing.quality.completeness import completeness_over_time
from aurum_plugins.preprocessing.quality.drift import measure_drift
from aurum_plugins.preprocessing.quality.gaps import count_statuses, find_gaps
from aurum_plugins.preprocessing.quality.report import (
    FeatureQuality,
    PairQuality,
    Period,
    Selection,
)


def assess(
    pair: str,
    timeframe: str,
    repaired: RepairedCandles,
    table: FeatureTable,
    targets: Mapping[str, FloatArray],
    preprocessor: Preprocessor,
    reference: Period,
    current: Period,
) -> PairQuality:
    """Report on candles, on features, and on what preprocessing makes of them.

    A copy of the preprocessor is fitted on the reference window: its observed candles that have
    every target and, of the features with any value there, at least the share that the
    preprocessor wants of a row. It is then applied to the current window's observed candles.

    Parameters
    ----------
    pair, timeframe : str
        As the report is to name them.
    repaired : RepairedCandles
        n candles, at least one.
    table : FeatureTable
        Features of these candles.
    targets : mapping of str to ndarray of float64, shape (n,)
        Labels; may be empty, then features are selected without them.
    preprocessor : Preprocessor
        Not changed.
    reference, current : Period
        Windows of time; a candle belongs to the one that it opens in. The caller leaves as much
        between the two as the labels look ahead.

    Returns
    -------
    PairQuality
        If nothing can be fitted, its `selection.error` says why.

    Raises
    ------
    CandleError
        If there is no candle.
    ValueError
        If the features or targets are not of these candles.
    """
    candles = repaired.candles
    if not len(candles):
        raise CandleError(pair, "must have a candle that can be dated", "none")
    _check_lengths(len(candles), table, targets)
    before, now = (_rows_in(candles, window) & candles.observed for window in (reference, current))
    outcome = _preprocess(table.to_frame(), targets, preprocessor, before, now)
    opens = candles.open_ms
    return PairQuality(
        pair=pair,
        timeframe=timeframe,
        period=Period.of_ms(int(opens[0]), int(opens[-1]) + candles.interval_ms),
        candles=len(candles),
        completeness=float(candles.observed.mean()),
        statuses=count_statuses(candles),
        repairs=dict(repaired.repairs),
        gaps=find_gaps(candles),
        over_time=completeness_over_time(candles),
        reference=reference,
        current=current,
        features=tuple(
            _feature_quality(table, column, outcome.columns.get(column.name), before, now)
            for column in table.columns
        ),
        selection=outcome.selection,
    )


@dataclass(frozen=True)
class _Outcome:
    """What came of preprocessing."""

    selection: Selection
    columns: Mapping[str, ColumnReport]  # empty if there is no fit


def _check_lengths(candles: int, table: FeatureTable, targets: Mapping[str, FloatArray]) -> None:
    lengths = {"features": len(table.candles)}
    lengths |= {f"target {name}": len(values) for name, values in targets.items()}
    for name, length in lengths.items():
        if length != candles:
            raise ValueError(
                f"{name}: must have one row for each of {candles} candles, got {length}"
            )


def _rows_in(candles: Candles, window: Period) -> BoolArray:
    return (candles.open_ms >= window.start_ms) & (candles.open_ms < window.stop_ms)


def _preprocess(
    features: pd.DataFrame,
    targets: Mapping[str, FloatArray],
    preprocessor: Preprocessor,
    before: BoolArray,
    now: BoolArray,
) -> _Outcome:
    labels = pd.DataFrame(dict(targets), index=features.index)
    wanted = before & np.isfinite(labels.to_numpy(dtype=np.float64)).all(axis=1)
    fit_rows = features[wanted]
    fit_rows = fit_rows[_complete_enough(fit_rows, preprocessor.min_completeness)]
    fitted = clone(preprocessor)
    selection = Selection(
        rows_fitted=0,
        rows_dropped_as_outliers=0,
        rows_too_incomplete=0,
        columns_in=features.shape[1],
        columns_out=0,
        rows_out=0,
        finite_share=None,
    )
    try:
        fitted.fit(fit_rows, labels.loc[fit_rows.index] if targets else None)
    except AurumError as error:
        return _Outcome(selection.model_copy(update={"error": str(error)}), {})
    report = fitted.fit_report_
    selection = selection.model_copy(
        update={
            "rows_fitted": report.rows,
            "rows_dropped_as_outliers": report.rows_dropped_as_outliers,
        }
    )
    return _Outcome(
        _applied(fitted, features[now], selection),
        {column.name: column for column in report.columns},
    )


def _complete_enough(rows: pd.DataFrame, least: float) -> BoolArray:
    finite = np.isfinite(rows.to_numpy())
    known = finite.any(axis=0)
    return np.asarray(finite[:, known].sum(axis=1) >= max(1.0, least * known.sum() - 1e-9))


def _applied(fitted: Preprocessor, rows: pd.DataFrame, selection: Selection) -> Selection:
    usable = fitted.usable_rows(rows) if len(rows) else np.zeros(0, dtype=bool)
    incomplete = {"rows_too_incomplete": len(rows) - int(usable.sum())}
    if not usable.any():
        error = "no observed candle of the current window has enough features"
        return selection.model_copy(update={**incomplete, "error": error})
    out = fitted.transform(rows[usable])
    figures = {
        "columns_out": out.shape[1],
        "rows_out": out.shape[0],
        "finite_share": float(np.isfinite(out).mean()),
    }
    return selection.model_copy(update={**incomplete, **figures})


def _feature_quality(
    table: FeatureTable,
    column: Column,
    fitted: ColumnReport | None,
    before: BoolArray,
    now: BoolArray,
) -> FeatureQuality:
    values = column.numbers
    counts = np.bincount(table.causes(column), minlength=len(MissingCause)).tolist()
    return FeatureQuality(
        name=column.name,
        family=column.family,
        completeness=counts[MissingCause.PRESENT] / len(values),
        missing=_by_cause(counts),
        clipped=None if fitted is None else fitted.clipped_low + fitted.clipped_high,
        drift=measure_drift(values[before], values[now]),
        selected=fitted is not None and fitted.selected,
        score=None if fitted is None else fitted.score,
    )


def _by_cause(counts: Iterable[int]) -> dict[str, int]:
    named = {cause.name.lower(): count for cause, count in zip(MissingCause, counts)}
    del named[MissingCause.PRESENT.name.lower()]
    return named
