"""Commands that are imported when they are asked for."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from aurum_plugins import cli
from aurum_plugins.commands.on_demand import BRIEF, PLACES
from aurum_plugins.errors import ConfigurationError

HEAVY = ("freqtrade", "pandas", "numpy", "sklearn", "aiohttp", "ccxt", "alembic")


def loaded(*words: str) -> set[str]:
    """Modules that a process of `aurum` with these words has at its end."""
    code = (
        f"import sys; sys.argv = ['aurum', *{words!r}]\n"
        "from aurum_plugins.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("name", PLACES)
def test_every_command_is_where_it_is_said_to_be(name) -> None:
    result = CliRunner().invoke(cli.app, [name, "--help"], env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.exception
    assert f"aurum {name}" in result.stdout


def test_the_help_lists_them_all_in_order() -> None:
    lines = CliRunner().invoke(cli.app, ["-h"], env={"COLUMNS": "120"}).stdout.splitlines()
    shown = [line.strip("│ ").split()[0] for line in lines if line.strip("│ ").split()]
    assert [name for name in shown if name in PLACES] == list(PLACES)


def test_a_misspelt_one_is_suggested() -> None:
    result = CliRunner().invoke(cli.app, ["wyh"])
    assert result.exit_code == 2
    assert "Did you mean 'why'?" in result.stderr


@pytest.mark.parametrize("name", sorted(BRIEF))
def test_who_wants_a_brief_answer_waits_for_nothing_heavy(name, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = loaded(name, "--bot", "x")
    assert "aurum_plugins.commands.bot_database" in found
    assert not found.intersection(HEAVY)
    assert "aurum_plugins.commands.demo" not in found


@pytest.mark.parametrize(("word", "collects"), [("why", False), ("models", True)])
def test_garbage_is_looked_for_unless_the_process_ends_at_once(word, collects, monkeypatch) -> None:
    seen = []
    monkeypatch.setattr(cli, "app", lambda: seen.append(gc.isenabled()))
    monkeypatch.setattr(cli.sys, "argv", ["aurum", word])
    try:
        cli.main()
    finally:
        gc.unfreeze()
        gc.enable()
    assert seen == [collects]


def test_an_error_is_one_sentence(monkeypatch, capsys) -> None:
    def fail() -> None:
        raise ConfigurationError("--bot", "must be a bot", "x")

    monkeypatch.setattr(cli, "app", fail)
    monkeypatch.setattr(cli.sys, "argv", ["aurum"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == cli.EXIT_REFUSED
    assert capsys.readouterr().err == "Error: --bot: must be a bot (got 'x')\n"
