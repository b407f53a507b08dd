"""The Binance dialect of the simulated exchange: spot REST, public and signed."""

from __future__ import annotations

from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.binance.rate_limits import RateLimits
from aurum_plugins.sandbox.binance.routes import routes
from aurum_plugins.sandbox.binance.signature import sign

__all__ = ["BinanceError", "RateLimits", "routes", "sign"]
