"""An ensemble's settings as far as tuning may change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.tuning.knob import Value

TRAIN_DAYS = "freqai.train_period_days"


@dataclass(frozen=True)
class Candidate:
    """How an ensemble is trained.

    Attributes
    ----------
    train_days : int
        Length of a training window.
    ensemble : EnsembleSettings
    parameters : mapping of str to mapping
        Of members by name; the defaults where absent.
    """

    train_days: int
    ensemble: EnsembleSettings
    parameters: Mapping[str, Mapping[str, Any]]

    def with_values(self, values: Mapping[str, Value]) -> Candidate:
        """The same with some settings changed.

        Parameters
        ----------
        values : mapping of str to (int, float or str)
            By dotted name in freqtrade's configuration, such as
            "aurum.members.linear.penalty".

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            For a setting of the ensemble that is unknown or out of range.
        """
        layer = as_layer(values)
        ours = layer.get("aurum", {})
        given, changed = self.ensemble.model_dump(mode="json"), ours.get("ensemble", {})
        counts = {**given["n_features"], **changed.get("n_features", {})}
        ensemble = {**given, **changed, "n_features": counts}
        members = ours.get("members", {})
        return Candidate(
            train_days=layer.get("freqai", {}).get("train_period_days", self.train_days),
            ensemble=EnsembleSettings.from_config({"aurum": {"ensemble": ensemble}}),
            parameters={
                name: {**self.parameters.get(name, {}), **members.get(name, {})}
                for name in dict.fromkeys((*self.parameters, *members))
            },
        )


def as_layer(values: Mapping[str, Value]) -> dict[str, Any]:
    """Settings by dotted name as a layer of freqtrade's configuration.

    Examples
    --------
    >>> as_layer({"aurum.ensemble.rows_per_horizon": 3, "freqai.train_period_days": 90})
    {'aurum': {'ensemble': {'rows_per_horizon': 3}}, 'freqai': {'train_period_days': 90}}
    """
    layer: dict[str, Any] = {}
    for name, value in values.items():
        *path, last = name.split(".")
        section = layer
        for part in path:
            section = section.setdefault(part, {})
        section[last] = value
    return layer
