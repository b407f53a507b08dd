"""The machine, the versions and the commit that a validation was made with."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Final

_LIBRARIES: Final = (
    "aurumbotx",
    "freqtrade",
    "ccxt",
    "numpy",
    "pandas",
    "scikit-learn",
    "lightgbm",
    "xgboost",
    "torch",
)
_SECONDS: Final = 10.0


def machine() -> str:
    """System, processor, cores, and how busy they are: times of a busy machine mean little."""
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    return f"{platform.system()}, {platform.machine()}, {cores} cores, load {load:.1f} before"


def versions() -> dict[str, str]:
    """Of Python and of the libraries that are installed."""
    found = {"Python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit(checkout: Path) -> str:
    """The commit of a checkout, and whether files differ from it; empty where git does not say."""
    head = _git(checkout, "rev-parse", "--short=12", "HEAD")
    if not head:
        return ""
    return f"{head} and changes" if _git(checkout, "status", "--porcelain") else head


def _git(checkout: Path, *words: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - git, asked about our own folder
            # Asking writes nothing: `status` would renew the index otherwise.
            [git, "--no-optional-locks", "-C", str(checkout), *words],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
