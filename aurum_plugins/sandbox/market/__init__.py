"""The simulated market: tapes, candles, paths inside candles, order books."""

from aurum_plugins.sandbox.market.intervals import INTERVAL_MS, UnknownInterval
from aurum_plugins.sandbox.market.market import DayStats, Market, Trades, UnknownSymbol
from aurum_plugins.sandbox.market.tape import Candles, Tape

__all__ = [
    "INTERVAL_MS",
    "Candles",
    "DayStats",
    "Market",
    "Tape",
    "Trades",
    "UnknownInterval",
    "UnknownSymbol",
]
