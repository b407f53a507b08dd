"""The `aurum.universe` section of the configuration."""

from __future__ import annotations

from pydantic import Field

from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.settings import Section


class UniverseSettings(Section):
    """Whether one model is trained for all pairs, and what it learns from.

    Parameters
    ----------
    enabled : bool
        One model of all pairs, instead of one for each.
    rows_per_horizon : int in [1, 1000]
        In place of `aurum.ensemble.rows_per_horizon`: rows, of all pairs together, that members are
        fitted on in each stretch as long as the horizon.
    folds : int in [2, 20]
        In place of `aurum.ensemble.folds`.
    """

    section = "aurum.universe"

    enabled: bool = False
    rows_per_horizon: int = Field(default=4, ge=1, le=1_000)
    folds: int = Field(default=2, ge=2, le=20)

    def applied(self, ensemble: EnsembleSettings) -> EnsembleSettings:
        """The settings of the model of all pairs."""
        return ensemble.model_copy(
            update={"rows_per_horizon": self.rows_per_horizon, "folds": self.folds}
        )
