from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from aurum_plugins import cli
from aurum_plugins.commands.features import markdown
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features import CATALOGUE

PAGE = Path(__file__).resolve().parents[3] / "docs" / "features.md"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(
        cli.app, ["features", *arguments], env={"COLUMNS": "400"}, catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result.output


def test_every_feature_is_listed() -> None:
    printed = run()
    assert f"{len(CATALOGUE)} features" in printed
    assert all(name in printed for name in CATALOGUE)


def test_families_and_features_can_be_named() -> None:
    listed = run("rsi", "calendar", "--format", "names").split()
    times = ("hour", "half_day", "weekday", "half_week")
    assert listed == ["rsi", *(f"{time}_{part}" for time in times for part in ("sin", "cos"))]


def test_an_unknown_name_is_an_error_that_names_it() -> None:
    with pytest.raises(ConfigurationError, match="'astrology' is no feature"):
        run("astrology")


def test_a_formula_s_bars_do_not_break_a_table() -> None:
    table = markdown([CATALOGUE["amihud_ratio"]])
    (row,) = [line for line in table.splitlines() if line.startswith("| `amihud_ratio`")]
    assert row.count("|") == 5
    assert "57 for p = 14" in row


def test_the_page_is_what_the_command_prints() -> None:
    # If this fails: aurum features --format markdown, under the page's own introduction.
    assert PAGE.read_text().endswith(run("--format", "markdown"))


def test_a_list_of_one_family_as_markdown_has_one_heading() -> None:
    printed = run("calendar", "-f", "markdown")
    assert printed.startswith("## Calendar\n\n| name | formula | candles | source |\n")
    assert printed.count("\n## ") == 0
