"""How a collector is getting on with one source."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """As of one moment, since this collector was made.

    Attributes
    ----------
    source : str
    circuit : CircuitState
        Whether requests go out.
    rounds : int
        How often it was the source's turn, whether it was asked or not.
    answered_ms : int or None
        UTC milliseconds of the last answer; None if there was none.
    items : int
        New ones.
    fault : str
        What became of the last round, in words; empty if the source answered. Untrusted; one plain
        line.
    elsewhere : bool
        Whether another collector polls it for us.
    """

    source: str
    circuit: CircuitState = CircuitState.CLOSED
    rounds: int = 0
    answered_ms: int | None = None
    items: int = 0
    fault: str = ""
    elsewhere: bool = False
