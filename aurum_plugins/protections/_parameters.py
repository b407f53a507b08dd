"""What a protection is told in the strategy, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from freqtrade.exceptions import OperationalException

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.risk.plugin_settings import PluginSettings

Settings = TypeVar("Settings", bound=PluginSettings)


def parameters_of(kind: type[Settings], parameters: Mapping[str, Any]) -> Settings:
    """Read a plugin's parameters.

    Raises
    ------
    freqtrade.exceptions.OperationalException
        For parameters that make no sense, naming key, rule and value.
    """
    try:
        return kind.of(parameters)
    except ConfigurationError as error:
        raise OperationalException(str(error)) from error
