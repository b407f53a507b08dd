from __future__ import annotations

import pytest
from told_quotes import NOW, PAIR, quotes, venue_settings

from aurum_plugins.market_data.consensus import (
    Dissent,
    DollarRates,
    Exclusion,
    NoConsensus,
    agree,
)
from aurum_plugins.market_data.consensus_fault import consensus_fault


def result(now_ms: int = NOW, **prices: float):
    told = quotes(**prices)
    return agree(PAIR, told, now_ms, venue_settings(), DollarRates(), listed=len(told))


def test_a_consensus_is_faultless_down_to_the_least_quality() -> None:
    agreed = result(binance=100, coinbase=100, kraken=100)
    assert consensus_fault(agreed, 1.0) is None
    # Fifteen of twenty seconds old: a quarter of the freshness is left.
    old = result(NOW + 15_000, binance=100, coinbase=100, kraken=100)
    score = old.quality.score
    assert consensus_fault(old, score) is None
    words = f"the quality of the venues' consensus is {score:.2f}, less than 0.9"
    assert consensus_fault(old, 0.9) == words


def test_two_that_disagree_are_named_with_their_prices() -> None:
    assert consensus_fault(result(binance=100, kraken=103), 0) == (
        "the venues disagree (binance says 100, kraken 103, 300 bps apart)"
    )


def test_a_missing_quorum_is_counted() -> None:
    assert consensus_fault(result(binance=100), 0) == (
        "too few venues have a quote that counts (1, and 2 are needed)"
    )


def test_who_does_not_count_is_named() -> None:
    assert consensus_fault(result(NOW + 60_000, binance=100, kraken=100), 0) == (
        "too few venues have a quote that counts (0, and 2 are needed)"
        "; binance: its quote is too old; kraken: its quote is too old"
    )


@pytest.mark.parametrize("dissent", [Dissent.NOT_ASKED, Dissent.NO_QUOTES])
def test_others_speak_for_themselves(dissent) -> None:
    assert consensus_fault(NoConsensus(PAIR, dissent), 0) == str(dissent)
    excluded = {"kraken": Exclusion.WIDE}
    assert consensus_fault(NoConsensus(PAIR, dissent, excluded), 0) == (
        f"{dissent}; kraken: its bid and ask are far apart"
    )
