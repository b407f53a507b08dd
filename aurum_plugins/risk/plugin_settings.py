"""Parameters of a pairlist or protection, as they stand beside its `method`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from aurum_plugins.settings import Section


class PluginSettings(Section):
    """Base of the parameters of one of our pairlists or protections.

    `section` is "pairlists" or "protections", a dot, and the plugin's name.
    """

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """Read the object that freqtrade hands to the plugin.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            For an unknown key, a value out of range or of the wrong type, or rules that
            contradict each other.
        """
        kind, _, name = cls.section.partition(".")
        given = {key: value for key, value in parameters.items() if key != "method"}
        return cls.from_config({kind: {name: given}})
