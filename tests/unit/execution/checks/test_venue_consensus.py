"""Other venues think the same of the price."""

from __future__ import annotations

import pytest
from entry_situations import consensus, cross_check

from aurum_plugins.execution.checks import VenueConsensus
from aurum_plugins.market_data.consensus import Dissent, Exclusion, NoConsensus
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


@pytest.fixture
def check() -> type[VenueConsensus]:
    return VenueConsensus


def test_no_venues_are_named(judge) -> None:
    assert judge(cross_check=None) is None


@pytest.mark.parametrize("price", [99.011, 100.0, 101.009])
def test_the_price_is_near(judge, price) -> None:
    assert judge(cross_check=cross_check(consensus=consensus(price))) is None


@pytest.mark.parametrize("price", [98.9, 101.02])
def test_the_price_is_far(judge, price) -> None:
    refusal = judge(cross_check=cross_check(consensus=consensus(price)))
    assert refusal.reason is Reason.OFF_CONSENSUS
    assert refusal.figures["consensus"] == price
    assert refusal.figures["distance_bps"] == pytest.approx(abs(100 / price - 1) * 1e4)
    assert refusal.figures["venues"] == "binance, coinbase, kraken"


def test_the_limit_is_a_setting(judge) -> None:
    word = cross_check(consensus=consensus(100.2))
    assert judge({"consensus_bps": 21}, cross_check=word) is None
    assert judge({"consensus_bps": 19}, cross_check=word).reason is Reason.OFF_CONSENSUS


def test_venues_disagree(judge) -> None:
    word = NoConsensus(
        "BTC/USDT", Dissent.NO_QUORUM, {"kraken": Exclusion.STALE}, {"venues": 1, "quorum": 2}
    )
    assert judge(cross_check=cross_check(consensus=word)) == Refusal(
        Reason.NO_CONSENSUS,
        {
            "dissent": "too few venues have a quote that counts",
            "kraken_excluded": "its quote is too old",
            "venues": 1,
            "quorum": 2,
        },
    )
