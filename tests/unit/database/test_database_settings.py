"""Which database a configuration means."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from aurum_plugins.database import DatabaseSettings, database_url
from aurum_plugins.errors import ConfigurationError

POSTGRES = "postgresql://aurum:secret@localhost/aurum"


def aurum(**database: object) -> dict[str, object]:
    """Through JSON, as freqtrade reads it."""
    return json.loads(json.dumps({"aurum": {"database": database}}))


def meant(config: dict[str, object], **environment: str) -> str:
    return database_url(config, environment).render_as_string(hide_password=False)


def test_the_default_is_a_file_in_the_user_data_folder() -> None:
    assert meant({}) == "sqlite:///user_data/aurum.sqlite"
    assert meant({"user_data_dir": Path("/srv/bot")}) == "sqlite:////srv/bot/aurum.sqlite"
    assert meant({"user_data_dir": "bot", **aurum(url=None)}) == "sqlite:///bot/aurum.sqlite"
    odd = Path("/srv/a b%20?#ü")
    assert database_url({"user_data_dir": odd}, {}).database == str(odd / "aurum.sqlite")


def test_the_environment_goes_before_the_configuration() -> None:
    config = {"user_data_dir": "bot", **aurum(url=POSTGRES)}
    assert meant(config) == "postgresql+psycopg://aurum:secret@localhost/aurum"
    assert meant(config, AURUM_DATABASE_URL="sqlite:///x.sqlite") == "sqlite:///x.sqlite"
    assert meant(config, AURUM_DATABASE_URL=" ").startswith("postgresql")


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(ConfigurationError, match="AURUM_DATABASE_URL: must begin with sqlite"):
        database_url({}, {"AURUM_DATABASE_URL": "mysql://h/d"})


def test_the_settings_hide_the_password() -> None:
    settings = DatabaseSettings.from_config(aurum(url=POSTGRES))
    assert settings.url == SecretStr(POSTGRES)
    assert "secret" not in repr(settings) + settings.model_dump_json()
    assert "secret" not in repr(database_url(aurum(url=POSTGRES), {}))
    assert DatabaseSettings(url=SecretStr(POSTGRES)) == settings
    assert DatabaseSettings() == DatabaseSettings.from_config({})


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ({"url": "secret"}, "aurum.database.url: must be the URL of a database"),
        ({"url": 7}, r"aurum.database.url: must be a text \(got 'int'\)"),
        ({"url": [POSTGRES]}, r"aurum.database.url: must be a text \(got 'tuple'\)"),
        ({"ulr": POSTGRES}, "aurum.database.ulr: unknown setting; known are url"),
    ],
)
def test_what_is_refused_is_named_but_not_shown(database, message) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        DatabaseSettings.from_config(aurum(**database))
    assert "secret" not in str(caught.value)
