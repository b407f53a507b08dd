"""A strategy's own defaults of our section, laid under what the configuration says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def with_defaults(given: Any, defaults: Mapping[str, Mapping[str, Any]]) -> Any:
    """Complete the configuration's `aurum` object, key by key.

    Parameters
    ----------
    given : mapping
        As it was configured. Not changed.
    defaults : mapping of str to mapping
        By section and key.

    Returns
    -------
    dict
        A copy with what was absent. Where an object was wanted and something else was given, that
        stays, for the settings to refuse by name.

    Examples
    --------
    >>> with_defaults({"risk": {"daily_loss": 0.02}}, {"risk": {"stop_multiple": 5.0}})
    {'risk': {'stop_multiple': 5.0, 'daily_loss': 0.02}}
    """
    if not isinstance(given, Mapping):
        return given
    completed = dict(given)
    for name, values in defaults.items():
        section = given.get(name, {})
        if isinstance(section, Mapping):
            completed[name] = {**values, **section}
    return completed
