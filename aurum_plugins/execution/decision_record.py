"""Where decisions are written down, whoever keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Figure

# How many candles ended so.
Counts = Mapping[tuple[Verdict, Reason], int]


class DecisionRecord(Protocol):
    """What a desk asks of its journal.

    Implementations: `Journal`, in the database, and `BacktestJournal`, in memory.
    """

    def record(self, decisions: Sequence[Decision]) -> None:
        """Write down what was decided, all or nothing, one row a pair and candle.

        A candle that is there already changes as `Decision.decided_again` says.
        """
        ...

    def settle(
        self,
        pair: str,
        candle_ms: int,
        verdict: Verdict,
        reason: Reason,
        figures: Mapping[str, Figure],
    ) -> None:
        """Write down what came of an entry, as `Decision.settled` says.

        A candle without a row gets one: an entry was asked for by hand.
        """
        ...

    def counts(self, since_ms: int, until_ms: int) -> Counts:
        """How the candles ended that closed after one moment and not after another."""
        ...

    def refused(self, pair: str, since_ms: int, until_ms: int) -> list[Decision]:
        """Entries that were refused on candles that opened in between, both ends included.

        The oldest first.
        """
        ...
