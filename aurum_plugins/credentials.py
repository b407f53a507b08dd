"""Credentials that are generated instead of having a default."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from aurum_plugins.errors import ConfigurationError

OWNER_ONLY = 0o600


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
    def generate(cls) -> ApiCredentials:
        """Fresh random credentials."""
        return cls(
            username="aurum",
            password=SecretStr(secrets.token_urlsafe(18)),
            jwt_secret_key=SecretStr(secrets.token_urlsafe(48)),
            ws_token=SecretStr(secrets.token_urlsafe(24)),
        )

    @classmethod
    def load_or_create(cls, path: Path) -> ApiCredentials:
        """Read them from `path`, or generate them and write them there.

        The file appears whole or not at all, and only its owner can read it.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If the file exists but holds something else.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            pass
        except ValidationError as error:
            rule = "does not hold valid credentials; delete it and new ones are generated"
            raise ConfigurationError(str(path), rule, f"{error.error_count()} errors") from None
        fresh = cls.generate()
        path.parent.mkdir(parents=True, exist_ok=True)
        plain = {
            name: value if isinstance(value, str) else value.get_secret_value()
            for name, value in fresh
        }
        write_private(path, json.dumps(plain, indent=2))
        # Another process may have been first: what is on disk is what counts.
        return cls.model_validate_json(path.read_bytes())


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all; never over another one."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
    finally:
        temporary.unlink(missing_ok=True)
