"""What results depend on besides the data: versions, the kind of machine, and our own code."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

NOT_INSTALLED: Final = "not installed"
_LIBRARIES: Final = (
    "aurumbotx",
    "numpy",
    "pandas",
    "scipy",
    "scikit-learn",
    "lightgbm",
    "xgboost",
    "torch",
    "dask",
    "distributed",
    "cloudpickle",
)
# Of a digest: enough to tell two states of the code apart.
_DIGITS: Final = 12


@cache
def surroundings() -> dict[str, str]:
    """What this process computes with, by name."""
    return {
        "Python": platform.python_version(),
        "machine": platform.machine(),
        **{name: _version(name) for name in _LIBRARIES},
        "source of aurum_plugins": _digest(),
    }


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[str, ...]:
    """Where two surroundings differ, such as "numpy 2.4.1, here 2.3.5"."""
    return tuple(
        f"{name} {theirs.get(name, NOT_INSTALLED)}, here {ours.get(name, NOT_INSTALLED)}"
        for name in dict.fromkeys((*ours, *theirs))
        if ours.get(name, NOT_INSTALLED) != theirs.get(name, NOT_INSTALLED)
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return NOT_INSTALLED


def _digest() -> str:
    package = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:_DIGITS]
