"""Credentials that are generated instead of having a default."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from aurum_plugins.errors import ConfigurationError

OWNER_ONLY = 0o600

Secrets = TypeVar("Secrets", bound=BaseModel)


class ApiCredentials(BaseModel):
    """Who may use freqtrade's API server and FreqUI.

    Attributes
    ----------
    username : str
        Login name.
    password, jwt_secret_key, ws_token : SecretStr
        Never shown in a log or a repr.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    username: str
    password: SecretStr
    jwt_secret_key: SecretStr
    ws_token: SecretStr

    @classmethod
    def load_or_create(cls, path: Path) -> ApiCredentials:
        """Read them from `path`, or generate them there; see `generated_once`."""
        return generated_once(path, cls, cls._generate)

    @classmethod
    def generate(cls) -> ApiCredentials:
        """Fresh random credentials."""
        return cls.model_validate(cls._generate())

    @staticmethod
    def _generate() -> dict[str, str]:
        return {
            "username": "aurum",
            "password": secrets.token_urlsafe(18),
            "jwt_secret_key": secrets.token_urlsafe(48),
            "ws_token": secrets.token_urlsafe(24),
        }


def generated_once(
    path: Path, model: type[Secrets], generate: Callable[[], Mapping[str, object]]
) -> Secrets:
    """Read secrets from a file, or generate them and keep them there.

    The file appears whole or not at all, only its owner can read it, and an existing one is never
    written over.

    Parameters
    ----------
    path : pathlib.Path
        A JSON file.
    model : type of pydantic.BaseModel
        What the file must hold.
    generate : callable
        Gives fresh plain values for `model`.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the file holds something else, or can be neither read nor written.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_private(path, json.dumps(generate(), indent=2))
        # Another process may have been first: what is on disk is what counts.
        return model.model_validate_json(path.read_bytes())
    except ValidationError as error:
        rule = "does not hold valid credentials; delete it and new ones are generated"
        raise ConfigurationError(str(path), rule, f"{error.error_count()} errors") from None
    except OSError as error:
        rule = "must be a file that can be read and written"
        raise ConfigurationError(str(path), rule, error.strerror) from None


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
