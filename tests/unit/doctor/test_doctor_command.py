"""The command: options in, table or JSON out, and the exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from aurum_plugins.commands import doctor as command
from aurum_plugins.doctor.request import Request

Build = Callable[..., Any]


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch) -> Build:
    app = typer.Typer()
    app.command()(command.doctor)

    def run(around: Any, *arguments: str) -> tuple[Any, Request]:
        asked: list[Request] = []

        def look_around(request: Request) -> Any:
            asked.append(request)
            return around

        monkeypatch.setattr(command, "look_around", look_around)
        result = CliRunner().invoke(app, list(arguments))
        return result, asked[0]

    return run


def test_json_alone_on_standard_output(invoke: Build, make_surroundings: Build) -> None:
    options = ["-c", "a.json", "-c", "b.json", "--userdir", "u", "--strategy", "S", "--json"]
    result, request = invoke(make_surroundings(), *options)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["ok"] is True
    assert request == Request((Path("a.json"), Path("b.json")), Path("u"), "S")


def test_table_and_status_1(invoke: Build, make_surroundings: Build) -> None:
    result, request = invoke(make_surroundings(python="3.9.1"))
    assert result.exit_code == 1
    assert "Python 3.9.1 is outside" in result.stdout
    assert request == Request()
