"""The exceptions of tuning.

ForecastingError
└── StudyError            path: a study cannot be gone on with
    ├── StudyInUse        another process works on it
    ├── StudyMismatch     differences: it was made with other data or settings
    └── TornStudy         its file or database is not a study, is damaged or away
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aurum_plugins.forecasting.errors import ForecastingError

_SHOWN = 5


class StudyError(ForecastingError):
    """A study cannot be gone on with.

    Attributes
    ----------
    path : pathlib.Path or str
        The file, or the database's URL without its password.
    """

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: {reason}")


class StudyInUse(StudyError):
    """Another process works on the study."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, "another process tunes this study; wait for it, or name another with --study"
        )


class StudyMismatch(StudyError):
    """The study was made with other data or settings, so that its trials cannot be compared.

    Attributes
    ----------
    differences : tuple of str
        A setting and its two values each.
    """

    def __init__(self, path: Path | str, differences: Sequence[str]) -> None:
        self.differences = tuple(differences)
        shown = "; ".join(self.differences[:_SHOWN])
        more = len(self.differences) - _SHOWN
        also = f"; and {more} more" if more > 0 else ""
        super().__init__(
            path,
            f"this study was made with other data or settings: {shown}{also}. Take them back, or "
            "begin another with --study",
        )


class TornStudy(StudyError):
    """The file or database is not a study, or cannot be read or written."""
