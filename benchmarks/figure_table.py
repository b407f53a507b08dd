"""One table of many benchmarks: ours, stock freqtrade's, their ratio, and the target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

COLUMNS = ("what", "ours", "beside it", "ratio", "target")
_NOTHING = "-"


@dataclass(frozen=True)
class Figure:
    """A measured figure.

    Attributes
    ----------
    what : str
        What was measured.
    ours : float or None
        None: it was not measured, and `note` says why.
    unit : str
        Of `ours`, `stock` and `target`.
    stock : float or None
        The same of stock freqtrade, or of what `beside` names, measured in the same run.
    beside : str
        What stands beside ours.
    more_is_better : bool
        Of an order rate; of times and memory, less is.
    target : float or None
        To be met by `ours`.
    note : str
        In a few words, whatever the reader must know.
    """

    what: str
    ours: float | None
    unit: str = ""
    stock: float | None = None
    beside: str = "stock"
    more_is_better: bool = False
    target: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times stock's ours is; None where one of them is not known or 0."""
        if self.ours is None or not self.stock or math.isnan(self.ours):
            return None
        return self.ours / self.stock

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one, or without a measurement."""
        if self.target is None or self.ours is None:
            return None
        # A NaN meets nothing.
        return self.ours >= self.target if self.more_is_better else self.ours <= self.target

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}

    def cells(self) -> tuple[str, ...]:
        """What stands in the columns of `COLUMNS`."""
        if self.ours is None:
            return self.what, f"not measured: {self.note}", _NOTHING, _NOTHING, _NOTHING
        beside = _NOTHING
        if self.stock is not None:
            beside = f"{number(self.stock)} {self.unit}".strip()
            beside += "" if self.beside == "stock" else f" ({self.beside})"
        target = _NOTHING
        if self.target is not None:
            bound = "at least" if self.more_is_better else "at most"
            target = f"{bound} {number(self.target)}: {'met' if self.met else 'MISSED'}"
        return (
            f"{self.what} ({self.note})" if self.note else self.what,
            f"{number(self.ours)} {self.unit}".strip(),
            beside,
            _NOTHING if self.ratio is None else f"{number(self.ratio)} times",
            target,
        )


def number(value: float) -> str:
    """Three digits, or all of those before the point."""
    if not math.isfinite(value):
        return str(value)
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{digits}f}"


def markdown(figures: Sequence[Figure]) -> str:
    """As a table of Markdown, with a line's end at the end."""
    lines = [" | ".join(COLUMNS), "|".join([" --- ", *[" ---: "] * 3, " --- "])]
    lines[1] = lines[1].strip()
    lines += [" | ".join(cell.replace("|", "\\|") for cell in each.cells()) for each in figures]
    return "".join(f"| {line} |\n" for line in lines)


def table(figures: Sequence[Figure]) -> Table:
    """For a terminal."""
    grid = Table(title="Ours, and stock freqtrade in the same run")
    for name in COLUMNS:
        grid.add_column(name, justify="right" if name in COLUMNS[1:4] else "left")
    for each in figures:
        grid.add_row(*each.cells())
    return grid
