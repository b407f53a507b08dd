"""`exchangeInfo`: what is traded here, on which grids, within which limits."""

from __future__ import annotations

from typing import Any

from aurum_plugins.sandbox.binance.call import Answer, Call
from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.matching import OrderType, filters

PRECISION = 8
PERMISSION = "SPOT"


def exchange_info(call: Call) -> Answer:
    """`GET /api/v3/exchangeInfo`: of one symbol, several, or all."""
    market, sent = call.market, call.parameters
    if sum(name in sent for name in ("symbol", "symbols", "permissions")) > 1:
        raise BinanceError.combination()
    symbols = sent.symbols()
    if "symbol" in sent:
        listed = [call.instrument()]
    elif symbols is not None:
        listed = [market.instrument(symbol) for symbol in symbols]
    else:
        listed = list(market.instruments.values()) if _permits(call) else []
    status = "TRADING" if market.is_open(call.now_ms) else "HALT"
    if sent.text("symbolStatus") not in {None, status}:
        listed = []
    return {
        "timezone": "UTC",
        "serverTime": call.venue_ms,
        "rateLimits": call.venue.limits.describe(),
        "exchangeFilters": [],
        "symbols": [_symbol(instrument, status) for instrument in listed],
    }


def _permits(call: Call) -> bool:
    wanted = call.parameters.text("permissions")
    if wanted is None or wanted == PERMISSION:
        return True
    return wanted.startswith("[") and PERMISSION in (call.parameters.names("permissions") or ())


def _symbol(instrument: Instrument, status: str) -> dict[str, Any]:
    return {
        "symbol": instrument.symbol,
        "status": status,
        "baseAsset": instrument.base,
        "baseAssetPrecision": PRECISION,
        "quoteAsset": instrument.quote,
        "quotePrecision": PRECISION,
        "quoteAssetPrecision": PRECISION,
        "baseCommissionPrecision": PRECISION,
        "quoteCommissionPrecision": PRECISION,
        "orderTypes": list(OrderType),
        "icebergAllowed": False,
        "ocoAllowed": False,
        "otoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": False,
        "cancelReplaceAllowed": False,
        "amendAllowed": False,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": filters.describe(instrument),
        "permissions": [],
        "permissionSets": [[PERMISSION]],
        "defaultSelfTradePreventionMode": "NONE",
        "allowedSelfTradePreventionModes": ["NONE"],
    }
