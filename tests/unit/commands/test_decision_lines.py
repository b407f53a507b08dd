"""Many decisions on terminals of all widths."""

from __future__ import annotations

from io import StringIO

import pytest
from decisions import decision, wanted
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from aurum_plugins.commands.decision_lines import DecisionLines, wrapped
from aurum_plugins.execution.decision import Decision
from aurum_plugins.reasons import Reason

ROWS = [decision(), wanted(1, "牛牛/USDT"), decision(2, "A-LONG-NAME/USDT")]


def drawn(width: int, rows: list[Decision] = ROWS, *, with_pair: bool = True) -> list[str]:
    out = StringIO()
    console = Console(file=out, width=width)
    console.print(DecisionLines("What was decided", rows, with_pair=with_pair))
    return out.getvalue().splitlines()


def test_columns_stand_below_each_other() -> None:
    title, _, headings, rule, first, second, third, _ = drawn(200)
    assert title == "What was decided"
    assert headings.split() == ["pair", "candle", "decision", "why"]
    assert set(rule.strip()) == {"─"}
    place = headings.index("why")
    assert first[place:].startswith("The close is not above the entry channel (close 61,204.1;")
    # Each of two letters takes two cells.
    assert second[place - 2 :].startswith("The close is above")
    assert third.split()[0] == "A-LONG-NAME/USDT"


@pytest.mark.parametrize("width", [20, 40, 60, 70, 90, 120, 300])
def test_nothing_of_the_reasons_is_lost_and_no_line_is_too_long(width) -> None:
    lines = drawn(width)
    assert all(cell_len(line) <= width for line in lines)
    told = "".join("".join(lines).split())
    assert told.count("channelhigh62,000).") == 3


def test_without_a_pair_there_is_no_column_for_it() -> None:
    headings = drawn(120, [decision()], with_pair=False)[2]
    assert headings.split() == ["candle", "decision", "why"]


def test_nobody_controls_the_terminal_by_a_figure() -> None:
    figures = {"headline": "\x1b[2J\x1b[31mgone\r\nnew line"}
    row = decision(signal=Reason.NO_BREAKOUT, figures=figures)
    lines = drawn(200, [row])
    assert not any("\x1b" in line or "\r" in line for line in lines)
    assert sum("gone new line" in line for line in lines) == 1


@given(st.text(alphabet="ab 牛", max_size=60), st.integers(2, 12))
def test_words_are_kept_in_order_and_within_the_width(text, width) -> None:
    lines = wrapped(text, width)
    assert lines
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
