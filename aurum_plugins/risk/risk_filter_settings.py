"""Parameters of the pairlist `AurumRiskFilter`: see docs/protections.md."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from aurum_plugins.risk.plugin_settings import PluginSettings


class RiskFilterSettings(PluginSettings):
    """Which pairs are too dangerous, too dull, too thin or too much alike.

    Parameters
    ----------
    lookback_days : int in [2, 365]
        Days of candles that everything is measured on.
    lookback_timeframe : str
        Length of those candles; a day is a whole number of them.
    min_volatility, max_volatility : float in [0, 100]
        Band of the annualised volatility, 1.0 is 100 % a year.
    min_daily_volume : float, 0 or more
        Median traded value of a day in quote currency; 0 = whatever it is.
    max_correlation : float in (0, 1]
        Of the returns with those of any pair that is held; 1 = whatever it is.
    max_absent_share : float in [0, 1)
        Candles that may be missing, without volume or without a price.
    refresh_period : int in [1, 86400]
        Seconds; freqtrade says the same thing again no sooner.
    """

    section = "pairlists.AurumRiskFilter"

    lookback_days: int = Field(default=20, ge=2, le=365)
    lookback_timeframe: Literal["15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d"] = "1h"
    min_volatility: float = Field(default=0.05, ge=0, le=100)
    max_volatility: float = Field(default=2.5, ge=0, le=100)
    min_daily_volume: float = Field(default=0.0, ge=0)
    max_correlation: float = Field(default=0.95, gt=0, le=1)
    max_absent_share: float = Field(default=0.05, ge=0, lt=1)
    refresh_period: int = Field(default=1_800, ge=1, le=86_400)

    @model_validator(mode="after")
    def _is_a_band(self) -> Self:
        if self.min_volatility >= self.max_volatility:
            raise ValueError("min_volatility must be below max_volatility")
        return self
