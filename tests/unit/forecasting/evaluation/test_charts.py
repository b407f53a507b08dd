"""Charts as geometry: axes end at round values, lines break where nothing is known."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aurum_plugins.forecasting.evaluation.charts import Axis, Chart, Dot, Line


def form(value: float) -> str:
    return f"{value:g}"


PLAIN = Axis(0.0, 10.0, ())


def chart(*lines: Line, x: Axis = PLAIN, y: Axis = PLAIN) -> Chart:
    return Chart("it rises", x, y, "x", "y", lines)


@pytest.mark.parametrize(
    ("values", "span", "low", "high", "labels"),
    [
        ([0.503, 0.548], 0.0, 0.5, 0.55, ["0.5", "0.51", "0.52", "0.53", "0.54", "0.55"]),
        ([0.53, 0.53], 0.06, 0.5, 0.56, ["0.5", "0.51", "0.52", "0.53", "0.54", "0.55", "0.56"]),
        ([0.0, 100.0], 0.0, 0.0, 100.0, ["0", "20", "40", "60", "80", "100"]),
        ([-3.0, None, 4.0], 0.0, -4.0, 4.0, ["-4", "-2", "0", "2", "4"]),
        ([None], 0.0, 0.0, 1.0, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
    ],
)
def test_axes_end_at_round_values(values, span, low, high, labels) -> None:
    axis = Axis.around(values, form, least_span=span)
    assert (axis.low, axis.high) == (pytest.approx(low), pytest.approx(high))
    assert [label for label, _ in axis.marks] == labels


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20),
    st.floats(0, 10),
)
@example([0.0, 1e-5], 0.0)
def test_every_value_lies_on_its_axis(values, span) -> None:
    axis = Axis.around(values, form, least_span=span)
    assert axis.low < axis.high
    assert len(axis.marks) <= 9
    slack = 1e-6 * (axis.high - axis.low) + 1e-9
    assert axis.low - slack <= min(values)
    assert max(values) <= axis.high + slack
    for value in values:
        assert 0.0 <= axis.place(value) <= 100.0


def test_a_logarithmic_axis_has_equal_ratios_equally_far_apart() -> None:
    axis = Axis(0.01, 1.0, (("1%", 0.01), ("10%", 0.1)), logarithmic=True)
    assert axis.place(0.1) == pytest.approx(50.0)
    assert axis.places == [("1%", 0.0), ("10%", pytest.approx(50.0))]
    assert axis.place(0.001) == 0.0
    assert axis.place(5.0) == 100.0


def test_a_logarithmic_axis_ends_at_the_values() -> None:
    axis = Axis.around([0.5, 2.2], form, logarithmic=True)
    assert (axis.low, axis.high) == (0.5, 2.2)
    assert [label for label, _ in axis.marks] == ["1", "1.5", "2"]
    still = Axis.around([1.0], form, logarithmic=True)
    assert still.low < still.high


def test_a_line_is_drawn_from_the_lower_left() -> None:
    line = Line("ours", "ours", [(0.0, 0.0), (5.0, 2.5), (10.0, 10.0)])
    assert chart(line).path(line) == "M0.00 100.00L50.00 75.00L100.00 0.00"


def test_a_line_breaks_where_nothing_is_known() -> None:
    line = Line("ours", "ours", [(0.0, None), (1.0, 1.0), (2.0, None), (3.0, 3.0), (4.0, 4.0)])
    assert chart(line).path(line) == "M10.00 90.00L10.00 90.00M30.00 70.00L40.00 60.00"
    empty = Line("ours", "ours", [(0.0, None)])
    assert chart(empty).path(empty) == ""


def test_a_dot_has_its_interval() -> None:
    drawn = chart()
    assert drawn.mark(Dot(5.0, 5.0, "ours", "half")) == "M50.00 50.00h0"
    assert drawn.whisker(Dot(5.0, 5.0, "ours", "half", 4.0, 6.0)) == "M50.00 60.00L50.00 40.00"
    assert drawn.whisker(Dot(5.0, 5.0, "ours", "half")) == ""
