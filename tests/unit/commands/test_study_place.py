from __future__ import annotations

from pathlib import Path

import pytest

from aurum_plugins.commands.study_place import study_place
from aurum_plugins.errors import ConfigurationError


@pytest.mark.parametrize("text", ["studies/a.sqlite", "/home/me/a.sqlite", "postgresql"])
def test_what_is_no_url_is_a_file(text) -> None:
    assert study_place(text) == Path(text)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_a_server(scheme) -> None:
    url = study_place(f"{scheme}://me:secret@db/studies")
    assert url.drivername == "postgresql+psycopg"
    assert url.host == "db"
    assert "secret" not in str(url)


@pytest.mark.parametrize("text", ["mysql://me:secret@db/studies", "sqlite:///a.sqlite"])
def test_other_urls_are_refused_without_what_may_be_secret(text) -> None:
    with pytest.raises(ConfigurationError, match="--storage: must ") as caught:
        study_place(text)
    assert "secret" not in str(caught.value)
