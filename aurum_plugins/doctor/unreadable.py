"""Finding the configuration file that cannot be read, before freqtrade stumbles over it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from re import search

from aurum_plugins.configuration_json import DEEPEST, parsed_json
from aurum_plugins.doctor.facts import Fault


def unreadable(files: Sequence[str], base: Path = Path(), depth: int = 0) -> Fault | None:
    """The first of `files`, or of the files that they include, that is missing or torn.

    freqtrade quotes the surroundings of a syntax error, and these may hold a secret: here only
    the place is named.

    Parameters
    ----------
    files : sequence of str
        Relative to `base`.
    base : pathlib.Path
        Folder of the file that includes them.
    depth : int
        How many files include each other on the way here.
    """
    for name in files:
        path = base / name
        try:
            fault, included = _read(path)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return Fault(message=f"{path}: {reason}", kind="missing_file", where=str(path))
        if fault is None and included and depth < DEEPEST:
            fault = unreadable(included, path.resolve().parent, depth + 1)
        if fault is not None:
            return fault
    return None


def _read(path: Path) -> tuple[Fault | None, list[str]]:
    import rapidjson  # noqa: PLC0415 - freqtrade's own parser, loaded only where it is needed

    data = path.read_bytes()
    try:
        config = parsed_json(data.decode())
    except UnicodeDecodeError as error:
        return _torn(path, data, error.start, "not UTF-8 text"), []
    except rapidjson.JSONDecodeError as error:
        found = search(r"offset (\d+): (.*)", str(error))
        place, reason = (int(found[1]), found[2]) if found else (0, "not valid JSON")
        return _torn(path, data, place, reason), []
    if not isinstance(config, dict):
        return _torn(path, data, 0, "a configuration must be a JSON object"), []
    included = config.get("add_config_files", [])
    if not isinstance(included, list) or not all(isinstance(name, str) for name in included):
        message = f"{path}: add_config_files must be a list of file names"
        return Fault(message=message, kind="setting", where="add_config_files"), []
    return None, included


def _torn(path: Path, data: bytes, offset: int, reason: str) -> Fault:
    line = data.count(b"\n", 0, offset) + 1
    message = f"{path}, line {line}: {reason}"
    return Fault(message=message, kind="torn_file", where=f"{path}, line {line}")
