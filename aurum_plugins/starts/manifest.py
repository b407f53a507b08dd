"""What is known of a kept start, besides the files themselves."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from aurum_plugins.starts.errors import DamagedStart

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Kind(StrEnum):
    """Why a configuration was kept."""

    GOOD = "good"
    BEFORE_RESTORE = "before_restore"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StartFacts(_Record):
    """How a bot was started.

    Attributes
    ----------
    bot : str
        As `aurum_plugins.bot_identity` names it.
    strategy, timeframe, run_mode : str
        As freqtrade has them.
    versions : dict of str to str
        Of the installed packages.
    command : tuple of str
        What starts such a bot, without secrets.
    folder : str
        Where it was given, absolute.
    given : tuple of str
        The configuration files that the command named, absolute, links not followed.
    environment : tuple of str
        Names of the variables that were set and change the configuration; never their values.
    """

    bot: str
    strategy: str
    timeframe: str
    run_mode: str
    versions: dict[str, str]
    command: tuple[str, ...]
    folder: str
    given: tuple[str, ...]
    environment: tuple[str, ...]


class KeptFile(_Record):
    """One file of a kept start.

    Attributes
    ----------
    path : str
        Where it was, absolute.
    sha256 : str
        Checksum of its content.
    mode : int
        Its permissions.
    """

    path: str
    sha256: Digest
    mode: int = Field(ge=0, le=0o7777)


class Manifest(_Record):
    """A kept start without its files.

    Attributes
    ----------
    kind : Kind
    facts : StartFacts
    started : datetime
        UTC; of a restore, when it was asked for.
    last_good : datetime or None
        UTC time of the last loop that ended well; None before a restore, where nothing was proved.
    files : tuple of KeptFile
        In the order of their copies.
    absent : tuple of str
        Files that would have counted and did not exist.
    """

    kind: Kind
    facts: StartFacts
    started: AwareDatetime
    last_good: AwareDatetime | None
    files: tuple[KeptFile, ...]
    absent: tuple[str, ...] = ()

    def same_start(self, other: Manifest) -> bool:
        """Whether both were started in the same way, with the same files of the same content."""
        mine, its = ([(one.path, one.sha256) for one in kept.files] for kept in (self, other))
        return mine == its and self.absent == other.absent and self.facts == other.facts

    def as_text(self) -> str:
        """JSON with a checksum of its own, so that a damaged path is noticed."""
        start = self.model_dump(mode="json")
        whole = {"sha256": _digest(start), "start": start}
        return orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `as_text` gave.

        Raises
        ------
        aurum_plugins.starts.errors.DamagedStart
            If the file cannot be read, or is not as it was written.
        """
        try:
            whole = orjson.loads(path.read_bytes())
            start, digest = whole["start"], whole["sha256"]
            if _digest(start) != digest:
                raise DamagedStart(path, "its checksum differs from the one written with it")
            return cls.model_validate(start)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DamagedStart(path, f"cannot be read: {reason}") from None
        except (orjson.JSONDecodeError, ValidationError, KeyError, TypeError):
            raise DamagedStart(path, "is not the list of files of a kept start") from None


def _digest(start: Any) -> str:
    return hashlib.sha256(orjson.dumps(start, option=orjson.OPT_SORT_KEYS)).hexdigest()
