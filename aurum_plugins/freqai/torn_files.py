"""FreqAI's own files: what a killed process left half written must not stop the next start."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle

from aurum_plugins.atomic_write import write_bytes_atomically

logger = logging.getLogger(__name__)

DAMAGED = ".damaged"
PREDICTIONS = "historic_predictions.pkl"
BACKUP = "historic_predictions.backup.pkl"


def set_torn_files_aside(folder: Path) -> list[str]:
    """Rename what cannot be read; forecasts are brought back from their copy if that is whole.

    Files of stock FreqAI are written in place, and its drawer raises whatever reading them raises.

    Parameters
    ----------
    folder : pathlib.Path
        Of the identifier's models.

    Returns
    -------
    list of str
        A sentence for each file that was torn; they were logged.
    """
    told: list[str] = []
    for name in ("pair_dictionary.json", "global_metadata.json", "metric_tracker.json"):
        _check(folder / name, json.loads, "FreqAI starts without it", told)
    _check(folder / BACKUP, cloudpickle.loads, "it was a copy", told)
    backup = folder / BACKUP
    mend = "its copy is used" if backup.is_file() else "earlier forecasts are lost"
    if _check(folder / PREDICTIONS, cloudpickle.loads, mend, told) and backup.is_file():
        write_bytes_atomically(folder / PREDICTIONS, backup.read_bytes())
    return told


def _check(path: Path, read: Callable[[bytes], Any], mend: str, told: list[str]) -> bool:
    """Set a file aside that cannot be read; whether it was."""
    try:
        content = read(path.read_bytes())
        if isinstance(content, dict):
            return False
        reason = f"holds a {type(content).__name__}"
    except FileNotFoundError:
        return False
    except Exception as error:  # noqa: BLE001 - a torn pickle raises anything
        reason = repr(error)
    path.replace(path.with_name(path.name + DAMAGED))
    told.append(f"{path} is torn ({reason}) and is set aside: {mend}")
    logger.warning("%s", told[-1])
    return True
