"""`aurum validate` as a process: measured, shown, written, and an honest status."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from freqtrade_process import ROOT

from aurum_plugins.validation.measurement import Outcome
from aurum_plugins.validation.report import ValidationReport

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


def test_cheap_measures_of_a_quick_run(tmp_path: Path) -> None:
    names = ("nan", "latency", "revenue")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "aurum_plugins.cli", "validate", "--quick"),
            *(word for name in names for word in ("--only", name)),
            *("--json", "--output", str(tmp_path)),
        ],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    report = ValidationReport.model_validate_json(done.stdout)
    outcomes = {each.promise.name: each.outcome for each in report.measurements}
    assert outcomes == {
        "nan": Outcome.PASSED,
        "latency": Outcome.PASSED,
        "revenue": Outcome.NOT_PROMISED,
    }
    nan = report.measurements[0]
    assert nan.value == 0
    assert nan.samples > 1_000
    written = (tmp_path / "validation.json").read_text()
    assert ValidationReport.model_validate_json(written) == report
    assert "What was promised, and what was measured" in (tmp_path / "validation.html").read_text()
