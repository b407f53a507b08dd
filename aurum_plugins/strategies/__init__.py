"""What strategies for freqtrade are made of: the one place that knows both it and our desk."""

from aurum_plugins.strategies.breakout_strategy import BreakoutStrategy
from aurum_plugins.strategies.deciding_strategy import DecidingStrategy

__all__ = ["BreakoutStrategy", "DecidingStrategy"]
