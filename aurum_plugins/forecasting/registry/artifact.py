"""One model in one file, checked before it is loaded.

    aurumbotx model                                     1. what this is
    {"aurumbotx": ..., "format": 1, "python": ...,      2. JSON, keys sorted, on one line
     "sha256": ..., "size": ...}
    ...                                                 3. `size` bytes: the pickled model

`sha256` is of line 2 without that key, its end of line, and the bytes, so that a change of any byte
of the file is found. Nothing is unpickled before all of it has been checked. That finds damage, not
malice: a pickle can run any code, and whoever may write the file may write a checksum.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from aurum_plugins.atomic_write import write_bytes_atomically
from aurum_plugins.forecasting.errors import ArtifactError, TornArtifact

FORMAT = 1
_MAGIC = b"aurumbotx model"
_LINE_END = b"\n"
_PROTOCOL = 5
_WRITTEN_WITH = "aurumbotx"
_DIGEST = "sha256"


def write_artifact(path: Path, model: object) -> str:
    """Write a model whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
        Its folder is created if need be.
    model : object
        Anything that can be pickled.

    Returns
    -------
    str
        64 hexadecimal digits that `read_artifact` can be told to expect.

    Raises
    ------
    aurum_plugins.forecasting.errors.ArtifactError
        If the model cannot be pickled.
    OSError
        If the file cannot be written.
    """
    try:
        payload = pickle.dumps(model, protocol=_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ArtifactError(path, f"the model cannot be pickled: {error}") from error
    header = {
        _WRITTEN_WITH: version("aurumbotx"),
        "format": FORMAT,
        "python": platform.python_version(),
        "size": len(payload),
    }
    digest = _digest(header, payload)
    line = _line({**header, _DIGEST: digest})
    write_bytes_atomically(path, _LINE_END.join((_MAGIC, line, payload)))
    return digest


def read_artifact(path: Path, expected_digest: str | None = None) -> Any:
    """Load a model after every byte of its file was checked.

    Parameters
    ----------
    path : pathlib.Path
    expected_digest : str or None
        What `write_artifact` returned; None accepts any artifact that is whole.

    Returns
    -------
    object
        The model.

    Raises
    ------
    aurum_plugins.forecasting.errors.TornArtifact
        If the file is missing, incomplete, changed, or no artifact of this format.
    aurum_plugins.forecasting.errors.ArtifactError
        If it is whole, but cannot be read, or not be unpickled by this version of the code.
    """
    header, payload = _checked(path, expected_digest)
    try:
        return pickle.loads(payload)  # noqa: S301 - only bytes that were checked come here
    except MemoryError:
        raise
    except Exception as error:
        # A pickle raises whatever the classes that it names raise.
        wrote = header[_WRITTEN_WITH]
        reason = f"whole, but aurumbotx {version('aurumbotx')} cannot load what {wrote} wrote"
        raise ArtifactError(path, f"{reason} ({error!r}); train anew") from error


def check_artifact(path: Path, expected_digest: str | None = None) -> None:
    """Check a model's file without loading it.

    Raises
    ------
    aurum_plugins.forecasting.errors.ArtifactError
        As `read_artifact`, but for what only unpickling shows.
    """
    _checked(path, expected_digest)


def _checked(path: Path, expected_digest: str | None) -> tuple[dict[str, Any], bytes]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise TornArtifact(path, "is missing") from None
    except OSError as error:
        raise ArtifactError(path, f"cannot be read: {error.strerror}") from error
    magic, _, rest = content.partition(_LINE_END)
    if magic != _MAGIC:
        raise TornArtifact(path, "is no model of aurumbotx")
    line, _, payload = rest.partition(_LINE_END)
    header = _header(path, line)
    if header["format"] != FORMAT:
        raise TornArtifact(path, f"has format {header['format']!r}, but {FORMAT} can be read")
    if header["size"] != len(payload):
        raise TornArtifact(path, f"has {len(payload)} of {header['size']} bytes")
    digest = header.pop(_DIGEST)
    if _digest(header, payload) != digest:
        raise TornArtifact(path, "its checksum differs from the one written with it")
    if expected_digest not in {None, digest}:
        raise TornArtifact(path, "is another model than the one that was stored under its name")
    return header, payload


def _header(path: Path, line: bytes) -> dict[str, Any]:
    try:
        header = json.loads(line)
        whole = header.keys() >= {_WRITTEN_WITH, "format", "size", _DIGEST}
        whole = whole and _line(header) == line
    except (ValueError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise TornArtifact(path, "its header cannot be read")
    return dict(header)


def _line(header: dict[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True).encode()


def _digest(header: dict[str, Any], payload: bytes) -> str:
    digest = hashlib.sha256(_line(header) + _LINE_END)
    digest.update(payload)
    return digest.hexdigest()
