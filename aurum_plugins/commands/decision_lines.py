"""Many decisions for a terminal, one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.style import Style

from aurum_plugins.execution.explanation import headline, why
from aurum_plugins.execution.figure_words import moment_in_words

if TYPE_CHECKING:
    from aurum_plugins.execution.decision import Decision

_GAP: Final = "  "
# Narrower columns of words would be hard to read.
_LEAST_WIDTH: Final = 24
_INDENT: Final = 4
_TITLE, _HEADING = Style(italic=True), Style(bold=True)


class DecisionLines:
    """A table of decisions in the order given: a line each, or more where there is much to say.

    rich's own tables look the same, and take half a second for a thousand rows.

    Parameters
    ----------
    title : str
    decisions : sequence of Decision
    with_pair : bool
        Whether the first column names the pair.
    """

    def __init__(self, title: str, decisions: Sequence[Decision], *, with_pair: bool) -> None:
        self._title = title
        self._headings = (*(("pair",) if with_pair else ()), "candle", "decision", "why")
        self._rows = [
            (
                *((_plain(decision.pair),) if with_pair else ()),
                moment_in_words(decision.candle_ms),
                headline(decision),
                _plain(why(decision)),
            )
            for decision in decisions
        ]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """Draw it as wide as the console is."""
        columns = list(zip(self._headings, *self._rows))[:-1]
        widths = [max(cell_len(cell) for cell in column) for column in columns]
        indent = sum(widths) + len(_GAP) * len(widths) + 1
        rest = options.max_width - indent - 1
        # On a narrow screen the words stand below.
        below = rest < _LEAST_WIDTH
        if below:
            indent, rest = _INDENT, max(1, options.max_width - _INDENT - 1)
        for line in wrapped(_plain(self._title), options.max_width):
            yield Segment(f"{line}\n", _TITLE)
        headings = (*self._headings[:-1], "" if below else self._headings[-1])
        yield Segment(f"\n{_row(headings, widths)}\n", _HEADING)
        yield Segment(f" {'─' * (indent - 1 + rest)}\n")
        for *cells, words in self._rows:
            lines = wrapped(words, rest)
            yield Segment(f"{_row((*cells, '' if below else lines.pop(0)), widths)}\n")
            for line in lines:
                yield Segment(f"{' ' * indent}{line}\n")
        yield Segment("\n")


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most so many cells, cut between words where that can be.

    Examples
    --------
    >>> wrapped("the close is unbelievable", 9)
    ['the close', 'is', 'unbelieva', 'ble']
    """
    lines, line, used = [], "", 0
    for word in text.split():
        length = cell_len(word)
        if line and used + 1 + length <= width:
            line, used = f"{line} {word}", used + 1 + length
            continue
        if line:
            lines.append(line)
        while length > width:
            kept = next(n for n in range(len(word), 0, -1) if cell_len(word[:n]) <= width)
            lines.append(word[:kept])
            word = word[kept:]  # noqa: PLW2901 - what is left of it
            length = cell_len(word)
        line, used = word, length
    return [*lines, line] if line or not lines else lines


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    *fixed, words = cells
    padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(fixed, widths))
    return f" {_GAP.join((*padded, words))}".rstrip()


def _plain(text: str) -> str:
    """Without what controls a terminal: figures may quote what anybody wrote."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
