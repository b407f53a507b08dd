"""The versions that a configuration ran with."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("freqtrade", "aurumbotx")


def installed_versions() -> dict[str, str]:
    """Of freqtrade and of ours; "not installed" where it is not."""
    return {name: _version(name) for name in PACKAGES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
