"""What an audit counted, and which promises were missed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from rich.table import Table

SHOWN = 5


@dataclass
class Findings:
    """What an audit counted, and which promises were missed.

    Attributes
    ----------
    figures : dict of str to object
        Numbers and words by name, in the order in which they are shown.
    missed : list of str
        A sentence for each promise that was not kept.
    promised : list of str
        Names of the promises that were looked at, of those that `promise` was told of.
    """

    figures: dict[str, object] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    promised: list[str] = field(default_factory=list)

    def count(self, name: str, value: object) -> None:
        """Note a figure."""
        self.figures[name] = value

    def promise(self, name: str, broken: Collection[object]) -> None:
        """Note a promise that holds if `broken` is empty."""
        self.promised.append(name)
        self.count(name, len(broken))
        if broken:
            examples = "; ".join(str(each) for each in list(broken)[:SHOWN])
            self.missed.append(f"{name}: {len(broken)}, such as {examples}")

    def table(self, title: str) -> Table:
        """Everything that was counted."""
        table = Table("what", "figure", title=title, title_justify="left")
        for name, value in self.figures.items():
            table.add_row(name, _shown(value))
        return table


def named(counts: Mapping[str, int]) -> str:
    """Counts in words, the largest first; "none" if there are none.

    Examples
    --------
    >>> named({"kraken": 2, "binance": 1_000})
    'binance 1,000, kraken 2'
    """
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {number:,}" for name, number in ordered) or "none"


def _shown(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return named(value)
    return str(value)
