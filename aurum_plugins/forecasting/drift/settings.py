"""The `aurum.drift` section of the configuration."""

from __future__ import annotations

from pydantic import Field

from aurum_plugins.forecasting.drift.input_drift import InputDrift
from aurum_plugins.forecasting.drift.loss_drift import LossDrift
from aurum_plugins.settings import Section


class DriftSettings(Section):
    """When a model counts as drifted, and what becomes of its confidence then.

    The defaults were chosen by their false alarms. On stationary simulations whose losses overlap
    and persist (log losses and squared errors, horizons of 4, 12 and 24 candles, judged by 2,628
    held-out rows), losses raised 0.0 to 0.5 alarms in 2,160 candles, which are 90 days of 1h; 26
    persistent features raised 0.2. On five pairs of 1h candles up to 2022, with models trained anew
    each month, it was 0.9 for the sign of a return 4 candles ahead, less than 0.1 for that of the
    volatility 24 ahead, and 0.1 to 0.3 for features; some of those will have been drift.

    What they find is gross. In the median, losses ten times as high take 24 to 250 candles, a dead
    feature 25, and all features ten times as large 175. A rise of losses by half a standard
    deviation takes 100 to 420, and at a horizon of 24 it was told from noise within a month in 15
    to 89 of 100 models: 20 independent outcomes do not say more. One feature of 26 that shifts, or
    labels turned round of a model that hardly knew more than a coin, are not found.

    Parameters
    ----------
    loss_candles : int in [50, 20000]
        Window of outcomes that is compared with the held-out rows.
    loss_threshold : float in (0, 1000]
        Statistic of `LossDrift` above which losses have drifted.
    input_candles : int in [50, 5000]
        Window of rows that is compared with the training rows.
    input_share : float in (0, 1]
        Share of the selected features above which they have drifted. A dead feature always counts.
    confidence_factor : float in (0, 1]
        What confidence is multiplied by while losses have drifted, and again while features have.
    clear_share : float in (0, 1]
        An alarm ends once its figure is under this share of the threshold.
    """

    section = "aurum.drift"

    loss_candles: int = Field(default=480, ge=50, le=20_000)
    loss_threshold: float = Field(default=4.0, gt=0, le=1_000)
    input_candles: int = Field(default=200, ge=50, le=5_000)
    input_share: float = Field(default=0.25, gt=0, le=1)
    confidence_factor: float = Field(default=0.5, gt=0, le=1)
    clear_share: float = Field(default=0.5, gt=0, le=1)

    def loss_drift(self, horizon: int) -> LossDrift:
        """A monitor of losses with these parameters, not fitted.

        Parameters
        ----------
        horizon : int
            Candles until an outcome is known.
        """
        return LossDrift(horizon, self.loss_candles, self.loss_threshold)

    def input_drift(self) -> InputDrift:
        """A monitor of features with these parameters, not fitted."""
        return InputDrift(self.input_candles, self.input_share)
