"""The forecasts of a walk-forward, one row a forecast, checked before anything is said of them.

| column | what it holds |
|---|---|
| pair | name of the pair |
| candle | number of the candle at whose close the forecast was made |
| open_ms | UTC time of that candle's open, milliseconds |
| window | number of the walk-forward window whose model made it |
| target | what came; NaN where it is not known |
| probability | of a target above 0, as it was forecast |
| value | expected target |
| lower_80, upper_80, lower_90, upper_90 | ends of the intervals; both NaN where there is none |
| confidence, agreement, novelty | as the model gave them |
| usable | whether the forecast may be acted on |
| base_rate | share of targets above 0 among the *training* rows of its window |
| persistence | the label's own last known value, whose sign persistence forecasts; NaN unknown |
| member_NAME | probability by one member alone; NaN where it gave none |
| without_NAME | probability by the ensemble without that member |
| weight_NAME | optional: weight of that member |
| regime | optional: number of the regime that the model saw; below 0 where it saw none |
| refusal | optional: why a row is not usable, in a word |
| close | optional: price at the forecast candle's close; NaN where it was not observed |

Wherever a class is meant, a target of exactly 0 is not above 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.errors import BadRows

LEVELS = (80, 90)
_WHOLE = ("candle", "open_ms", "window")
_REAL = ("target", "probability", "value", "agreement", "novelty", "persistence")
_SHARES = ("probability", "confidence", "base_rate")
_BOUNDS = tuple(f"{end}_{level}" for level in LEVELS for end in ("lower", "upper"))
COLUMNS = (
    "pair",
    *_WHOLE,
    *_REAL[:3],
    *_BOUNDS,
    "confidence",
    *_REAL[3:5],
    "usable",
    "base_rate",
    "persistence",
)
# A usable row has all of these.
_NEEDED = ("probability", "value", "confidence", "base_rate")


class BadForecastTable(BadRows):
    """A table of forecasts breaks a rule.

    Attributes
    ----------
    column : str
    rule : str
    value : object
        What was found, or the first of what was.
    """

    def __init__(self, column: str, rule: str, value: object) -> None:
        self.column = column
        self.rule = rule
        self.value = value
        super().__init__(f"forecasts, column {column}: {rule} (got {value!r})")


@dataclass(frozen=True, eq=False)
class ForecastTable:
    """Checked forecasts of one target on one data set, sorted by candle, then by pair.

    Attributes
    ----------
    frame : pandas.DataFrame of shape (n, m)
        The columns of the module's table. Do not change it.
    """

    frame: pd.DataFrame

    @classmethod
    def of(cls, frame: pd.DataFrame) -> ForecastTable:
        """Check a table, and sort a copy of it.

        Raises
        ------
        BadForecastTable
            Naming the column, the rule and what was found.
        """
        _check_columns(frame)
        _check_types(frame)
        ordered = frame.sort_values(["candle", "pair"], kind="stable", ignore_index=True)
        _check_order(ordered)
        _check_values(ordered)
        return cls(ordered)

    def __len__(self) -> int:
        return len(self.frame)

    def only(self, rows: BoolArray) -> ForecastTable:
        """Some of the rows, chosen by a mask of shape (n,)."""
        return ForecastTable(self.frame.loc[rows].reset_index(drop=True))

    @cached_property
    def answered(self) -> ForecastTable:
        """Rows that may be acted on and whose target is known: what scores are computed from."""
        return self.only(self.usable & self.labelled)

    @cached_property
    def usable(self) -> BoolArray:
        """Which rows may be acted on, shape (n,)."""
        return self.frame["usable"].to_numpy(dtype=bool)

    @cached_property
    def labelled(self) -> BoolArray:
        """Which rows have a known target, shape (n,)."""
        return np.isfinite(self.reals("target"))

    @cached_property
    def above(self) -> BoolArray:
        """Which targets came out above 0, shape (n,)."""
        return self.reals("target") > 0.0

    @cached_property
    def candles(self) -> IntArray:
        """Numbers of the candles, shape (n,), rising; several pairs share one."""
        return self.frame["candle"].to_numpy(dtype=np.int64)

    @cached_property
    def months(self) -> list[str]:
        """Calendar month of each row in UTC, such as "2024-01"."""
        opens = self.frame["open_ms"].to_numpy(dtype="datetime64[ms]")
        return [str(month) for month in opens.astype("datetime64[M]")]

    @cached_property
    def pairs(self) -> tuple[str, ...]:
        """Pairs of the table in alphabetical order."""
        return tuple(sorted(self.frame["pair"].unique()))

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Members whose own forecasts are known, in the order of the columns."""
        prefix = "member_"
        return tuple(c.removeprefix(prefix) for c in self.frame.columns if c.startswith(prefix))

    def has(self, column: str) -> bool:
        """Whether an optional column is there."""
        return column in self.frame.columns

    def reals(self, column: str) -> FloatArray:
        """A column of numbers, shape (n,)."""
        return self.frame[column].to_numpy(dtype=np.float64)


