"""ccxt's class of a venue, made ready for public data."""

from __future__ import annotations

import functools
from typing import Any

import ccxt
import ccxt.async_support

from aurum_plugins.clock import SECOND_MS, Clock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.answers.misdated_candles import refuse_misdated_candles
from aurum_plugins.market_data.answers.unreadable_answers import refuse_unreadable_answers
from aurum_plugins.market_data.venue_settings import SourceSettings
from aurum_plugins.market_data.venues.answer_heads import note_answer_heads

# Binance's class asks three exchanges for their markets if it is let: spot and two of futures.
OPTIONS: dict[str, dict[str, Any]] = {
    "binance": {"fetchMarkets": {"types": ["spot"]}, "defaultType": "spot"}
}


def public_api(name: str, source: SourceSettings, timeout_seconds: float, clock: Clock) -> Any:
    """Build ccxt's asynchronous class of a venue; it opens no connection before it is asked.

    Parameters
    ----------
    name : str
        ccxt's id of the exchange.
    source : SourceSettings
        Its `ccxt_config` is merged over ours, key by key down to the last.
    timeout_seconds : float
        For one request.
    clock : Clock

    Returns
    -------
    ccxt.async_support.Exchange
        One that refuses answers which make no sense, see `guarded`.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If there is no such class, or it has no tickers of several markets at once.
    """
    key = f"aurum.venues.sources.{name}"
    if name not in ccxt.async_support.exchanges:
        raise ConfigurationError(key, "must be the id of an exchange that ccxt knows", name)
    ours = {
        "enableRateLimit": True,
        # ccxt's other way, the leaky bucket, forgets the time in which nothing was asked: every
        # request at Kraken would wait for a second, and look at the clock a thousand times.
        "rateLimiterAlgorithm": "rollingWindow",
        "timeout": round(timeout_seconds * SECOND_MS),
        "options": OPTIONS.get(name, {}),
    }
    config = ccxt.Exchange.deep_extend(ours, dict(source.ccxt_config))
    api = getattr(ccxt.async_support, name)(config)
    if not api.has["fetchTickers"]:
        rule = "must be an exchange whose tickers ccxt can fetch together (fetchTickers)"
        raise ConfigurationError(key, rule, name)
    return guarded(api, clock)


def guarded(api: Any, clock: Clock) -> Any:
    """Let a ccxt exchange raise on answers that make no sense, and tell errors' statuses."""
    refuse_unreadable_answers(api)
    refuse_misdated_candles(api, clock)
    _refuse_empty_lists(api)
    note_answer_heads(api, clock)
    return api


def _refuse_empty_lists(api: Any) -> None:
    """A venue without a market would be asked for nothing, and be missed by nobody."""
    fetch_markets = api.fetch_markets

    @functools.wraps(fetch_markets)
    async def fetch_some(*args: Any, **kwargs: Any) -> Any:
        markets = await fetch_markets(*args, **kwargs)
        if not markets:
            raise ccxt.NullResponse(f"{api.id}: the list of markets must not be empty")
        return markets

    api.fetch_markets = fetch_some
