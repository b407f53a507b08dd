"""ccxt's names of exchanges, and the names that people write."""

from __future__ import annotations

import pytest

from aurum_plugins.sentiment.exchange_of import exchange_of


@pytest.mark.parametrize(
    ("ccxt_id", "subject"),
    [
        ("binance", "@binance"),
        ("binanceus", "@binance"),
        ("coinbaseexchange", "@coinbase"),
        ("gateio", "@gate"),
        ("huobi", "@htx"),
        ("myokx", "@okx"),
        ("okex", "@okx"),
        ("cryptocom", "@crypto.com"),
        ("Kraken", "@kraken"),
        ("bitvavo", "@bitvavo"),
        ("", "@"),
    ],
)
def test_names(ccxt_id, subject) -> None:
    assert exchange_of(ccxt_id) == subject
