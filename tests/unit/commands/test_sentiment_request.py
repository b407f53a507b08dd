"""What `aurum sentiment` reads out of a configuration."""

from __future__ import annotations

import pytest

from aurum_plugins.commands.sentiment_request import (
    SentimentRequest,
    subject_in_words,
    subject_of,
)
from aurum_plugins.errors import ConfigurationError

FEEDS = {"coindesk": "https://www.coindesk.com/arc/outboundfeeds/rss/"}


def config(**sentiment):
    return {
        "exchange": {
            "name": "Binance",
            "pair_whitelist": ["BTC/USDT", ".*/USDT", "WBTC/USDT", "1000SHIB/USDT:USDT"],
        },
        "aurum": {"sentiment": sentiment},
    }


def test_coins_and_exchange() -> None:
    request = SentimentRequest.of(config(rss=FEEDS), active=True)
    assert request.coins == ("BTC", "SHIB")
    assert request.exchange == "@binance"
    assert request.settings.rss == FEEDS


def test_nothing_is_configured() -> None:
    request = SentimentRequest.of({})
    assert (request.coins, request.exchange) == ((), "")
    with pytest.raises(ConfigurationError, match=r'rss: must name feeds .*"sentiment.json"'):
        SentimentRequest.of({}, active=True)


def test_it_is_switched_off() -> None:
    assert SentimentRequest.of(config(rss=FEEDS, enabled=False)).settings.rss == FEEDS
    with pytest.raises(ConfigurationError, match=r"aurum.sentiment.enabled: must be true"):
        SentimentRequest.of(config(rss=FEEDS, enabled=False), active=True)


@pytest.mark.parametrize(
    ("asked", "subject"),
    [
        (" btc ", "BTC"),
        ("wbtc", "BTC"),
        ("1000SHIB/USDT:USDT", "SHIB"),
        ("1INCH", "1INCH"),
        ("*", "*"),
        ("Market", "*"),
        ("all", "*"),
        ("@OKX", "@okx"),
    ],
)
def test_whom_somebody_means(asked, subject) -> None:
    assert subject_of(asked) == subject


@pytest.mark.parametrize("asked", ["", "BTC ETH", "@", "@a b", "BTC/", ".*/USDT", "x" * 21])
def test_nobody_is_meant(asked) -> None:
    with pytest.raises(ConfigurationError, match="COIN: must be a coin such as BTC"):
        subject_of(asked)


def test_in_words() -> None:
    assert [subject_in_words(one) for one in ("*", "BTC", "@okx")] == ["market", "BTC", "@okx"]
