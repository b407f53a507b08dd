"""All that the checks look at, gathered in one place so that tests can hand them anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aurum_plugins.doctor.facts import FreqtradeFacts
from aurum_plugins.doctor.request import Request


@dataclass(frozen=True)
class Surroundings:
    """The machine, the installation and what freqtrade says, as the checks see them.

    Attributes
    ----------
    request : Request
        What was asked for on the command line.
    environ : mapping of str to str
        Environment variables.
    python : str
        Version of the interpreter, for example "3.11.9".
    requires_python : str
        What AurumBotX's metadata ask for, for example ">=3.11,<3.14"; "" if not installed.
    requirements : tuple of str
        Requirements in its metadata, extras included; empty if not installed.
    now_ms : int
        UTC milliseconds.
    freqtrade : FreqtradeFacts
        Answers of freqtrade in a process of its own.
    installed : callable
        Version of a distribution, None if it is not installed.
    loads : callable
        Why a module cannot be imported by a plain interpreter; None if it can.
    ping : callable
        Why a URL does not answer; None if it does.
    free_bytes : callable
        Free space of the disk that holds a folder.
    freqtrade_folder : pathlib.Path or None
        Where the freqtrade package is installed.
    """

    request: Request
    environ: Mapping[str, str]
    python: str
    requires_python: str
    requirements: tuple[str, ...]
    now_ms: int
    freqtrade: FreqtradeFacts
    installed: Callable[[str], str | None]
    loads: Callable[[str], str | None]
    ping: Callable[[str], str | None]
    free_bytes: Callable[[Path], int]
    freqtrade_folder: Path | None

    @property
    def user_data(self) -> Path:
        """The user data folder that freqtrade settled on, else the one asked for."""
        settings = self.freqtrade.settings
        return self.request.user_data if settings is None else Path(settings.user_data_dir)
