"""Line charts as geometry: what a template needs to draw them without script or library.

A chart is drawn in a square of 100 by 100 that is stretched to the width at hand. Text stands
outside of the drawing, in percent of its sides, so that it is never stretched.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

Points = Sequence[tuple[float, float | None]]
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_TICKS = 6
_SIDE = 100.0
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Axis:
    """A range of values and its marks.

    Attributes
    ----------
    low, high : float
        What the ends stand for; low is below high.
    marks : tuple of (str, float)
        Labels and the values that they stand at.
    logarithmic : bool
        Whether equal ratios are equally far apart; then low is above 0.
    """

    low: float
    high: float
    marks: tuple[tuple[str, float], ...]
    logarithmic: bool = False

    @classmethod
    def around(
        cls,
        values: Sequence[float | None],
        form: Callable[[float], str],
        *,
        least_span: float = 0.0,
        logarithmic: bool = False,
    ) -> Axis:
        """Hold all values, end at round ones, and mark a few round ones.

        Parameters
        ----------
        values : sequence of float or None
            None is passed over.
        form : callable
            From a value to its label.
        least_span : float
            From end to end at least: noise is not to look like a trend.
        logarithmic : bool
            Only where all values are above 0.
        """
        known = [value for value in values if value is not None] or [0.0, 1.0]
        low, high = min(known), max(known)
        lacking = max(least_span, abs(high) * _ROUNDING, _ROUNDING) - (high - low)
        if lacking > 0 and not logarithmic:
            low, high = low - lacking / 2, high + lacking / 2
        step = _step(high - low)
        first, last = math.floor(low / step + _ROUNDING), math.ceil(high / step - _ROUNDING)
        marks = tuple((form(n * step), n * step) for n in range(first, last + 1))
        if not logarithmic:
            return cls(first * step, last * step, marks)
        inside = tuple((label, value) for label, value in marks if low < value < high)
        return cls(low, high if high > low else low * math.e, inside, logarithmic=True)

    def place(self, value: float) -> float:
        """Where a value lies, percent of the axis from its low end; ends where the axis ends."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        inside = min(max(value, self.low), self.high)
        # Rounding may carry the end itself a little further.
        return min(_SIDE, _SIDE * (self._scaled(inside) - low) / (high - low))

    @property
    def places(self) -> list[tuple[str, float]]:
        """Labels of the marks, and where they lie, percent."""
        return [(label, self.place(value)) for label, value in self.marks]

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.logarithmic else value


@dataclass(frozen=True)
class Line:
    """One line; it is interrupted where a value is None.

    Attributes
    ----------
    label : str
        For the legend.
    kind : str
        Class of its style, such as "ours".
    points : sequence of (float, float or None)
        Values on both axes.
    """

    label: str
    kind: str
    points: Points


@dataclass(frozen=True)
class Dot:
    """One point with a word on it, and perhaps an interval.

    Attributes
    ----------
    x, y : float
    kind, title : str
    low, high : float or None
        Ends of the interval of y.
    """

    x: float
    y: float
    kind: str
    title: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Chart:
    """Lines and dots on two axes.

    Attributes
    ----------
    summary : str
        What it shows, for who cannot see it; the numbers themselves stand in a table.
    x, y : Axis
    x_label, y_label : str
    lines : tuple of Line
    dots : tuple of Dot
    dots_label : tuple of (str, str)
        Kind and label of the dots in the legend; empty for none.
    """

    summary: str
    x: Axis
    y: Axis
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...] = ()
    dots_label: tuple[str, str] = ("", "")

    def path(self, line: Line) -> str:
        """The line as SVG path data; "" if it has no point."""
        parts: list[str] = []
        for known, run in groupby(line.points, key=lambda point: point[1] is not None):
            if known:
                at = [self._at(x, y) for x, y in run if y is not None]
                # A point without neighbours is a line of no length: its round ends show it.
                parts.append("M" + "L".join(at if len(at) > 1 else at * 2))
        return "".join(parts)

    def mark(self, dot: Dot) -> str:
        """The dot as a path of no length, whose round ends make it round however stretched."""
        return f"M{self._at(dot.x, dot.y)}h0"

    def whisker(self, dot: Dot) -> str:
        """The dot's interval as path data; "" if it has none."""
        if dot.low is None or dot.high is None:
            return ""
        return f"M{self._at(dot.x, dot.low)}L{self._at(dot.x, dot.high)}"

    def _at(self, x: float, y: float) -> str:
        return f"{self.x.place(x):.2f} {_SIDE - self.y.place(y):.2f}"


def _step(span: float) -> float:
    """The smallest round step that leaves few marks."""
    if span <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(span / _MOST_TICKS))
    return next(s * size for s in _STEPS if span / (s * size) <= _MOST_TICKS + _ROUNDING)
