"""A folder of models belongs to one set of settings."""

from __future__ import annotations

from pathlib import Path

from aurum_plugins.atomic_write import write_atomically
from aurum_plugins.errors import ConfigurationError

FINGERPRINT = "aurum_settings"


def claim(folder: Path, mark: str) -> None:
    """Let an identifier's folder belong to one set of settings.

    FreqAI reuses the forecasts of an earlier backtest without asking the model.

    Parameters
    ----------
    folder : pathlib.Path
        Of the identifier's models.
    mark : str
        See `aurum_plugins.freqai.fingerprint`.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the folder belongs to other settings.
    """
    path = folder / FINGERPRINT
    if not path.is_file():
        write_atomically(path, mark)
    elif path.read_text(encoding="utf-8") != mark:
        rule = (
            "its models and forecasts were made with other settings of aurum or of FreqAI's "
            f"features; choose another name, or delete {folder}"
        )
        raise ConfigurationError("freqai.identifier", rule, folder.name)
