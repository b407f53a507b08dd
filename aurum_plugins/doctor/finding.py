"""One thing that the doctor has to say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is; only `ERROR` makes `aurum doctor` fail."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """What was found about one subject, and how to mend it.

    Attributes
    ----------
    level : Level
        `OK` and `INFO` ask for nothing.
    subject : str
        What the finding is about, for example "exchange".
    message : str
        One sentence; never holds a secret.
    mend : str
        What to do about it; "" only where nothing has to be done.

    Raises
    ------
    ValueError
        If a warning or an error names no mend.
    """

    level: Level
    subject: str
    message: str
    mend: str = ""

    def __post_init__(self) -> None:
        if self.level in (Level.WARNING, Level.ERROR) and not self.mend:
            raise ValueError(f"a finding of level {self.level} needs a mend: {self.message!r}")
