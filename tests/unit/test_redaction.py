"""What stands under a secret's name never leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from aurum_plugins.config import SECTIONS, _settings
from aurum_plugins.redaction import Redactor, is_sensitive

CONFIG = {
    "strategy": "AurumStrategy",
    "db_url": "postgresql://bot:pw@host/db",
    "exchange": {"key": "abcd1234", "secret": "s", "name": "binance", "ccxt_config": {"uid": 7}},
    "telegram": {"enabled": True, "token": "", "chat_id": 123456},
    "api_server": {"jwt_secret_key": "abcd", "CORS_origins": ["http://x"], "password": None},
    "external_message_consumer": {"producers": [{"ws_token": "longtoken"}]},
}


def test_secrets_are_masked_wherever_they_stand() -> None:
    text = "abcd1234, abcd, 123456, longtoken, 's', postgresql://bot:pw@host/db, '7'"
    assert Redactor(CONFIG).mask(text) == "***, ***, ***, ***, '***', ***, '***'"


def test_the_rest_is_left_alone() -> None:
    text = "AurumStrategy on binance: http://x, True, None, s"
    assert Redactor(CONFIG).mask(text) == text


def test_logins_in_addresses_are_masked_without_being_known() -> None:
    assert Redactor().mask("http://me:pw@h:1/x") == "http://***@h:1/x"


def test_everything_below_a_secret_name_is_secret() -> None:
    redactor = Redactor({"webhook": {"headers": {"X": "bearer-1"}, "list": ("other-2",)}})
    assert redactor.mask("bearer-1 other-2") == "*** ***"


@given(secret=st.text(min_size=4).filter(lambda text: text not in "***"))
def test_no_long_secret_survives(secret: str) -> None:
    masked = Redactor({"exchange": {"secret": secret}}).mask(f"a {secret} b")
    assert masked == "a *** b"


def test_freqtrades_own_sensitive_keys_are_all_known() -> None:
    from freqtrade.configuration import config_secrets

    for key in config_secrets._SENSITIVE_KEYS:
        assert is_sensitive(key.rpartition(".")[2]), key


def test_every_secret_of_our_own_settings_has_a_name_that_is_masked() -> None:
    found = {name for section in SECTIONS for name in _secret_names(_settings(section))}
    assert {"token", "url", "client_id"} <= found
    assert [name for name in found if not is_sensitive(name)] == []


def _secret_names(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *get_args(field.annotation)]
        if SecretStr in kinds:
            yield name
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _secret_names(kind)
