"""The `aurum.members` section of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from aurum_plugins.forecasting.members.catalogue import make_member, present
from aurum_plugins.settings import Section


class MembersSettings(Section):
    """Parameters of the ensemble's members, in place of their defaults.

    Parameters
    ----------
    linear, random_forest, lightgbm, xgboost, lstm : dict
        By name, as `LinearParameters`, `RandomForestParameters`, `LightGBMParameters`,
        `XGBoostParameters` and `LSTMParameters` describe them.
    """

    section = "aurum.members"

    linear: dict[str, Any] = Field(default_factory=dict)
    random_forest: dict[str, Any] = Field(default_factory=dict)
    lightgbm: dict[str, Any] = Field(default_factory=dict)
    xgboost: dict[str, Any] = Field(default_factory=dict)
    lstm: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> MembersSettings:
        """Read the section, and every parameter of the members that are installed.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            For a member or a parameter that is unknown, or a value out of range.
        """
        settings = super().from_config(config)
        for name in present([name for name, given in settings if given]):
            make_member(name, "sign", 0, getattr(settings, name))
        return settings

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """What was given, by member."""
        return {name: dict(given) for name, given in self if given}
