"""A journal in memory that can be put out of order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.execution.backtest_journal import BacktestJournal
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Figure


class FallibleJournal(BacktestJournal):
    """Notes what is asked of it.

    Attributes
    ----------
    writable : int or float
        How many more writes succeed.
    calls : list of str
        Each write that succeeded, in order: pairs that were decided, or pair and reason.
    """

    def __init__(self) -> None:
        super().__init__("1h", "Test", VirtualClock(1))
        self.writable = float("inf")
        self.calls: list[str] = []

    def record(self, decisions: Sequence[Decision]) -> None:
        self._write(" ".join(decision.pair for decision in decisions))
        super().record(decisions)

    def settle(
        self,
        pair: str,
        candle_ms: int,
        verdict: Verdict,
        reason: Reason,
        figures: Mapping[str, Figure],
    ) -> None:
        self._write(f"{pair} {reason.name}")
        super().settle(pair, candle_ms, verdict, reason, figures)

    def rows(self) -> list[Decision]:
        return list(self)

    def _write(self, what: str) -> None:
        if self.writable <= 0:
            raise DatabaseUnavailable("memory", "it is away")
        self.writable -= 1
        self.calls.append(what)
