from __future__ import annotations

import pytest

from aurum_plugins.sentiment.coin_of import coin_of


@pytest.mark.parametrize(
    ("pair", "coin"),
    [
        ("BTC/USDT", "BTC"),
        ("eth/usdt", "ETH"),
        ("BTC/USDT:USDT", "BTC"),
        ("BTC", "BTC"),
        ("1000SHIB/USDT", "SHIB"),
        ("1000SHIB/USDT:USDT", "SHIB"),
        ("10000LADYS/USDT:USDT", "LADYS"),
        ("1000000MOG/USDT", "MOG"),
        ("1MBABYDOGE/USDT", "BABYDOGE"),
        ("kPEPE/USDC:USDC", "PEPE"),
        ("WBTC/USDT", "BTC"),
        ("XBT/USD", "BTC"),
        ("WSTETH/USDT", "ETH"),
        ("WBNB/USDT", "BNB"),
    ],
)
def test_what_people_write(pair, coin) -> None:
    assert coin_of(pair) == coin


@pytest.mark.parametrize(
    "coin", ["1INCH", "1000X", "W", "WLD", "WIF", "WOO", "KSM", "KAVA", "M", "STX", "BETA"]
)
def test_names_that_only_look_like_lots_and_wrappers(coin) -> None:
    assert coin_of(f"{coin}/USDT") == coin
