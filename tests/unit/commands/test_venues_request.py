"""Which venues and pairs `aurum venues` asks for."""

from __future__ import annotations

from typing import Any

import pytest

from aurum_plugins.commands.venues_request import USUAL_PAIRS, VenuesRequest
from aurum_plugins.errors import ConfigurationError

SOURCES = {"binance": {}, "kraken": {"currencies": ["USD"]}}


def config(*whitelist: Any, **venues: Any) -> dict[str, Any]:
    return {
        "exchange": {"pair_whitelist": list(whitelist)},
        "aurum": {"venues": {"sources": SOURCES, **venues}},
    }


def test_pairs_that_are_named_go_before_the_whitelist() -> None:
    request = VenuesRequest.of(config("SOL/USDT", ".*/BTC"), ["btc_usdt", "ETH/USDT", "BTC/USDT"])
    assert request.pairs == ("BTC/USDT", "ETH/USDT")
    assert request.skipped == ()
    assert tuple(request.settings.sources) == ("binance", "kraken")


def test_patterns_and_contracts_of_the_whitelist_are_skipped() -> None:
    whitelist = ("SOL/USDT", ".*/BTC", "BTC/USDT:USDT", "1INCH/USDT", "SOL/USDT", "(A|B)/USDT")
    request = VenuesRequest.of(config(*whitelist), [])
    assert request.pairs == ("SOL/USDT", "1INCH/USDT")
    assert request.skipped == (".*/BTC", "BTC/USDT:USDT", "(A|B)/USDT")


@pytest.mark.parametrize("whitelist", [(), (".*/USDT",)])
def test_the_usual_pairs_where_no_pair_is_named(whitelist) -> None:
    assert VenuesRequest.of(config(*whitelist), []).pairs == USUAL_PAIRS


def test_a_configuration_without_an_exchange() -> None:
    only_venues = {"aurum": config()["aurum"]}
    for exchange in ({}, {"exchange": None}, {"exchange": {"pair_whitelist": None}}):
        assert VenuesRequest.of({**only_venues, **exchange}, []).pairs == USUAL_PAIRS


@pytest.mark.parametrize("asked", ["BTC", "BTC/USDT:USDT", ".*/USDT", "", "BTC/", "A B/USDT"])
def test_what_is_no_spot_pair_is_refused(asked) -> None:
    with pytest.raises(ConfigurationError, match="PAIR: must be a spot pair such as BTC/USDT"):
        VenuesRequest.of(config(), [asked])


@pytest.mark.parametrize("empty", [{}, {"aurum": {}}, config(sources={})])
def test_without_venues_it_says_what_to_add(empty) -> None:
    words = r'aurum\.venues\.sources: must name .* "add_config_files": \["venues.json"\]'
    with pytest.raises(ConfigurationError, match=words):
        VenuesRequest.of(empty, [])


def test_venues_that_are_turned_off_are_not_asked() -> None:
    with pytest.raises(ConfigurationError, match=r"aurum\.venues\.enabled: must be true"):
        VenuesRequest.of(config(enabled=False), [])


def test_a_wrong_setting_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"aurum\.venues\.quorum: "):
        VenuesRequest.of(config(quorum=1), [])
