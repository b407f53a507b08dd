"""What was decided on one closed candle of one pair, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from aurum_plugins.reasons import Action, Reason, Stage
from aurum_plugins.refusal import Figure

# With these reasons an entry was tried, even if no order left.
_TRIED_STAGES = frozenset({Stage.RISK, Stage.CHECK})
_SENT = frozenset({Reason.APPROVED, Reason.FORCED})


class Verdict(StrEnum):
    """How far a decision got."""

    # Nothing was wanted: hold, or exit.
    NONE = "none"
    # An entry is wanted and not settled yet.
    PENDING = "pending"
    # An order was sent, or may have been.
    APPROVED = "approved"
    REFUSED = "refused"


_OPEN = frozenset({Verdict.PENDING, Verdict.REFUSED})
_AFTER_ORDER = frozenset({Verdict.APPROVED, Verdict.REFUSED})


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the journal.

    Attributes
    ----------
    pair : str
    timeframe : str
        Of the candle, for example "1h".
    candle_ms : int
        When the candle opened, UTC milliseconds.
    action : Action
        What the signal wanted.
    signal : Reason
        Why it wanted that.
    verdict : Verdict
    reason : Reason
        Why it ended so; the signal's own where nothing else had a say.
    decided_ms : int
        UTC milliseconds.
    strategy : str
    figures : mapping of str to number or str
        What the signal compared with what.
    outcome : mapping of str to number or str
        What whoever settled it compared with what.
    attempts : int
        How often risk and checks were asked for this entry.
    settled_ms : int or None
        When it was settled, the last time if often; of an order, when it was approved. UTC
        milliseconds.
    """

    pair: str
    timeframe: str
    candle_ms: int
    action: Action
    signal: Reason
    verdict: Verdict
    reason: Reason
    decided_ms: int
    strategy: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    outcome: Mapping[str, Figure] = field(default_factory=dict)
    attempts: int = 0
    settled_ms: int | None = None

    @property
    def is_ordered(self) -> bool:
        """Whether an order was sent for it, or may have been: another one could be a double."""
        return self.verdict is Verdict.APPROVED

    def decided_again(self, new: Decision) -> Decision:
        """What stands after the same candle was decided once more, as after a restart.

        An entry that was not ordered takes the new decision and keeps its attempts; an order that
        somebody asked for before the candle was decided gets the signal. A candle on which the
        signal could not be asked takes its answer, if there is one after all. Anything else stays.
        """
        failed = self.verdict is Verdict.NONE and self.reason is Reason.ANALYSIS_FAILED
        if failed and new.signal is not Reason.NOT_DECIDED:
            return new
        if self.verdict in _OPEN and self.reason.stage is not Stage.ORDER:
            attempts = max(self.attempts, new.attempts)
            return replace(new, attempts=attempts, decided_ms=self.decided_ms)
        if self.verdict is not Verdict.NONE and self.signal is Reason.NOT_DECIDED:
            return replace(self, action=new.action, signal=new.signal, figures=new.figures)
        return self

    def settled(
        self, verdict: Verdict, reason: Reason, figures: Mapping[str, Figure], at_ms: int
    ) -> Decision:
        """What stands after an attempt, or after it is clear that there will be none.

        Once an order was sent, only what becomes of the order changes anything; the figures and
        the time of the approval are kept until another order is sent. An order of unknown outcome
        counts as sent, whatever `verdict` says.
        """
        if reason is Reason.OUTCOME_UNKNOWN:
            verdict = Verdict.APPROVED
        if self.is_ordered:
            if reason.stage is not Stage.ORDER or verdict not in _AFTER_ORDER:
                return self
            figures = {**self.outcome, **figures}
        still_approved = self.verdict is verdict is Verdict.APPROVED and reason not in _SENT
        tried = reason.stage in _TRIED_STAGES or reason in _SENT
        return replace(
            self,
            verdict=verdict,
            reason=reason,
            outcome=figures,
            attempts=self.attempts + tried,
            settled_ms=self.settled_ms if still_approved else at_ms,
        )


def undecided(
    pair: str, timeframe: str, candle_ms: int, reason: Reason, now_ms: int, strategy: str
) -> Decision:
    """A candle on which the signal was not asked, such as one that was missed."""
    return Decision(
        pair=pair,
        timeframe=timeframe,
        candle_ms=candle_ms,
        action=Action.HOLD,
        signal=Reason.NOT_DECIDED,
        verdict=Verdict.NONE,
        reason=reason,
        decided_ms=now_ms,
        strategy=strategy,
    )
