"""Columns of equal length that are cut and joined together."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np


@dataclass(frozen=True, eq=False)
class ColumnsOfRows:
    """A dataclass whose every field is an array with a row for each candle."""

    def __getitem__(self, rows: Any) -> Self:
        """Some of the rows: a slice, a mask or positions."""
        return type(self)(*(getattr(self, column.name)[rows] for column in fields(self)))

    def followed_by(self, later: Self) -> Self:
        """These rows, and later ones behind them."""
        both = (
            np.concatenate([getattr(self, column.name), getattr(later, column.name)])
            for column in fields(self)
        )
        return type(self)(*both)
