"""Which configuration files freqtrade would read now."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import rapidjson

from aurum_plugins.configuration_json import DEEPEST, parsed_json


def reached_files(given: Iterable[str], base: Path = Path(), depth: int = 0) -> list[Path]:
    """Files of a command line, and what they include with `add_config_files`.

    A file that is missing or torn is named, and includes nothing.

    Parameters
    ----------
    given : iterable of str
        Relative to `base`.
    base : pathlib.Path
        Folder of the file that includes them.
    depth : int
        How many files include each other on the way here.

    Returns
    -------
    list of pathlib.Path
        Absolute, links followed, each once, in the order in which they are met.
    """
    reached: dict[Path, None] = {}
    for name in given:
        path = (base / name).resolve()
        reached[path] = None
        if depth < DEEPEST:
            reached.update(dict.fromkeys(reached_files(_included(path), path.parent, depth + 1)))
    return list(reached)


def _included(path: Path) -> list[str]:
    try:
        config = parsed_json(path.read_bytes().decode())
    except (OSError, UnicodeDecodeError, rapidjson.JSONDecodeError):
        return []
    names = config.get("add_config_files", []) if isinstance(config, dict) else []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
