"""`aurum database`: what it tells, and in which words it refuses."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from aurum_plugins.commands.database import app
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.database.schema import metadata


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    (tmp_path / "user_data").mkdir()


def invoke(*arguments: str, **environment: str):
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200", **environment})


def printed(*arguments: str, **environment: str) -> str:
    result = invoke(*arguments, **environment)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def test_a_database_is_made_and_described(tmp_path) -> None:
    assert printed("upgrade") == (
        "sqlite:///user_data/aurum.sqlite: its tables are up to date (version 0004)\n"
    )
    text = printed("status")
    for row in ("sqlite:///user_data/aurum.sqlite", "0004", "0.2 MB", "decisions", "0"):
        assert row in text
    assert (tmp_path / "user_data" / "aurum.sqlite").exists()


def test_the_configuration_and_the_environment_name_it(tmp_path) -> None:
    config = tmp_path / "bot.json"
    config.write_text('{"aurum": {"database": {"url": "sqlite:///one.sqlite"}}}')
    assert "sqlite:///one.sqlite" in printed("upgrade", "-c", str(config))
    assert "sqlite:///two.sqlite" in printed(
        "upgrade", "-c", str(config), AURUM_DATABASE_URL="sqlite:///two.sqlite"
    )


def test_status_makes_nothing(tmp_path) -> None:
    error = invoke("status").exception
    assert isinstance(error, DatabaseUnavailable)
    assert error.reason == "there is none yet: run `aurum database upgrade`"
    assert list((tmp_path / "user_data").iterdir()) == []


def test_status_as_json_hides_the_password(database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    told = json.loads(printed("status", "--json", AURUM_DATABASE_URL=url))
    assert told["rows"] == dict.fromkeys(metadata.tables, 0)
    assert (told["url"], told["kind"]) == (database.url, database.kind)
    assert told["size_bytes"] > 0
