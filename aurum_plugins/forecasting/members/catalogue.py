"""The members by name, whether or not their libraries are installed."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, cast

from aurum_plugins.forecasting.errors import MissingExtra, UnknownMember
from aurum_plugins.forecasting.members.member import Member
from aurum_plugins.forecasting.target import Learn

logger = logging.getLogger(__name__)

_DEFAULTS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class _Entry:
    """Where a member lives, and what it needs."""

    module: str
    member: str
    parameters: str
    library: str
    extra: str | None = None


_CATALOGUE = {
    "linear": _Entry("linear", "Linear", "LinearParameters", "sklearn"),
    "random_forest": _Entry("random_forest", "RandomForest", "RandomForestParameters", "sklearn"),
    "lightgbm": _Entry("lightgbm_trees", "LightGBMTrees", "LightGBMParameters", "lightgbm"),
    "xgboost": _Entry("xgboost_trees", "XGBoostTrees", "XGBoostParameters", "xgboost"),
    "lstm": _Entry("lstm", "LSTM", "LSTMParameters", "torch", extra="lstm"),
}


def make_member(
    name: str, learn: Learn, seed: int, parameters: Mapping[str, Any] = _DEFAULTS
) -> Member:
    """A member that was not fitted.

    Parameters
    ----------
    name : str
        "linear", "random_forest", "lightgbm", "xgboost" or "lstm".
    learn : "sign" or "value"
    seed : int in [0, 2**32 - 1]
    parameters : mapping of str to object, optional
        In place of defaults: those of `LinearParameters`, `RandomForestParameters`,
        `LightGBMParameters`, `XGBoostParameters` or `LSTMParameters`.

    Raises
    ------
    aurum_plugins.forecasting.errors.UnknownMember
    aurum_plugins.forecasting.errors.MissingExtra
        If its library is optional and not installed.
    aurum_plugins.errors.ConfigurationError
        For a parameter that is unknown or out of range; `key` is "aurum.members.<name>.<it>".
    """
    entry = _entry(name)
    if entry.extra is not None and not _installed(entry):
        raise MissingExtra(name, entry.extra)
    module = import_module(f"{__package__}.{entry.module}")
    table = getattr(module, entry.parameters)
    chosen = table.from_config({"aurum": {"members": {name: parameters}}})
    return cast("Member", getattr(module, entry.member)(learn, seed, chosen))


def present(names: Sequence[str]) -> tuple[str, ...]:
    """Those members whose libraries are installed, in the order given.

    Which are left out, and what to install, is logged once in a process.

    Raises
    ------
    aurum_plugins.forecasting.errors.UnknownMember
    """
    kept = []
    for name in names:
        entry = _entry(name)
        if entry.extra is None or _installed(entry):
            kept.append(name)
        else:
            _say_left_out(name, entry.extra)
    return tuple(kept)


def _entry(name: str) -> _Entry:
    if name not in _CATALOGUE:
        raise UnknownMember(name, tuple(_CATALOGUE))
    return _CATALOGUE[name]


def _installed(entry: _Entry) -> bool:
    return find_spec(entry.library) is not None


@cache
def _say_left_out(name: str, extra: str) -> None:
    logger.warning("%s; the ensemble runs without it", MissingExtra(name, extra))
