"""The `aurum.venues` section."""

from __future__ import annotations

from typing import Any

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.venue_settings import VenueSettings

TWO = {"binance": {}, "kraken": {"currencies": ["USD", "USDC"], "requests_per_minute": 12}}


def read(**venues: Any) -> VenueSettings:
    return VenueSettings.from_config({"aurum": {"venues": venues}})


def test_by_default_nobody_is_asked() -> None:
    assert not VenueSettings.from_config({}).sources


def test_sources_keep_their_order() -> None:
    settings = read(sources=TWO)
    assert list(settings.sources) == ["binance", "kraken"]
    assert settings.sources["kraken"].currencies == ("USD", "USDC")
    assert settings.sources["binance"].requests_per_minute == 60


def test_whole_numbers_are_numbers() -> None:
    assert read(refresh_seconds=10).refresh_seconds == 10.0


@pytest.mark.parametrize(
    ("venues", "text"),
    [
        ({"sources": {"kraken": {}}}, r"sources \(kraken\) must be at least quorum \(2\)"),
        ({"sources": TWO, "quorum": 3}, r"\(binance, kraken\) must be at least quorum \(3\)"),
        (
            {"refresh_seconds": 11},
            r"longest_quote_age_seconds \(20\) must be at least twice refresh_seconds \(11\)",
        ),
        (
            {"sources": TWO, "refresh_seconds": 4.9},
            r"requests_per_minute of kraken \(12\) must be enough for a round every",
        ),
        ({"quorum": 1}, "aurum.venues.quorum"),
        ({"quorum": 2.5}, "aurum.venues.quorum"),
        ({"sources": {"kraken": {"currency": "USD"}}}, "aurum.venues.sources.kraken.currency"),
        ({"sources": []}, "aurum.venues.sources"),
        (
            {"sources": {**TWO, "okx": {"requests_per_minute": 5}}},
            "aurum.venues.sources.okx.requests_per_minute",
        ),
        ({"open_seconds": 31}, "aurum.venues.open_seconds"),
        ({"timeout": 1}, "unknown setting; known are candle_deviation_bps, candles"),
        ({"largest_deviation_bps": float("nan")}, "aurum.venues.largest_deviation_bps"),
    ],
)
def test_what_breaks_a_rule_is_named(venues, text) -> None:
    with pytest.raises(ConfigurationError, match=text):
        read(**venues)
