"""The section aurum.telegram."""

from __future__ import annotations

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.telegram.settings import USUAL_API, TelegramSettings


def settings(api: object) -> TelegramSettings:
    return TelegramSettings.from_config({"aurum": {"telegram": {"api": api}}})


def test_the_usual_address_is_telegrams_own() -> None:
    assert TelegramSettings.from_config({}).api == USUAL_API


@pytest.mark.parametrize(
    "api",
    ["https://proxy.example/tg/", "http://127.0.0.1:8081", "http://[::1]:1", "http://bot-api:8081"],
)
def test_addresses_that_are_taken(api) -> None:
    assert settings(api).api == api.rstrip("/")


@pytest.mark.parametrize("api", ["http://proxy.example", "http://10.0.0.1:8081"])
def test_the_token_is_not_sent_in_the_clear(api) -> None:
    with pytest.raises(ConfigurationError, match="must begin with https"):
        settings(api)


@pytest.mark.parametrize("api", ["", "ftp://x", "api.telegram.org", "https://x?y=1", "http://[", 5])
def test_what_is_no_address_is_refused(api) -> None:
    with pytest.raises(ConfigurationError, match=r"aurum\.telegram\.api"):
        settings(api)
