"""The `aurum.policy` section of the configuration."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from aurum_plugins.settings import Section

# freqtrade fetches a thousand candles of a timeframe in one request, the newest still forming.
LONGEST_REGIME = 900


class PolicySettings(Section):
    """What must hold, beside the breakout, before a position is opened; and what ends it early.

    Lengths are in candles of the strategy's timeframe unless said otherwise.

    Parameters
    ----------
    forecasts : {"off", "bear", "always"}
        Of which entries the probability of a rise is asked: of none, of those in a falling market,
        or of all. With "off" it ends no position either. Without FreqAI there is none to ask for.
    smoothing_candles : int in [1, 500]
        Forecasts in the mean that is compared with the two thresholds below. At least half of them
        must be there and ready.
    enter_probability : float in [0, 1]
        The mean probability of a rise at which an entry passes.
    leave_probability : float in [0, 1]
        The mean probability of a rise below which a position is left, if its price is weak as well;
        0 leaves none. It must be below `enter_probability`, so that a forecast that wavers around
        one threshold does not trade to and fro.
    weak_share : float in [0, 1]
        A price is weak while it closes in this lower part of the way from the exit channel to the
        entry channel: a forecast alone ends no position.
    market_leader : str
        The pair whose trend is the market's, such as "BTC/USDT".
    regime_timeframe : str
        Of the leader's candles, not shorter than the strategy's.
    regime_candles : int in [2, 900]
        The market falls while its leader closes below its mean over so many of these candles.
    bear_entries : {"none", "forecast", "all"}
        What is entered while the market falls: nothing, what the forecast allows, or everything.
        Without a forecast, "forecast" is nothing.
    cost_bps : float in [0, 1000]
        Fees, spread and slippage of getting in and out again, in basis points of the position.
    cost_multiple : float in [0, 100]
        The move to be expected until the exit channel is reached must be so many times the costs;
        0 asks for nothing.
    """

    section = "aurum.policy"

    forecasts: Literal["off", "bear", "always"] = "bear"
    smoothing_candles: int = Field(default=24, ge=1, le=500)
    enter_probability: float = Field(default=0.51, ge=0, le=1)
    leave_probability: float = Field(default=0.49, ge=0, le=1)
    weak_share: float = Field(default=0.5, ge=0, le=1)
    market_leader: str = Field(default="BTC/USDT", min_length=3)
    regime_timeframe: str = Field(default="1d", pattern=r"^[1-9][0-9]*[mhdw]$")
    regime_candles: int = Field(default=100, ge=2, le=LONGEST_REGIME)
    bear_entries: Literal["none", "forecast", "all"] = "forecast"
    cost_bps: float = Field(default=25.0, ge=0, le=1_000)
    cost_multiple: float = Field(default=3.0, ge=0, le=100)

    @model_validator(mode="after")
    def _hysteresis(self) -> PolicySettings:
        if self.leave_probability and self.leave_probability >= self.enter_probability:
            raise ValueError(
                f"leave_probability must be below enter_probability, {self.enter_probability}"
            )
        return self

    @property
    def asks_market(self) -> bool:
        """Whether anything depends on the market's trend."""
        return self.bear_entries != "all" or self.forecasts == "bear"
