"""The exceptions of the model registry, beside those of artifacts.

ForecastingError
├── NothingToRollBack    pair: no champion, or no sound one before it
├── InService            pair, version: the champion cannot be rejected
└── RegistryBusy         folder, seconds: another process does not let go of the registry
"""

from __future__ import annotations

from pathlib import Path

from aurum_plugins.forecasting.errors import ForecastingError


class NothingToRollBack(ForecastingError):
    """There is no earlier champion to go back to.

    Attributes
    ----------
    pair : str
    """

    def __init__(self, pair: str, reason: str) -> None:
        self.pair = pair
        super().__init__(f"{pair}: cannot go back to an earlier model: {reason}")


class InService(ForecastingError):
    """A model that serves was rejected.

    Attributes
    ----------
    pair, version : str
    """

    def __init__(self, pair: str, version: str) -> None:
        self.pair = pair
        self.version = version
        super().__init__(
            f"{pair}: model {version!r} serves and cannot be rejected; roll it back instead"
        )


class RegistryBusy(ForecastingError):
    """Another process, or thread, does not let go of a pair's models.

    Attributes
    ----------
    folder : pathlib.Path
    seconds : float
        How long was waited.
    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder = folder
        self.seconds = seconds
        super().__init__(f"{folder}: another process has held its lock for {seconds:g} s")
