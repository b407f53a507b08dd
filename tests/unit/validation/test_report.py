"""The report: status, JSON, table and page."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console
from validation_accounts import NOW, gathered, soak

from aurum_plugins.validation.catalogue import MEASURES
from aurum_plugins.validation.errors import LeftOut, NotMeasured
from aurum_plugins.validation.page import render_page
from aurum_plugins.validation.report import Header, ValidationReport
from aurum_plugins.validation.rollout import phases
from aurum_plugins.validation.table import print_promises, print_report
from aurum_plugins.validation.validate import validate


def report(**changes: Any) -> ValidationReport:
    found = validate(MEASURES, gathered(**changes), lambda *_: None)
    header = Header(
        created=NOW,
        mode="quick",
        machine="Linux, x86_64, 2 cores",
        commit="0123456789ab",
        versions={"Python": "3.11.9"},
        data="the synthetic market",
        seconds=170.4,
    )
    standings = phases(found, [measure.promise for measure in MEASURES])
    return ValidationReport(header=header, measurements=found, phases=standings)


def raising(error: Exception) -> Any:
    def fail() -> Any:
        raise error

    return fail


def printed(which: ValidationReport) -> str:
    console = Console(file=io.StringIO(), width=200)
    print_report(which, console)
    return " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 0),
        ({"deployment": raising(LeftOut("only --full"))}, 0),
        ({"deployment": raising(NotMeasured("no index"))}, 3),
        ({"soak": lambda: soak(made=470)}, 1),
        ({"soak": lambda: soak(made=470), "deployment": raising(NotMeasured("no index"))}, 1),
    ],
    ids=["kept", "left out", "not measured", "missed", "both"],
)
def test_the_status_tells_a_miss_from_what_is_not_known(changes, status) -> None:
    assert report(**changes).exit_status == status


def test_json_is_read_back() -> None:
    whole = report(deployment=raising(NotMeasured("no index")))
    assert ValidationReport.model_validate_json(whole.model_dump_json()) == whole
    assert whole.format == 1


def test_the_table_has_every_promise_beside_its_base_rate() -> None:
    text = printed(report(deployment=raising(NotMeasured("no [bold]index"))))
    for measure in MEASURES:
        assert measure.promise.name in text
    assert "Right without a model: majority 51.0 %, persistence 71.0 %" in text
    assert "Not promised: no honest system can" in text
    assert "Not measured. No [bold]index." in text
    assert "18 passed" not in text
    assert "1 not measured." in text
    assert "Phase 4: open. The way back" in text


def test_the_page_needs_nothing_and_escapes_everything() -> None:
    page = render_page(report(soak=raising(NotMeasured("`<script>alert(1)`</script>"))))
    assert "<script>" not in page
    assert "<code>&lt;script&gt;" in page
    assert not re.search(r"(src|href)=[\"'](?!#|data:)", page)
    for measure in MEASURES:
        assert f">{measure.promise.name}<" in page
    assert "set by this project" in page
    assert "<code>aurum models rollback PAIR</code>" in page
    assert "Phase 2: open" in page


def test_promises_are_listed_with_how_they_are_measured() -> None:
    console = Console(file=io.StringIO(), width=200)
    print_promises([measure.promise for measure in MEASURES], console)
    text = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    assert "Not promised: no user was asked." in text
    assert "at least 99.9 %" in text
