"""`aurum validate`: what it refuses, shows and writes, and with which status it ends."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner
from validation_accounts import gathered, soak

from aurum_plugins.commands import validate as command
from aurum_plugins.commands import validate_evidence
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.validation.catalogue import MEASURES
from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.report import ValidationReport

app = typer.Typer()
app.command()(command.validate)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


@pytest.fixture
def asked(monkeypatch, tmp_path) -> dict[str, Any]:
    """What was asked for; productions under `changes` replace evidence without a flaw."""
    seen: dict[str, Any] = {"changes": {}}

    def evidence_of(request: validate_evidence.Request) -> Any:
        seen["request"] = request
        assert request.work.is_dir()
        request.on_seconds(1.0)
        return gathered(**seen["changes"])

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(validate_evidence, "evidence_of", evidence_of)
    return seen


def test_all_is_measured_shown_and_written(asked, tmp_path) -> None:
    result = invoke()
    assert result.exit_code == 0, (result.output, result.exception)
    assert "18 passed" not in result.output
    assert f"{len(MEASURES) - 7} passed, 7 not promised." in " ".join(result.output.split())
    request = asked["request"]
    assert (request.full, request.checkout, request.datadir) == (False, tmp_path, None)
    assert not request.work.exists()
    folder = tmp_path / "user_data" / "validation"
    report = ValidationReport.model_validate_json((folder / "validation.json").read_text())
    assert len(report.measurements) == len(MEASURES)
    assert report.header.mode == "quick"
    assert "<!DOCTYPE html>" in (folder / "validation.html").read_text()


def test_json_is_all_that_is_printed(asked) -> None:
    result = invoke("--json", "--only", "uptime", "-o", "out")
    document = json.loads(result.stdout)
    assert document["format"] == 1
    assert [m["promise"]["name"] for m in document["measurements"]] == ["uptime"]
    # The other rows of its phase were not looked at.
    assert [phase["standing"] for phase in document["phases"]] == ["open"]
    assert (Path("out") / "validation.html").is_file()


def test_a_full_run_reads_the_candles_that_were_named(asked, tmp_path) -> None:
    invoke("--full", "--datadir", str(tmp_path), "-t", "1h", "--only", "completeness")
    request = asked["request"]
    assert (request.full, request.datadir, request.timeframe) == (True, tmp_path, "1h")


@pytest.mark.parametrize(
    ("made", "status"), [(lambda: soak(made=1), 1), (None, 3)], ids=["missed", "not measured"]
)
def test_the_status_says_what_is_wrong(asked, made, status) -> None:
    def fail() -> Any:
        raise NotMeasured("the bot did not start")

    asked["changes"] = {"soak": made or fail}
    assert invoke().exit_code == status


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_also_where_a_soak_took_it_for_its_own(asked, tmp_path, number) -> None:
    def interrupted() -> Any:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        return soak()

    before = signal.getsignal(number)
    asked["changes"] = {"soak": interrupted}
    result = invoke("--only", "uptime")
    assert result.exit_code not in (0, 1, 3)
    assert not (tmp_path / "user_data").exists()
    assert not asked["request"].work.exists()
    assert signal.getsignal(number) is before


def test_the_list_measures_nothing(asked) -> None:
    result = invoke("--list")
    assert result.exit_code == 0
    assert all(measure.promise.name in result.output for measure in MEASURES)
    assert "request" not in asked


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--only", "upime"), "--only: did you mean uptime? `aurum validate --list` names all"),
        (("--only", "zzzz"), "--only: `aurum validate --list` names all"),
        (("--datadir", "x"), "--datadir: is read by --full alone"),
        (("--timeframe", "1h"), "--timeframe: is read by --full alone"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_measured(
    asked, arguments, words
) -> None:
    result = invoke(*arguments)
    assert isinstance(result.exception, ConfigurationError)
    assert str(result.exception).startswith(words)
    assert "request" not in asked


def test_a_folder_that_cannot_be_written_to_is_named(asked, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    result = invoke("-o", "file", "--only", "uptime")
    assert isinstance(result.exception, ConfigurationError)
    assert str(result.exception).startswith("--output: must be a folder that can be written to")
