"""What FreqUI is told of a pairlist's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from freqtrade.plugins.pairlist.IPairList import PairlistParameter

from aurum_plugins.risk.plugin_settings import PluginSettings

_TYPES: Final[Mapping[type, str]] = {str: "string", bool: "boolean"}


def described(
    settings: type[PluginSettings],
    texts: Mapping[str, tuple[str, str]],
    choices: Mapping[str, list[str]] = MappingProxyType({}),
) -> dict[str, PairlistParameter]:
    """Every parameter with its default.

    Parameters
    ----------
    settings : type
        The pairlist's; each default is a text, a number or a truth value.
    texts : mapping of str to (str, str)
        Title and help of each parameter.
    choices : mapping of str to list of str, optional
        What those parameters may be that are one of a few texts.
    """
    parameters: dict[str, Any] = {}
    for name, field in settings.model_fields.items():
        kind = _TYPES.get(type(field.default), "number")
        title, text = texts[name]
        parameters[name] = {
            "type": kind,
            "default": field.default,
            "description": title,
            "help": text,
        }
        if name in choices:
            parameters[name] |= {"type": "option", "options": choices[name]}
    return parameters
