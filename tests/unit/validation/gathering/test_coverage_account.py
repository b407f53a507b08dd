"""What the last run of the tests left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.gathering import coverage_account as accounting
from aurum_plugins.validation.gathering.coverage_account import coverage_account

PROGRAM = "def f(x):\n    if x:\n        return 1\n    return 2\n\n\nf(True)\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A package of one file, four of whose five lines were run, and one of two branches."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "aurum_plugins").mkdir()
    (folder / "aurum_plugins" / "program.py").write_text(PROGRAM)
    settings = '[tool.coverage.run]\nbranch = true\nsource = ["aurum_plugins"]\n'
    (folder / "pyproject.toml").write_text(settings)
    plain = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    subprocess.run(
        [sys.executable, "-m", "coverage", "run", "aurum_plugins/program.py"],
        cwd=folder,
        env=plain,
        check=True,
    )
    return folder


def test_lines_and_branches_count(checkout, monkeypatch) -> None:
    monkeypatch.chdir(checkout)
    os.utime(checkout / "aurum_plugins" / "program.py", (0, 0))
    found = coverage_account(checkout)
    assert found.share == pytest.approx(5 / 7)
    assert (found.files, found.changed_since) == (1, 0)
    assert found.measured == datetime.fromtimestamp((checkout / ".coverage").stat().st_mtime, UTC)


def test_files_that_changed_since_are_counted(checkout, monkeypatch) -> None:
    monkeypatch.chdir(checkout)
    later = (checkout / ".coverage").stat().st_mtime + 10
    os.utime(checkout / "aurum_plugins" / "program.py", (later, later))
    assert coverage_account(checkout).changed_since == 1


def test_without_a_test_run_nothing_is_known(tmp_path) -> None:
    with pytest.raises(NotMeasured, match=r"no test run has left .*; run `make test` first"):
        coverage_account(tmp_path)


def test_a_torn_file_is_no_measurement(tmp_path) -> None:
    (tmp_path / ".coverage").write_text("torn")
    (tmp_path / "pyproject.toml").write_text("")
    with pytest.raises(NotMeasured, match="cannot be read"):
        coverage_account(tmp_path)


def test_without_coverage_py_the_extra_is_named(tmp_path, monkeypatch) -> None:
    (tmp_path / ".coverage").write_text("")
    monkeypatch.setattr(accounting, "find_spec", lambda _: None)
    with pytest.raises(NotMeasured, match="aurumbotx\\[dev\\]"):
        coverage_account(tmp_path)
