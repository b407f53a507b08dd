"""An ensemble's forecasts as columns of FreqAI.

Each label `&-name` comes back as its expected value, with further columns beside it:

| column | meaning |
|---|---|
| `&-name_up` | calibrated probability of the label being above 0 |
| `&-name_low_80`, `&-name_high_80` | interval that holds the label with a probability of 80 % |
| `&-name_low_90`, `&-name_high_90` | the same with 90 % |
| `&-name_confidence` | in [0, 1]: see docs/forecasting.md |
| `&-name_agreement` | share of the members on the ensemble's side |
| `&-novelty` | in [0, 1]: share of the calibration candles that are more usual |
| `&-drifted` | 1 while the model's losses or features drift |
| `&-readiness` | 1 if the forecast may be acted on; else why not, see `Readiness` |

FreqAI fills candles that it has no forecast for with 0: there `&-readiness` is 0 too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from aurum_plugins.forecasting import Forecasts, Readiness
from aurum_plugins.forecasting.arrays import FloatArray

READINESS = "&-readiness"
NOVELTY = "&-novelty"
DRIFTED = "&-drifted"
LEVELS = (80, 90)


def column_names(labels: Sequence[str]) -> list[str]:
    """Names of all columns of these labels, in order."""
    return list(no_forecast(labels, 0, Readiness.NO_MODEL).columns)


def forecast_columns(labels: Sequence[str], forecasts: Forecasts) -> pd.DataFrame:
    """Put forecasts into columns.

    Parameters
    ----------
    labels : sequence of str
        Names of the labels' columns, which are the names of the targets.
    forecasts : Forecasts
        Of n rows.

    Returns
    -------
    pandas.DataFrame of shape (n, number of columns)
        float64 and finite: where a number is not known it is 0, and `&-readiness` is not 1.
    """
    columns: dict[str, FloatArray] = {}
    first = forecasts.targets[labels[0]]
    novelty, drifted = first.novelty, first.drift.drifted
    for label in labels:
        forecast = forecasts.targets[label]
        novelty, drifted = np.maximum(novelty, forecast.novelty), drifted | forecast.drift.drifted
        columns[label] = forecast.value
        columns[f"{label}_up"] = forecast.probability
        for column, level in enumerate(LEVELS):
            columns[f"{label}_low_{level}"] = forecast.lower[:, column]
            columns[f"{label}_high_{level}"] = forecast.upper[:, column]
        columns[f"{label}_confidence"] = forecast.confidence
        columns[f"{label}_agreement"] = forecast.agreement
    columns[NOVELTY], columns[DRIFTED] = novelty, drifted.astype(np.float64)
    columns[READINESS] = forecasts.readiness.astype(np.float64)
    table = pd.DataFrame(columns)
    broken = ~np.isfinite(table.to_numpy()).all(axis=1)
    ready = table[READINESS] == Readiness.READY
    table.loc[broken & ready, READINESS] = float(Readiness.FAILED)
    return table.where(np.isfinite(table), 0.0)


def no_forecast(labels: Sequence[str], rows: int, reason: Readiness) -> pd.DataFrame:
    """The same columns for rows that there is no forecast of: zeros, and the reason."""
    names: list[str] = []
    for label in labels:
        names += [label, f"{label}_up"]
        names += [f"{label}_{end}_{level}" for level in LEVELS for end in ("low", "high")]
        names += [f"{label}_confidence", f"{label}_agreement"]
    table = pd.DataFrame(0.0, index=range(rows), columns=[*names, NOVELTY, DRIFTED, READINESS])
    table[READINESS] = float(reason)
    return table


def add_statistics(dk: Any, table: pd.DataFrame) -> None:
    """Let FreqAI find a mean and a deviation of every column, which it asks for; 0 if not known."""
    for name in ("labels_mean", "labels_std"):
        known = dk.data.setdefault(name, {})
        for column in table.columns:
            known.setdefault(column, 0.0)
