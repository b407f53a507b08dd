"""What becomes of entries after they were approved."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.execution.decision import Verdict
from aurum_plugins.reasons import Reason
from aurum_plugins.trading.decision_log import DecisionLog
from aurum_plugins.trading.host import Fate, Host

_FILLED = Verdict.APPROVED, Reason.FILLED
_CANCELLED = Verdict.APPROVED, Reason.CANCELLED
_REJECTED = Verdict.REFUSED, Reason.REJECTED
_UNBOOKED = Verdict.REFUSED, Reason.UNBOOKED
_UNKNOWN = Verdict.APPROVED, Reason.OUTCOME_UNKNOWN


@dataclass(frozen=True)
class Approved:
    """An entry that is on its way.

    Attributes
    ----------
    pair : str
    candle_ms, approved_ms : int
        UTC milliseconds.
    """

    pair: str
    candle_ms: int
    approved_ms: int


class EntryFollowUp:
    """Asks the host about approved entries until each has filled, or is gone.

    Parameters
    ----------
    host : Host
    log : DecisionLog
    """

    def __init__(self, host: Host, log: DecisionLog) -> None:
        self._host = host
        self._log = log
        # What to say of each if the host knows of no such entry.
        self._open: dict[Approved, tuple[Verdict, Reason]] = {}
        self._unknown: set[Approved] = set()

    def __len__(self) -> int:
        return len(self._open)

    def __contains__(self, pair: str) -> bool:
        """Whether it is not yet known what became of an entry of the pair."""
        return any(entry.pair == pair for entry in self._open)

    def add(self, entry: Approved, *, resumed: bool = False) -> None:
        """Follow an entry; `resumed` if it was approved by an earlier process."""
        self._open[entry] = _UNBOOKED if resumed else _REJECTED

    def taken_over(self, pair: str) -> None:
        """Follow a pair's entry no more: what became of it is written down already."""
        self._open = {entry: gone for entry, gone in self._open.items() if entry.pair != pair}

    def follow(self, now_ms: int) -> None:
        """Write down what became of each; what is still waiting is asked about again."""
        for entry, if_gone in list(self._open.items()):
            fate = self._host.fate(entry.pair, entry.approved_ms)
            if fate is Fate.WAITING:
                self._open[entry] = _CANCELLED
                continue
            if fate is Fate.UNKNOWN:
                if entry not in self._unknown:
                    self._unknown.add(entry)
                    self._settle(now_ms, entry, _UNKNOWN)
                continue
            # Once known it does not change: a later entry of the pair must not be taken for it.
            self._settle(now_ms, entry, _FILLED if fate is Fate.FILLED else if_gone)
            del self._open[entry]
        self._unknown &= self._open.keys()

    def _settle(self, now_ms: int, entry: Approved, outcome: tuple[Verdict, Reason]) -> None:
        figures = {"after_seconds": (now_ms - entry.approved_ms) / 1_000}
        self._log.settle(entry.pair, entry.candle_ms, *outcome, figures)
