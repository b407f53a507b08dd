"""Findings, reports, the running of checks, and the table."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from aurum_plugins.doctor.examination import examine
from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.report import Report
from aurum_plugins.doctor.table import print_report

OK = Finding(Level.OK, "versions", "fine")
WARNING = Finding(Level.WARNING, "exchange", "silent", "aurum sandbox")
ERROR = Finding(Level.ERROR, "versions", "old", "pip install new")


@pytest.mark.parametrize("level", [Level.WARNING, Level.ERROR])
def test_bad_news_needs_a_mend(level: Level) -> None:
    with pytest.raises(ValueError, match="needs a mend: 'broken'"):
        Finding(level, "x", "broken")


def test_only_errors_make_a_report_fail() -> None:
    assert Report(()).ok
    assert Report((OK, WARNING)).ok
    assert not Report((OK, ERROR)).ok


def test_json_has_every_field() -> None:
    document = json.loads(Report((OK, ERROR)).to_json())
    assert document == {
        "ok": False,
        "findings": [
            {"level": "ok", "subject": "versions", "message": "fine", "mend": ""},
            {"level": "error", "subject": "versions", "message": "old", "mend": "pip install new"},
        ],
    }


def test_subjects_keep_the_order_of_their_first_finding() -> None:
    groups = Report((WARNING, OK, ERROR)).by_subject()
    assert list(groups) == ["exchange", "versions"]
    assert groups["versions"] == [OK, ERROR]


def test_a_check_that_breaks_down_is_a_finding(
    make_surroundings: Callable[..., Any],
) -> None:
    def check_secretly(_around: Any) -> Iterator[Finding]:
        yield OK
        raise KeyError("hunter2")

    def check_folder(_around: Any) -> Iterator[Finding]:
        raise PermissionError(13, "Permission denied", "/root/x")

    report = examine(make_surroundings(), (check_secretly, check_folder, lambda _around: [OK]))
    first, secretly, folder, last = report.findings
    assert first == last == OK
    assert secretly.level is folder.level is Level.ERROR
    assert secretly.message.startswith("check_secretly broke down: KeyError at test_report.py")
    assert "hunter2" not in secretly.message
    assert "Permission denied: '/root/x'" in folder.message


def drawn(report: Report, width: int) -> str:
    stream = io.StringIO()
    print_report(report, Console(file=stream, width=width))
    return stream.getvalue()


def test_the_table_groups_and_counts() -> None:
    text = drawn(Report((WARNING, OK, ERROR)), 80)
    assert text.count("versions") == 1
    assert "mend: aurum sandbox" in text
    assert "Something is wrong. 1 error, 1 warning." in text
    assert "All is well. 0 errors, 0 warnings." in drawn(Report((OK,)), 80)


@given(width=st.integers(40, 200), length=st.integers(1, 400))
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut(width: int, length: int) -> None:
    report = Report((Finding(Level.ERROR, "candles", "/" + "x" * length, "[bold]mend[/]"),))
    text = drawn(report, width)
    assert max(map(len, text.splitlines())) <= width
    assert text.count("x") == length
    assert "[bold]mend[/]" in text.replace("\n", "").replace("  ", "") or width < 60
