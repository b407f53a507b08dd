"""freqtrade's configuration files, merged as freqtrade merges them, without loading freqtrade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aurum_plugins.configuration_json import DEEPEST, parsed_json
from aurum_plugins.doctor.unreadable import unreadable
from aurum_plugins.errors import ConfigurationError

DEFAULT = Path("user_data") / "config.json"


def read_configuration(files: Sequence[Path] | None) -> dict[str, Any]:
    """Read configuration files and what they include with `add_config_files`.

    A later file counts before an earlier one, and a file before those that it includes. Environment
    variables are not looked at.

    Parameters
    ----------
    files : sequence of pathlib.Path or None
        None or empty: `user_data/config.json` if it exists, else nothing.

    Returns
    -------
    dict
        Empty if there is nothing to read.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        Naming the file, and the line of a syntax error; never quoting what stands there.
    """
    chosen = list(files) if files else [DEFAULT] if DEFAULT.is_file() else []
    fault = unreadable([str(file) for file in chosen])
    if fault is not None:
        raise ConfigurationError("--config", fault.message, fault.where)
    return _merged(chosen, 0)


def _merged(files: Sequence[Path], depth: int) -> dict[str, Any]:
    if depth > DEEPEST:
        rule = f"files may include each other {DEEPEST} deep at most"
        raise ConfigurationError("add_config_files", rule, str(files[0]))
    whole: dict[str, Any] = {}
    for file in files:
        own = parsed_json(file.read_text(encoding="utf-8"))
        folder = file.resolve().parent
        included = [folder / name for name in own.get("add_config_files", ())]
        whole = _over(_over(whole, _merged(included, depth + 1) if included else {}), own)
    return whole


def _over(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """Objects are merged, anything else in `top` takes the place of what is in `base`."""
    out = dict(base)
    for key, value in top.items():
        below = out.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            out[key] = _over(below, value)
        else:
            out[key] = value
    return out
