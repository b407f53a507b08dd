"""The checks before an order: each is given the situation, and refuses it or lets it pass."""

from aurum_plugins.execution.checks.confirmed_candle import ConfirmedCandle
from aurum_plugins.execution.checks.depth import Depth
from aurum_plugins.execution.checks.duplicate import Duplicate
from aurum_plugins.execution.checks.exposure import Exposure
from aurum_plugins.execution.checks.finite_numbers import FiniteNumbers
from aurum_plugins.execution.checks.fresh_book import FreshBook
from aurum_plugins.execution.checks.market_limits import MarketLimitsCheck
from aurum_plugins.execution.checks.news import News
from aurum_plugins.execution.checks.order_rate import OrderRate
from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.price_collar import PriceCollar
from aurum_plugins.execution.checks.signal_age import SignalAge
from aurum_plugins.execution.checks.slippage import Slippage
from aurum_plugins.execution.checks.spread import Spread
from aurum_plugins.execution.checks.traded_venue import TradedVenue
from aurum_plugins.execution.checks.venue_consensus import VenueConsensus

__all__ = [
    "ConfirmedCandle",
    "Depth",
    "Duplicate",
    "Exposure",
    "FiniteNumbers",
    "FreshBook",
    "MarketLimitsCheck",
    "News",
    "OrderRate",
    "PreTradeCheck",
    "PriceCollar",
    "SignalAge",
    "Slippage",
    "Spread",
    "TradedVenue",
    "VenueConsensus",
]
