"""Which URLs are taken, what they are completed to, and that no error shows a password."""

from __future__ import annotations

import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import URL

from aurum_plugins.database.address import parse_address, shown
from aurum_plugins.errors import ConfigurationError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("sqlite:///user_data/aurum.sqlite", "sqlite:///user_data/aurum.sqlite"),
        ("sqlite:////var/lib/aurum.sqlite", "sqlite:////var/lib/aurum.sqlite"),
        (" sqlite+pysqlite:///a.sqlite\n", "sqlite:///a.sqlite"),
        ("sqlite://", "sqlite://"),
        ("sqlite:///", "sqlite://"),
        ("sqlite:///:memory:", "sqlite://"),
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u:p@h:5433/d", "postgresql+psycopg://u:p@h:5433/d"),
        ("postgresql+psycopg:///d", "postgresql+psycopg:///d"),
        ("postgresql://h/d?sslmode=require", "postgresql+psycopg://h/d?sslmode=require"),
    ],
)
def test_a_url_is_completed_with_its_driver(given, expected) -> None:
    for value in (given, SecretStr(given)):
        assert parse_address(value).render_as_string(hide_password=False) == expected


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("", "must be the URL of a database"),
        ("user_data/secret.sqlite", "must be the URL of a database"),
        ("postgresql://u:secret@h:port/d", "must be the URL of a database"),
        ("mysql://u:secret@h/d", r"must begin with sqlite:// or postgresql://.*got 'mysql://'"),
        ("postgresql+psycopg2://u:secret@h/d", r"got 'postgresql\+psycopg2://'"),
        ("postgresql://u:secret@h", "must name a database behind the host"),
        ("sqlite://secret.sqlite", "three slashes before a relative path"),
        ("sqlite:///a.sqlite?secret=ro", "must be a plain path, without parameters"),
        ("sqlite:///file:secret?mode=memory&uri=true", "must be a plain path"),
        ("sqlite:///file:secret", "must be a plain path"),
    ],
)
def test_any_other_is_refused_without_being_shown(given, rule) -> None:
    with pytest.raises(ConfigurationError, match=rule) as caught:
        parse_address(given, "KEY")
    assert caught.value.key == "KEY"
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_missing_client_names_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert parse_address("sqlite://").database is None
    with pytest.raises(ConfigurationError, match=r"pip install 'aurumbotx\[postgres\]'") as caught:
        parse_address("postgresql://u:secret@h/d")
    assert "secret" not in str(caught.value)


# No part of the rest of the URL has a capital letter.
@given(password=st.text(st.characters(categories=["Lu", "P", "S"]), min_size=8, max_size=30))
def test_no_password_is_shown(password) -> None:
    url = URL.create("postgresql+psycopg", "aurum", password, "h", 1, "d", {"password": password})
    told = shown(url)
    assert told == "postgresql+psycopg://aurum:***@h:1/d"
    assert password not in str(url.set(query={})) + repr(url.set(query={}))
