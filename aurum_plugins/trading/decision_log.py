"""Every decision into the journal, also when the journal cannot be written for a while."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.decision_record import DecisionRecord
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Figure, Refusal

logger = logging.getLogger(__name__)

# Entries kept in memory while the journal cannot be written: a day of 1m candles of 14 pairs.
MOST_KEPT = 20_000


@dataclass(frozen=True)
class _Settlement:
    """What came of an entry, as `DecisionRecord.settle` takes it."""

    pair: str
    candle_ms: int
    verdict: Verdict
    reason: Reason
    figures: Mapping[str, Figure]


class DecisionLog:
    """Stands between the desk and its journal; threads may share it.

    What cannot be written is kept and written later, in order. Until then `fault` says why, and
    nothing may open: an order that was not written down first could be sent twice. Only `flush`
    tries again: a locked database takes seconds to say so, and positions must not wait for that
    once for each entry.

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
        self._kept: list[Decision | _Settlement] = []
        # A person who asks for an entry does so in a thread of freqtrade's API.
        self._turn = threading.RLock()
        self._told: str | None = None
        self.fault: str | None = None

    @property
    def refusal(self) -> Refusal:
        """What is said to entries while the journal cannot be written."""
        return Refusal(Reason.JOURNAL_UNWRITABLE, {"error": self.fault or ""})

    def record(self, decisions: Sequence[Decision]) -> None:
        """Write decisions down, now or later."""
        self._keep(decisions)

    def settle(
        self,
        pair: str,
        candle_ms: int,
        verdict: Verdict,
        reason: Reason,
        figures: Mapping[str, Figure],
    ) -> None:
        """Write down what came of an entry, now or later."""
        self._keep([_Settlement(pair, candle_ms, verdict, reason, figures)])

    def approve(
        self, pair: str, candle_ms: int, reason: Reason, figures: Mapping[str, Figure]
    ) -> bool:
        """Write down that an entry is ordered, now or never; whether that is written."""
        with self._turn:
            if not self.flush():
                return False
            try:
                self._journal.settle(pair, candle_ms, Verdict.APPROVED, reason, figures)
            except DatabaseUnavailable as error:
                self._note(error)
                return False
            self._told = None
            return True

    def flush(self) -> bool:
        """Write what could not be written before; whether everything is written now.

        Call it once in each loop.
        """
        with self._turn:
            if not self._kept and self.fault is None:
                return True
            try:
                self._write()
            except DatabaseUnavailable as error:
                self._note(error)
                return False
            self.fault = None
            return True

    def refused(self, pair: str, since_ms: int, until_ms: int) -> Sequence[Decision]:
        """Entries wanted on candles that opened from one time to another, and refused.

        Raises
        ------
        aurum_plugins.database.DatabaseUnavailable
            If the journal cannot be read.
        """
        return self._journal.refused(pair, since_ms, until_ms)

    def _keep(self, entries: Sequence[Decision | _Settlement]) -> None:
        with self._turn:
            self._kept += entries
            del self._kept[:-MOST_KEPT]
            if self.fault is None:
                self.flush()

    def _write(self) -> None:
        """Write what is kept, the oldest first, and forget it."""
        if not self._kept:
            # Of nothing, only to learn whether the journal can be written again. A full disk takes
            # that, too, and shows again when something is to be written.
            self._journal.record(())
            return
        for settles, entries in groupby(tuple(self._kept), lambda e: isinstance(e, _Settlement)):
            if not settles:
                decisions = [entry for entry in entries if isinstance(entry, Decision)]
                self._journal.record(decisions)
                del self._kept[: len(decisions)]
                continue
            for one in entries:
                assert isinstance(one, _Settlement)  # noqa: S101 - narrows the type
                self._journal.settle(one.pair, one.candle_ms, one.verdict, one.reason, one.figures)
                del self._kept[0]
        self._told = None

    def _note(self, error: DatabaseUnavailable) -> None:
        self.fault = str(error)
        if self.fault != self._told:
            logger.error("Nothing opens: %s", error)
        self._told = self.fault
