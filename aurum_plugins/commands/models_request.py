"""Which registry `aurum models` was asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aurum_plugins.commands.configuration_files import read_configuration
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.registry.model_registry import ModelRegistry
from aurum_plugins.forecasting.registry.version import Version

REGISTRY = "registry"


def open_registry(
    config: Sequence[Path] | None, identifier: str | None, folder: Path | None
) -> ModelRegistry:
    """The registry that the options, completed by the configuration, mean.

    Parameters
    ----------
    config : sequence of pathlib.Path or None
        freqtrade's configuration files; None: its usual one. Not read if `folder` is given.
    identifier : str or None
        None: the configuration's `freqai.identifier`.
    folder : pathlib.Path or None
        The registry itself, wherever it is.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If there is no such registry, or nobody says which.
    """
    if folder is not None:
        if not folder.is_dir():
            raise ConfigurationError("--folder", "must be a folder that exists", str(folder))
        return ModelRegistry(folder)
    settings = read_configuration(config)
    models = Path(settings.get("user_data_dir") or "user_data") / "models"
    known = sorted(path.parent.name for path in models.glob(f"*/{REGISTRY}"))
    have = f"there are those of {', '.join(known)}" if known else "there is none yet"
    name = identifier or _identifier(settings)
    if name is None:
        rule = "must name a registry of models, unless freqai.identifier does in the configuration"
        raise ConfigurationError("--identifier", f"{rule}; {have} in {models}", None)
    if name not in known:
        rule = f"must name a registry of models; {have} in {models}"
        raise ConfigurationError("--identifier", rule, name)
    return ModelRegistry(models / name / REGISTRY)


def known_pair(registry: ModelRegistry, asked: str) -> str:
    """A pair of the registry, in its own spelling.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If it has no models.
    """
    known = registry.pairs()
    spelt = asked.upper().replace("_", "/", 1)
    for name in (asked, spelt):
        if name in known:
            return name
    close = get_close_matches(spelt, known)
    near = close or known
    rule = f"must have models; {', '.join(near)} has" if near else "must have models; no pair has"
    raise ConfigurationError("PAIR", rule, asked)


def known_version(registry: ModelRegistry, pair: str, asked: str | None) -> Version:
    """A model of a pair, by its name; the champion if none was asked for.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If there is none.
    """
    versions = registry.versions(pair)
    if asked is None:
        champion = registry.champion(pair)
        if champion is None:
            rule = f"must be named: no model of {pair} serves"
            raise ConfigurationError("VERSION", _known(rule, versions), None)
        return champion
    for version in versions:
        if version.id == asked:
            return version
    raise ConfigurationError("VERSION", _known(f"must be a model of {pair}", versions), asked)


def _known(rule: str, versions: Sequence[Version]) -> str:
    names = ", ".join(version.id for version in versions)
    return f"{rule}; known are {names}" if names else f"{rule}; it has none"


def _identifier(settings: Mapping[str, Any]) -> str | None:
    freqai = settings.get("freqai")
    name = freqai.get("identifier") if isinstance(freqai, Mapping) else None
    return str(name) if name else None
