"""From candles and forecasts to decisions and stops: pure functions, no freqtrade in sight."""

from aurum_plugins.signals.atr_stop import atr_stop_price, average_true_range
from aurum_plugins.signals.breakout import breaks_down, breaks_out, lower_channel, upper_channel
from aurum_plugins.signals.market_trend import market_trend
from aurum_plugins.signals.outlook import Outlook, outlook
from aurum_plugins.signals.policy import Decided, decide, exit_tags, expected_move
from aurum_plugins.signals.policy_settings import PolicySettings
from aurum_plugins.signals.settings import BreakoutSettings
from aurum_plugins.signals.volatility import annualised_volatility

__all__ = [
    "BreakoutSettings",
    "Decided",
    "Outlook",
    "PolicySettings",
    "annualised_volatility",
    "atr_stop_price",
    "average_true_range",
    "breaks_down",
    "breaks_out",
    "decide",
    "exit_tags",
    "expected_move",
    "lower_channel",
    "market_trend",
    "outlook",
    "upper_channel",
]
