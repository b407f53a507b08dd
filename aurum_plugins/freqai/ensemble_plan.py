"""What the configuration says of an ensemble behind FreqAI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features import TargetSettings
from aurum_plugins.forecasting import Ensemble, EnsembleSettings, Target
from aurum_plugins.forecasting.drift import DriftSettings
from aurum_plugins.forecasting.member_group import Parameters
from aurum_plugins.forecasting.members.settings import MembersSettings
from aurum_plugins.forecasting.universe_settings import UniverseSettings
from aurum_plugins.freqai.fingerprint import fingerprint
from aurum_plugins.preprocessing import PreprocessingSettings

# Candles that a sequence member may look back on.
LONGEST_SEQUENCE = 64
_REFUSED = {
    "continual_learning": "must be false: each training selects its own features",
    "keras": "must be false: no member is a Keras model",
}


@dataclass(frozen=True)
class EnsemblePlan:
    """How ensembles are to be made, and what tells their settings from others.

    Attributes
    ----------
    settings : EnsembleSettings
    preprocessing : PreprocessingSettings
    targets : TargetSettings
    drift : DriftSettings
    parameters : mapping of str to mapping
        Of members by name.
    universe : UniverseSettings
    fingerprint : str
        Of all that decides what a model learns.
    """

    settings: EnsembleSettings
    preprocessing: PreprocessingSettings
    targets: TargetSettings
    drift: DriftSettings
    parameters: Parameters
    universe: UniverseSettings
    fingerprint: str

    @classmethod
    def of(cls, config: dict[str, Any]) -> Self:
        """Read freqtrade's configuration.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            For `continual_learning` and `keras`, for correlated pairs and shifted candles where
            one model forecasts all pairs, and for a section of ours that breaks a rule.
        """
        for key, rule in _REFUSED.items():
            if config["freqai"].get(key, False):
                raise ConfigurationError(f"freqai.{key}", rule, config["freqai"][key])
        settings = EnsembleSettings.from_config(config)
        preprocessing = PreprocessingSettings.from_config(config)
        targets = TargetSettings.from_config(config)
        drift = DriftSettings.from_config(config)
        parameters = MembersSettings.from_config(config).parameters
        universe = UniverseSettings.from_config(config)
        if universe.enabled:
            _check_universe(config)
            settings = universe.applied(settings)
        decisive = [settings.model_dump(), drift.model_dump(), parameters]
        if universe.enabled:
            decisive.append(universe.model_dump())
        known = fingerprint(config, *decisive)
        return cls(settings, preprocessing, targets, drift, parameters, universe, known)

    @property
    def look_back(self) -> int:
        """Latest candles that intervals and monitors of one forecast look back on."""
        drift = self.drift
        longest = max(self.settings.record_candles, drift.loss_candles, drift.input_candles)
        return longest + 2 * self.targets.horizon_candles + LONGEST_SEQUENCE

    def ensemble(self, labels: Sequence[str]) -> Ensemble:
        """A new one, of FreqAI's labels."""
        return Ensemble(
            [Target.of(label) for label in labels],
            self.targets.horizon_candles,
            self.settings,
            self.preprocessing,
            self.parameters,
            self.drift,
        )


def _check_universe(config: dict[str, Any]) -> None:
    """Refuse columns that FreqAI makes of a pair's frame, and nobody could make without it."""
    parameters = config["freqai"]["feature_parameters"]
    for key in ("include_corr_pairlist", "include_shifted_candles"):
        if parameters.get(key):
            rule = "must be empty or 0 where aurum.universe.enabled is true"
            raise ConfigurationError(
                f"freqai.feature_parameters.{key}",
                f"{rule}: the market-wide features look at the other pairs",
                parameters[key],
            )
