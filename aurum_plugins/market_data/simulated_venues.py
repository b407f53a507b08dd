"""Asking the simulated exchange in the venues' place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType

from aurum_plugins.market_data.venue_settings import VenueSettings

# Set for programs that are started together with the simulated exchange: its address.
SANDBOX_URL = "AURUM_SANDBOX_URL"
# Paths by the names that ccxt gives a venue's APIs.
PATHS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "binance": {"public": "/api/v3", "private": "/api/v3", "sapi": "/sapi/v1"},
        "coinbase": {"rest": ""},
        "kraken": {"public": "", "private": ""},
    }
)


def venue_urls(venue: str, url: str) -> dict[str, str]:
    """Addresses of one venue's APIs at a sandbox, by the names that ccxt gives them.

    Parameters
    ----------
    venue : str
        ccxt's id of the exchange; one of `PATHS`.
    url : str
        Base URL of the sandbox, for example "http://127.0.0.1:8900".
    """
    return {name: url.rstrip("/") + path for name, path in PATHS[venue].items()}


def at_sandbox(settings: VenueSettings, url: str | None = None) -> VenueSettings:
    """The same venues, asked at a sandbox; those that it does not simulate are left out.

    Parameters
    ----------
    settings : VenueSettings
    url : str, optional
        What the environment variable `AURUM_SANDBOX_URL` says by default. Where it is not set, the
        settings are given back as they are.
    """
    url = url or os.environ.get(SANDBOX_URL)
    if not url:
        return settings
    sources = {
        name: source.model_copy(
            update={
                "ccxt_config": {**source.ccxt_config, "urls": {"api": venue_urls(name, url)}},
            }
        )
        for name, source in settings.sources.items()
        if name in PATHS
    }
    return settings.model_copy(update={"sources": sources})
