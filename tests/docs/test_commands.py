"""Every command that a page shows is parsed by the program that would run it, or run."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from click import Context, UsageError
from distributed.cli.dask_scheduler import main as scheduler
from distributed.cli.dask_worker import main as worker
from freqtrade.commands.arguments import Arguments
from shown_commands import Shown, command_lines, programs_of, shown_commands

from aurum_plugins.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))
# What changed once is no advice.
PAGES = tuple(page for page in PAGES if page.name != "CHANGELOG.md")
SHOWN = [
    pytest.param(shown, id=f"{page.name}: {' '.join(shown.words)}")
    for page in PAGES
    for shown in shown_commands(page.read_text(encoding="utf-8"))
]
# Not parsed here, by the words that they begin with, and why.
NOT_PARSED = {
    "createuser --pwprompt aurum": "a PostgreSQL server's administrator answers its question",
    "createdb --owner aurum aurum": "likewise; tests of the database make one by themselves",
    "git pull": "asks the place where the checkout came from",
    "mail -s": "sends mail",
    "openssl req": "4,096 bits take seconds",
    "openssl x509": "needs what those two leave",
    # Run by `test_the_secrets_are_made_as_shown`.
    "mkdir -m 700 secrets": "run below",
    "openssl rand": "run below",
    "echo AURUM_DATABASE_URL=": "run below",
    "chmod 600 .env": "run below",
    "export ": "sets a variable",
    # Run by `test_the_database_is_copied_as_shown`.
    "sqlite3 user_data/aurum.sqlite": "run below",
}
# Names in sentences that look like commands.
NAMES = frozenset({"freqtrade (dry run)", "freqtrade (live)", "freqtrade --userdir"})
# Made by the reader, by the step before.
MADE = frozenset({"configs/live.json"})
# A sentence names a command or an option, and leaves out what goes with it.
LEFT_OUT = frozenset({"MissingParameter", "BadOptionUsage", "NoArgsIsHelpError"})
DASK = {"scheduler": scheduler, "worker": worker}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Command lines are parsed, and end where their command would begin."""
    own = type(typer.main.get_command(app).make_context("aurum", [], resilient_parsing=True))
    for context in (own, Context):
        monkeypatch.setattr(context, "invoke", lambda *_, **__: None)


def check_aurum(words: tuple[str, ...], *, spoken: bool) -> None:
    group = typer.main.get_command(app)
    try:
        group.main([*words], prog_name="aurum", standalone_mode=False)
    except Exception as error:
        if not (spoken and type(error).__name__ in LEFT_OUT):
            raise AssertionError(f"aurum {' '.join(words)}: {error}") from error
    for option, value in pairwise(words):
        if option == "--run":
            for inner in programs_of(value):
                check(Shown(value, inner, spoken))


def check_freqtrade(words: tuple[str, ...], *, spoken: bool) -> None:
    try:
        Arguments([*words]).get_parsed_arg()
    except SystemExit as end:
        if end.code:
            raise AssertionError(f"freqtrade does not know: {' '.join(words)}") from end


def check_make(words: tuple[str, ...], *, spoken: bool) -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^\.PHONY: (\w+)$", text, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z]+) \?=", text, re.MULTILINE))
    for word in words:
        name, is_variable, _ = word.partition("=")
        assert name in (variables if is_variable else known), f"make does not know {word}"


def check_python(words: tuple[str, ...], *, spoken: bool) -> None:
    if words[0] == "-m":
        assert (ROOT / (words[1].replace(".", "/") + ".py")).is_file(), words[1]
        return
    source = (ROOT / words[0]).read_text(encoding="utf-8")
    for option in (word for word in words[1:] if word.startswith("--")):
        # typer makes an option of a parameter's name.
        parameter = option.removeprefix("--").replace("-", "_")
        declared = rf'"{option}[",/]|^    {parameter}: '
        assert re.search(declared, source, re.MULTILINE), f"{words[0]} does not know {option}"


def check_dask(words: tuple[str, ...], *, spoken: bool) -> None:
    DASK[words[0]].main([*words[1:]], prog_name=f"dask {words[0]}", standalone_mode=False)


def check_pip(words: tuple[str, ...], *, spoken: bool) -> None:
    extras = re.findall(r"aurumbotx\[([\w,]+)\]", " ".join(words))
    known = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for extra in ",".join(extras).split(",") if extras else ():
        assert re.search(rf"^{extra} = \[", known, re.MULTILINE), f"no extra is called {extra}"


def check_docker(words: tuple[str, ...], *, spoken: bool) -> None:
    assert words[0] == "compose", words
    rest = [*words[1:]]
    while rest[0] == "--profile":
        profiles = {
            name for one in COMPOSE["services"].values() for name in one.get("profiles", ())
        }
        assert rest[1] in profiles
        del rest[:2]
    action, *rest = rest
    options, usage = _usage(action)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        assert option in options, f"docker compose {action} does not know {option}:\n{usage}"
        if option == "--scale":
            assert rest.pop(0).partition("=")[0] in COMPOSE["services"]
    if rest:
        service = rest.pop(0)
        assert service in COMPOSE["services"], f"no service is called {service}"
        inner = (*COMPOSE["services"][service].get("entrypoint", ()),) if action == "run" else ()
        if inner or rest:
            check(Shown(" ".join(rest), (*inner, *rest), spoken))


