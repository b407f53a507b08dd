"""From candles to signals, stops and stakes: pure functions, no freqtrade in sight."""

from aurum_plugins.signals.atr_stop import atr_stop_price, average_true_range
from aurum_plugins.signals.breakout import breaks_down, breaks_out, lower_channel, upper_channel
from aurum_plugins.signals.closed_candle import last_closed_candle
from aurum_plugins.signals.settings import BreakoutSettings
from aurum_plugins.signals.volatility import annualised_volatility, volatility_targeted_stake

__all__ = [
    "BreakoutSettings",
    "annualised_volatility",
    "atr_stop_price",
    "average_true_range",
    "breaks_down",
    "breaks_out",
    "last_closed_candle",
    "lower_channel",
    "upper_channel",
    "volatility_targeted_stake",
]