def _check_columns(frame: pd.DataFrame) -> None:
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise BadForecastTable(missing[0], "must be there", list(frame.columns))
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise BadForecastTable(str(twice[0]), "must be there once", "two of that name")
    if frame.empty:
        raise BadForecastTable("pair", "must have a row", 0)
    for name in frame.columns:
        member = str(name).removeprefix("without_")
        if member != name and f"member_{member}" not in frame.columns:
            raise BadForecastTable(str(name), f"must have a column member_{member} beside it", name)


def _check_types(frame: pd.DataFrame) -> None:
    for name in frame.columns:
        kind = frame[name].dtype
        if name in ("pair", "refusal"):
            sound = bool(frame[name].map(lambda entry: isinstance(entry, str)).all())
            rule = "must hold text"
        elif name == "usable":
            sound, rule = pd.api.types.is_bool_dtype(kind), "must be true or false"
        elif name in (*_WHOLE, "regime"):
            sound, rule = pd.api.types.is_integer_dtype(kind), "must be whole numbers"
        else:
            sound = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
            rule = "must be numbers"
        if not sound:
            raise BadForecastTable(str(name), rule, str(kind))


def _check_order(frame: pd.DataFrame) -> None:
    twice = frame.duplicated(["pair", "candle"])
    if twice.any():
        row = frame.loc[twice].iloc[0]
        rule = "must name each candle of a pair once"
        raise BadForecastTable("candle", rule, (row["pair"], int(row["candle"])))
    times = frame.drop_duplicates(["candle", "open_ms"])
    wrong = times["candle"].duplicated() | (times["open_ms"].diff() <= 0)
    if wrong.any():
        rule = "must rise with the candle and be the same for every pair"
        raise BadForecastTable("open_ms", rule, int(times.loc[wrong, "open_ms"].iloc[0]))


def _check_values(frame: pd.DataFrame) -> None:
    usable = frame["usable"].to_numpy(dtype=bool)
    for name in frame.columns.difference(["pair", "refusal", "usable"]):
        values = frame[name].to_numpy(dtype=np.float64)
        _refuse(name, "must not be infinite", values, np.isinf(values))
        if name in _SHARES or str(name).startswith(("member_", "without_", "weight_")):
            _refuse(name, "must lie in [0, 1]", values, (values < 0.0) | (values > 1.0))
        if name in _NEEDED:
            _refuse(name, "must be known in a usable row", values, usable & np.isnan(values))
        if name == "close":
            _refuse(name, "must be above 0", values, values <= 0.0)
    for level in LEVELS:
        low, high = (frame[f"{end}_{level}"].to_numpy(dtype=float) for end in ("lower", "upper"))
        name = f"lower_{level}"
        _refuse(name, f"must not be above upper_{level}", low, low > high)
        _refuse(name, f"must be known where upper_{level} is", low, np.isnan(low) != np.isnan(high))


def _refuse(column: str, rule: str, values: FloatArray, wrong: BoolArray) -> None:
    if wrong.any():
        raise BadForecastTable(column, rule, float(values[wrong][0]))
