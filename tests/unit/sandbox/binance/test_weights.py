from __future__ import annotations

import pytest

from aurum_plugins.sandbox.binance import weights
from aurum_plugins.sandbox.binance.parameters import Parameters
from aurum_plugins.sandbox.binance.weights import Weight


@pytest.mark.parametrize(
    ("weight", "query", "expected"),
    [
        (weights.fixed(7), "", 7),
        (weights.depth, "", 5),
        (weights.depth, "limit=100", 5),
        (weights.depth, "limit=101", 25),
        (weights.depth, "limit=1000", 50),
        (weights.depth, "limit=5000", 250),
        (weights.depth, "limit=x", 5),
        (weights.depth, f"limit={'9' * 5000}", 5),
        (weights.day_ticker, "symbol=A", 2),
        (weights.day_ticker, 'symbols=["A","B"]', 2),
        (weights.day_ticker, f"symbols={','.join('A' * 21)}", 40),
        (weights.day_ticker, f"symbols={','.join('A' * 101)}", 80),
        (weights.day_ticker, "", 80),
        (weights.window_ticker, "symbol=A", 4),
        (weights.window_ticker, f"symbols={','.join('A' * 60)}", 200),
        (weights.by_symbol(6, 80), "symbol=A", 6),
        (weights.by_symbol(6, 80), "", 80),
        (weights.by_name("orderId", 5, 20), "orderId=1", 5),
        (weights.by_name("orderId", 5, 20), "", 20),
    ],
)
def test_weights(weight: Weight, query: str, expected: int) -> None:
    assert weight(Parameters(query)) == expected
