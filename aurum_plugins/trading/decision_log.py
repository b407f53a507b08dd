"""Every decision into the journal, also when the journal cannot be written for a while."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.decision_record import DecisionRecord
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Figure

logger = logging.getLogger(__name__)

# Decisions kept in memory while the journal cannot be written: a day of 1m candles of 14 pairs.
MOST_KEPT = 20_000


class DecisionLog:
    """Stands between the desk and its journal.

    What cannot be written is kept and written later, in order. Until then `fault` says why, and
    nothing may open: an order that was not written down first could be sent twice.

    Parameters
    ----------
    journal : DecisionRecord

    Attributes
    ----------
    fault : str or None
        Why the journal could not be written the last time.
    """

    def __init__(self, journal: DecisionRecord) -> None:
        self._journal = journal
        self._kept: list[Decision] = []
        self.fault: str | None = None

    def record(self, decisions: Sequence[Decision]) -> None:
        """Write decisions down, now or later."""
        self._kept += decisions
        del self._kept[:-MOST_KEPT]
        self.flush()

    def flush(self) -> bool:
        """Write what could not be written before; whether everything is written now."""
        if not self._kept and self.fault is None:
            return True
        try:
            self._journal.record(self._kept)
        except DatabaseUnavailable as error:
            self._note(error)
            return False
        self._kept.clear()
        self.fault = None
        return True

    def settle(
        self,
        pair: str,
        candle_ms: int,
        verdict: Verdict,
        reason: Reason,
        figures: Mapping[str, Figure],
    ) -> bool:
        """Write down what came of an entry; whether that is written now."""
        if not self.flush():
            return False
        try:
            self._journal.settle(pair, candle_ms, verdict, reason, figures)
        except DatabaseUnavailable as error:
            self._note(error)
            return False
        return True

    def refused(self, pair: str, since_ms: int, until_ms: int) -> Sequence[Decision]:
        """Entries wanted on candles that opened from one time to another, and refused.

        Raises
        ------
        aurum_plugins.database.DatabaseUnavailable
            If the journal cannot be read.
        """
        return self._journal.refused(pair, since_ms, until_ms)

    def _note(self, error: DatabaseUnavailable) -> None:
        if self.fault is None:
            logger.error("Nothing opens: %s", error)
        self.fault = str(error)
