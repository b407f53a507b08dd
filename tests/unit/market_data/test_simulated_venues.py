"""The simulated exchange in the venues' place."""

from __future__ import annotations

import pytest

from aurum_plugins.market_data.simulated_venues import PATHS, SANDBOX_URL, at_sandbox, venue_urls
from aurum_plugins.market_data.venue_settings import VenueSettings

URL = "http://127.0.0.1:8900"
SETTINGS = VenueSettings.from_config(
    {
        "aurum": {
            "venues": {
                "quorum": 3,
                "sources": {
                    "kraken": {
                        "currencies": ["USD"],
                        "ccxt_config": {"urls": {"api": "x"}, "verbose": True},
                    },
                    "okx": {},
                    "binance": {},
                },
            }
        }
    }
)


@pytest.fixture(autouse=True)
def no_sandbox(monkeypatch) -> None:
    monkeypatch.delenv(SANDBOX_URL, raising=False)


@pytest.mark.parametrize("url", [URL, URL + "/"])
def test_addresses(url) -> None:
    assert venue_urls("coinbase", url) == {"rest": URL}
    assert venue_urls("binance", url)["public"] == f"{URL}/api/v3"


def test_without_a_sandbox_nothing_changes() -> None:
    assert at_sandbox(SETTINGS) is SETTINGS


def test_venues_that_it_does_not_simulate_are_left_out_and_the_quorum_stays(monkeypatch) -> None:
    monkeypatch.setenv(SANDBOX_URL, URL)
    found = at_sandbox(SETTINGS)
    assert list(found.sources) == ["kraken", "binance"]
    assert found.quorum == 3
    kraken = found.sources["kraken"]
    assert kraken.currencies == ("USD",)
    assert kraken.ccxt_config == {"urls": {"api": venue_urls("kraken", URL)}, "verbose": True}
    assert SETTINGS.sources["kraken"].ccxt_config["urls"] == {"api": "x"}


def test_an_address_goes_before_the_environment(monkeypatch) -> None:
    monkeypatch.setenv(SANDBOX_URL, "http://elsewhere")
    found = at_sandbox(SETTINGS, URL).sources["binance"].ccxt_config
    assert found == {"urls": {"api": venue_urls("binance", URL)}}


def test_names_are_those_of_ccxt() -> None:
    ccxt = pytest.importorskip("ccxt")
    for venue, paths in PATHS.items():
        assert set(paths) <= set(getattr(ccxt, venue)().describe()["urls"]["api"])