@cache
def _usage(action: str) -> tuple[frozenset[str], str]:
    """Options of a command of docker-compose, and its help."""
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed")
    done = subprocess.run(
        [program, "help", action], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return frozenset(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", done.stdout)), done.stdout


def check_sh(words: tuple[str, ...], *, spoken: bool) -> None:
    assert words[0] == "-c", words
    for inner in programs_of(words[1]):
        check(Shown(" ".join(inner), inner, spoken))


CHECKS: dict[str, Callable[..., None]] = {
    "aurum": check_aurum,
    "freqtrade": check_freqtrade,
    "make": check_make,
    "python": check_python,
    "dask": check_dask,
    "pip": check_pip,
    "docker": check_docker,
    "sh": check_sh,
}


def check(shown: Shown) -> None:
    """Let the program itself, or what stands in for it, parse a command."""
    if shown.line in NAMES or " ".join(shown.words).startswith(tuple(NOT_PARSED)):
        return
    program, *words = shown.words
    program = program.removeprefix(".venv/bin/")
    known = f"{sorted(CHECKS)} or NOT_PARSED"
    assert program in CHECKS, f"{shown.line!r}: a program must be one of {known}, got {program}"
    CHECKS[program](tuple(words), spoken=shown.spoken)
    for word in words:
        if word.startswith("configs/") and word not in MADE:
            assert list(ROOT.glob(word)), f"{shown.line!r}: there is no {word}"


@pytest.mark.parametrize("shown", SHOWN)
def test_it_is_parsed(shown: Shown) -> None:
    check(shown)


@pytest.mark.parametrize("start", NOT_PARSED)
def test_what_is_not_parsed_is_still_shown(start: str) -> None:
    shown = [" ".join(param.values[0].words) for param in SHOWN]
    assert any(words.startswith(start) for words in shown)


def test_a_shell_reads_every_line() -> None:
    lines = [line for page in PAGES for line in command_lines(page.read_text(encoding="utf-8"))]
    assert len(lines) > 50
    done = subprocess.run(
        ["bash", "-n"], input="\n".join(lines), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "aurum why --bogus",
        "aurum models elect BTC/USDT",
        "aurum kill --reason",
        "aurum sandbox --run 'freqtrade backtest'",
        "freqtrade trade --stratgy AurumStrategy",
        "freqtrade trade -c configs/nowhere.json",
        "make everything",
        "python benchmarks/features.py --bogus",
        "dask scheduler --bogus",
        "pip install 'aurumbotx[everything]'",
        "docker compose up --bogus",
        "docker compose stop nobody",
        "docker compose exec bot aurum start",
        "unheard-of --program",
    ],
)
def test_a_wrong_command_is_found(command: str) -> None:
    (words,) = programs_of(command)
    with pytest.raises((AssertionError, UsageError), match=r"\w"):
        check(Shown(command, words))


def test_a_sentence_may_leave_out_arguments_but_invent_none() -> None:
    check(Shown("aurum models rollback", ("aurum", "models", "rollback"), spoken=True))
    with pytest.raises(AssertionError, match="No such option"):
        check(Shown("aurum why --all", ("aurum", "why", "--all"), spoken=True))


def test_commands_are_told_from_what_they_print() -> None:
    page = (
        "Use `aurum\nstatus`, not `aurum`.\n```\n$ aurum why\nBTC: entry\n```\n```bash\n"
        "# first\nA=1 make run > log || aurum kill \\\n  --yes\n```\n```\n drawing -> here\n```\n"
        "```json\n{}\n```\n```\nsh -c 'aurum\n  why'\n```\n```sh\nsh -c 'aurum\n  why'\n```\n"
    )
    assert [(shown.words, shown.spoken) for shown in shown_commands(page)] == [
        (("aurum", "why"), False),
        (("make", "run"), False),
        (("aurum", "kill", "--yes"), False),
        (("sh", "-c", "aurum   why"), False),
        (("aurum", "status"), True),
    ]


def _lines_of(page: str) -> list[str]:
    return command_lines((ROOT / "docs" / page).read_text(encoding="utf-8"))


def test_the_secrets_are_made_as_shown(tmp_path: Path) -> None:
    lines = _lines_of("monitor.md")
    script = "\n".join(
        lines[lines.index("mkdir -m 700 secrets") : lines.index("chmod 600 .env") + 1]
    )
    done = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    password = (tmp_path / "secrets" / "postgres_password").read_text().strip()
    address = f"AURUM_DATABASE_URL=postgresql://aurum:{password}@postgres/aurum\n"
    assert (tmp_path / ".env").read_text() == address
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.name for path in (tmp_path / "secrets").iterdir()} < COMPOSE["secrets"].keys()


def test_the_database_is_copied_as_shown(tmp_path: Path) -> None:
    (line,) = (line for line in _lines_of("database.md") if "VACUUM INTO" in line)
    ((_, source, statement),) = programs_of(line)
    (tmp_path / source).parent.mkdir()
    with closing(sqlite3.connect(tmp_path / source)) as connection:
        connection.execute("CREATE TABLE kept (number INTEGER)")
        connection.execute(statement.replace("aurum-copy", f"{tmp_path}/aurum-copy"))
    with closing(sqlite3.connect(tmp_path / "aurum-copy.sqlite")) as copy:
        assert copy.execute("SELECT COUNT(*) FROM kept").fetchone() == (0,)
