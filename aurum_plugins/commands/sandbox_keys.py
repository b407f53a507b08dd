"""The sandbox account's API key: a freqtrade configuration fragment that is generated once."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from aurum_plugins.credentials import write_private
from aurum_plugins.errors import ConfigurationError


class AccountKeys(BaseModel):
    """API key and secret, in the shape of freqtrade's `exchange` section.

    `freqtrade trade -c configs/sandbox_live.json -c <file>` trades with them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    secret: SecretStr

    @classmethod
    def load_or_create(cls, path: Path) -> AccountKeys:
        """Read them from `path`, or generate them there, readable by the owner alone.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If the file exists but holds something else, or cannot be written.
        """
        try:
            return _Fragment.model_validate_json(path.read_bytes()).exchange
        except FileNotFoundError:
            pass
        except (ValidationError, OSError) as error:
            rule = "does not hold a sandbox key; delete it and a new one is generated"
            raise ConfigurationError(str(path), rule, type(error).__name__) from None
        pair = {"key": secrets.token_hex(32), "secret": secrets.token_hex(32)}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, json.dumps({"exchange": pair}, indent=2))
        except OSError as error:
            rule = "cannot be written; name another file with --keys"
            raise ConfigurationError(str(path), rule, error.strerror) from None
        return _Fragment.model_validate_json(path.read_bytes()).exchange


class _Fragment(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    exchange: AccountKeys
