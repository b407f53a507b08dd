"""The Makefile chooses a usable interpreter, installs when needed, and says what it offers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INPUTS = ("Makefile", "pyproject.toml", "constraints.txt", "aurum_plugins.pth")
TARGETS = {"help", "install", "run", "test", "lint", "validate", "backtest", "clean"}

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "a clone with spaces"
    folder.mkdir()
    for name in INPUTS:
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with a shell's programs and no Python at all."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("make", "bash", "sh", "awk", "rm", "touch"):
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def _make(
    clone: Path, *arguments: str, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(path or os.environ["PATH"]), "HOME": str(clone)}
    return subprocess.run(
        ["make", *arguments],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def test_make_alone_lists_every_target_with_one_line_each(clone: Path) -> None:
    result = _make(clone)
    lines = [re.split(r"\s{2,}", line.strip()) for line in result.stdout.splitlines()]
    assert result.returncode == 0, result.stderr
    assert {line[0].removeprefix("make ") for line in lines} == TARGETS
    assert all(len(line) == 2 and line[1] for line in lines)


def test_contributing_names_every_target_that_one_needs() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for target in TARGETS - {"help", "install"}:
        assert f"`make {target}`" in text


def test_the_first_interpreter_that_works_is_taken(clone: Path, programs: Path) -> None:
    _program(programs / "python3.13", "exit 127")  # a version switcher's stand-in
    _program(programs / "python3.12", "exit 1")  # without ensurepip
    _program(programs / "python3", f'exec "{sys.executable}" "$@"')
    result = _make(clone, "--dry-run", "install", path=programs)
    assert result.returncode == 0, result.stderr
    assert 'python="python3";' in result.stdout


def test_without_any_interpreter_it_says_what_to_do(clone: Path, programs: Path) -> None:
    result = _make(clone, "install", path=programs)
    assert result.returncode != 0
    assert "No Python 3.11, 3.12 or 3.13 with venv was found" in result.stderr
    assert "make install PYTHON=/path/to/python" in result.stderr
    assert not (clone / ".venv").exists()


def test_an_interpreter_out_of_range_is_refused_by_name(clone: Path, programs: Path) -> None:
    _program(programs / "python3.9", "exit 1")
    result = _make(clone, "install", "PYTHON=python3.9", path=programs)
    assert result.returncode != 0
    assert "python3.9 is not a Python 3.11, 3.12 or 3.13 with venv" in result.stderr
    assert not (clone / ".venv").exists()


def test_it_installs_with_the_constraints_and_remembers_it(clone: Path, programs: Path) -> None:
    log = clone / "log"
    _program(clone / ".venv/bin/python", f'echo "$@" >> "{log}"')
    _program(clone / ".venv/bin/pip", "exit 0")

    first = _make(clone, "install", path=programs)
    assert first.returncode == 0, first.stderr
    asked = log.read_text(encoding="utf-8")
    assert "--constraint constraints.txt --editable .[dev,postgres,cluster]" in asked
    assert asked.splitlines()[-1] == "-m pip check"
    assert _make(clone, "--question", "install", path=programs).returncode == 0

    second = _make(clone, "install", path=programs)
    assert second.returncode == 0
    assert log.read_text(encoding="utf-8") == asked


@pytest.mark.parametrize("name", INPUTS[1:])
def test_a_change_of_what_is_installed_installs_again(name: str, clone: Path) -> None:
    stamp = clone / ".venv" / ".installed"
    stamp.parent.mkdir()
    stamp.touch()
    os.utime(clone / name, (stamp.stat().st_mtime + 60,) * 2)
    assert _make(clone, "--question", "install").returncode == 1


def test_a_failed_installation_is_not_remembered(clone: Path, programs: Path) -> None:
    _program(clone / ".venv/bin/python", 'case "$*" in *pip*) exit 1;; esac')
    _program(clone / ".venv/bin/pip", "exit 0")
    assert _make(clone, "install", path=programs).returncode != 0
    assert not (clone / ".venv" / ".installed").exists()


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("run", ".venv/bin/aurum demo --minutes 3"),
        ("test", "--cov-fail-under=95 --minutes 3"),
        ("backtest", "freqtrade backtesting"),
        ("lint", ".venv/bin/lint-imports"),
    ],
)
def test_a_target_sets_itself_up_and_hands_arguments_on(
    target: str, expected: str, clone: Path
) -> None:
    result = _make(clone, "--dry-run", target, "ARGS=--minutes 3")
    assert result.returncode == 0, result.stderr
    assert result.stdout.index("pip install") < result.stdout.index(expected)


def test_clean_leaves_the_bots_data(clone: Path, programs: Path) -> None:
    (clone / "user_data").mkdir()
    (clone / "user_data" / "tradesv3.sqlite").touch()
    (clone / ".venv").mkdir()
    assert _make(clone, "clean", path=programs).returncode == 0
    assert not (clone / ".venv").exists()
    assert (clone / "user_data" / "tradesv3.sqlite").exists()


def test_the_ci_script_runs_the_linters_and_the_tests() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    assert re.search(r"^make lint test\b", text, re.MULTILINE)
