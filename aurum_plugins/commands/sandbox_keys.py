"""The sandbox account's API key: a freqtrade configuration fragment that is generated once."""

from __future__ import annotations

import secrets
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr

from aurum_plugins.credentials import generated_once


class AccountKeys(BaseModel):
    """API key and secret, in the shape of freqtrade's `exchange` section.

    `freqtrade trade -c configs/sandbox_live.json -c <file>` trades with them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    secret: SecretStr

    @classmethod
    def load_or_create(cls, path: Path) -> AccountKeys:
        """Read them from `path`, or generate them there.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If the file exists but holds something else, or cannot be written.
        """
        return generated_once(path, _Fragment, _generate).exchange


class _Fragment(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    exchange: AccountKeys


def _generate() -> dict[str, object]:
    return {"exchange": {"key": secrets.token_hex(32), "secret": secrets.token_hex(32)}}
