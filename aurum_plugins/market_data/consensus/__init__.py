"""What several venues say, made into one price, or a reason why there is none."""

from aurum_plugins.market_data.consensus.agreement import agree
from aurum_plugins.market_data.consensus.candle_check import (
    CandleAgreement,
    CandleDispute,
    CandleDoubt,
    check_candle,
)
from aurum_plugins.market_data.consensus.dollar_rates import DOLLAR_PAIRS, CoinRate, DollarRates
from aurum_plugins.market_data.consensus.price_consensus import (
    Consensus,
    Dissent,
    Exclusion,
    NoConsensus,
    Quality,
)
from aurum_plugins.market_data.consensus.trust import Trust, TrustChange

__all__ = [
    "DOLLAR_PAIRS",
    "CandleAgreement",
    "CandleDispute",
    "CandleDoubt",
    "CoinRate",
    "Consensus",
    "Dissent",
    "DollarRates",
    "Exclusion",
    "NoConsensus",
    "Quality",
    "Trust",
    "TrustChange",
    "agree",
    "check_candle",
]
