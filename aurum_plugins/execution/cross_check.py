"""What other venues say of an entry that is about to be sent."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.market_data.consensus.candle_check import CandleAgreement, CandleDispute
from aurum_plugins.market_data.consensus.price_consensus import Consensus, NoConsensus
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState


@dataclass(frozen=True)
class CrossCheck:
    """The venues' word.

    Attributes
    ----------
    consensus : Consensus or NoConsensus
        Of the pair, now.
    candle : CandleAgreement, CandleDispute or None
        Of the candle behind the signal; None where it is not to be confirmed.
    traded : CircuitState or None
        Of the exchange that is traded on; None if it is not one of the venues asked.
    """

    consensus: Consensus | NoConsensus
    candle: CandleAgreement | CandleDispute | None
    traded: CircuitState | None
