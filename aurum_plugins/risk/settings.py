"""The `aurum.risk` section of the configuration."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from aurum_plugins.settings import Section

Share = Annotated[float, Field(gt=0, le=1)]
# Each setting, which one it may not be below, and whether they may be equal.
_AT_LEAST = {
    "group_cap": ("position_cap", True),
    "total_cap": ("group_cap", True),
    "weekly_loss": ("daily_loss", True),
    "drawdown_stop": ("drawdown_throttle", False),
}


class RiskSettings(Section):
    """How much may be lost; the defaults are the profile "balanced".

    Shares are of the equity unless said otherwise: 0.02 is 2 %. Losses and drawdowns are measured
    on equity marked to market, open positions included.

    Parameters
    ----------
    risk_per_trade : float in (0, 0.1]
        Lost if a position is given up at its stop, fees included.
    volatility_target : float in (0, 5]
        Annual volatility wanted of each position's share, 0.4 is 40 %.
    stop_multiple : float in (0, 100]
        Average true ranges between entry and stop. 10 hourly ranges are about the two *daily* ones
        of the Turtle rules: a range grows with the square root of time, and sqrt(24) is 4.9.
    longest_hold_candles : int in [1, 100000] or None
        A position is left after so many candles at the latest; None = never for its age.
    position_cap : float in (0, 1]
        The largest position, at most `group_cap`.
    group_cap : float in (0, 1]
        The largest sum of correlated positions, at most `total_cap`.
    total_cap : float in (0, 1]
        The largest sum of all positions.
    group_correlation : float in [0, 1]
        Pairs whose returns correlate at least so much belong together.
    correlation_candles : int in [20, 5000]
        Returns that the correlation is measured on.
    confidence_floor : float in [0, 1]
        Part of its size that a position has at a forecast confidence of 0; it grows to the whole at
        a confidence of 1. The default, 1, leaves sizes alone: scaled by what a forecast says of the
        direction, the breakout earned less.
    daily_loss : float in (0, 1]
        Loss since the start of the UTC day at which nothing opens until the next; at most
        `weekly_loss`.
    weekly_loss : float in (0, 1]
        The same of the ISO week, which starts on Monday, UTC.
    consecutive_losses : int in [1, 1000]
        After so many losing trades in a row nothing opens for a while.
    consecutive_pause_hours : float in (0, 8760]
        For so long, from the last of them on.
    drawdown_throttle : float in (0, 1]
        From this drawdown on sizes shrink, below `drawdown_stop`.
    drawdown_stop : float in (0, 1]
        At this drawdown nothing opens any more.
    throttle_floor : float in [0, 1]
        What is left of sizes just before `drawdown_stop`. At 0 an account close to the stop would
        only be allowed orders too small to be sent: stopped for good, and never told so.
    drawdown_pause_days : int in [1, 3650] or None
        So many days after the stop the peak starts anew at the equity of then. None = nothing
        opens until somebody re-arms the bot.

    Examples
    --------
    >>> RiskSettings.from_config({"aurum": {"risk": {"daily_loss": 0.03}}}).daily_loss
    0.03
    """

    section = "aurum.risk"

    risk_per_trade: float = Field(default=0.015, gt=0, le=0.1)
    volatility_target: float = Field(default=0.4, gt=0, le=5)
    stop_multiple: float = Field(default=10.0, gt=0, le=100)
    longest_hold_candles: int | None = Field(default=None, ge=1, le=100_000)
    position_cap: Share = 0.25
    group_cap: Share = Field(default=0.6, validate_default=True)
    total_cap: Share = Field(default=0.9, validate_default=True)
    group_correlation: float = Field(default=0.7, ge=0, le=1)
    correlation_candles: int = Field(default=720, ge=20, le=5_000)
    confidence_floor: float = Field(default=1.0, ge=0, le=1)
    daily_loss: Share = 0.04
    weekly_loss: Share = Field(default=0.08, validate_default=True)
    consecutive_losses: int = Field(default=8, ge=1, le=1_000)
    consecutive_pause_hours: float = Field(default=24.0, gt=0, le=8_760)
    drawdown_throttle: Share = 0.08
    drawdown_stop: Share = Field(default=0.18, validate_default=True)
    throttle_floor: float = Field(default=0.25, ge=0, le=1)
    drawdown_pause_days: int | None = Field(default=30, ge=1, le=3_650)

    @field_validator(*_AT_LEAST)
    @classmethod
    def _in_order(cls, value: float, info: ValidationInfo) -> float:
        lower, equal_will_do = _AT_LEAST[str(info.field_name)]
        # Absent if it was refused itself, which is then what is reported.
        bound = info.data.get(lower)
        if bound is not None and (value < bound or (value == bound and not equal_will_do)):
            rule = "at least" if equal_will_do else "more than"
            raise ValueError(f"must be {rule} {lower}, which is {bound}")
        return value
