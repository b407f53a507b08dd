"""The key that the monitor's tokens are signed with, in a file that only its owner can read."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from aurum_plugins.credentials import generated_once

logger = logging.getLogger(__name__)

KEY_FILE: Final = "aurum_monitor.json"
_BYTES: Final = 48
# Of the text: 32 random bytes.
_SHORTEST: Final = 43


class _Key(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    signing_key: SecretStr = Field(min_length=_SHORTEST)


class KeyFile:
    """One signing key; whoever reads it notices when another process replaced it.

    Parameters
    ----------
    path : pathlib.Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, ...] = ()
        self._key: SecretStr | None = None

    def read(self) -> SecretStr | None:
        """The key, if there is one; what cannot be read or makes no sense is none."""
        try:
            seen = _stamp(self.path)
            if seen != self._seen:
                # Remembered first: a broken file is complained of once.
                self._seen, self._key = seen, None
                self._key = _Key.model_validate_json(self.path.read_bytes()).signing_key
        except FileNotFoundError:
            self._seen, self._key = (), None
        except (OSError, ValidationError) as error:
            logger.warning(
                "No token is accepted: %s cannot be used (%s)", self.path, type(error).__name__
            )
        return self._key

    def read_or_generate(self) -> SecretStr:
        """The key; a fresh one if there was none.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If the file holds something else, or can be neither read nor written.
        """
        return generated_once(self.path, _Key, _generate).signing_key

    def replace(self) -> None:
        """Put a fresh key in the place of the old one, whatever stood there.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If the file cannot be written.
        OSError
            If the old one cannot be removed.
        """
        self.path.unlink(missing_ok=True)
        self.read_or_generate()


def key_file_of(config: Mapping[str, Any]) -> KeyFile:
    """The key's file in the user data folder of a configuration."""
    return KeyFile(Path(config.get("user_data_dir") or "user_data") / KEY_FILE)


def _generate() -> dict[str, str]:
    return {"signing_key": secrets.token_urlsafe(_BYTES)}


def _stamp(path: Path) -> tuple[int, ...]:
    found = os.stat(path)  # noqa: PTH116 - the cheapest there is, at every request
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size
