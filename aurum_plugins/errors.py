"""The exceptions of AurumBotX.

AurumError
├── ConfigurationError        a setting is wrong: key, rule, value
├── IncompatibleFreqtrade     the installed freqtrade is outside the tested range
├── DataError                 a file is missing, torn or makes no sense: path
└── PortInUse                 another program listens where we should: host, port

Each carries what a caller needs as attributes, so that nobody parses messages.
"""

from __future__ import annotations

from pathlib import Path


class AurumError(Exception):
    """Base of every error that AurumBotX raises on purpose."""


class ConfigurationError(AurumError):
    """A setting breaks a rule.

    Attributes
    ----------
    key : str
        Dotted name of the setting.
    rule : str
        What it must satisfy, and how to mend it.
    value : object
        What was received. Never pass a secret.
    """

    def __init__(self, key: str, rule: str, value: object) -> None:
        self.key = key
        self.rule = rule
        self.value = value
        super().__init__(f"{key}: {rule} (got {value!r})")


class IncompatibleFreqtrade(AurumError):
    """The installed freqtrade is not one that AurumBotX was tested with."""

    def __init__(self, installed: str, tested: str) -> None:
        self.installed = installed
        self.tested = tested
        super().__init__(
            f"AurumBotX was tested with freqtrade {tested}, but {installed} is installed. "
            f"Install a tested one (pip install 'freqtrade{tested}'), or set "
            "AURUM_PLUGINS_DISABLE=1 to run freqtrade without AurumBotX's plugins."
        )


class DataError(AurumError):
    """A file of candles, or of items to be imported, cannot be used.

    Attributes
    ----------
    path : pathlib.Path
        The file or folder at fault.
    """

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: {reason}")


class PortInUse(AurumError):
    """Something else listens on the address that was asked for."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        super().__init__(
            f"{host}:{port} is already in use: stop the program that listens there, "
            "or choose another port with --port."
        )
