"""Decisions of a backtest, kept in memory."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.clock import Clock
from aurum_plugins.execution.decision import Decision, Verdict, undecided
from aurum_plugins.execution.decision_record import Counts
from aurum_plugins.execution.figures import storable_figures
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.refusal import Figure

_VERDICTS = tuple(Verdict)
_CODES = {verdict: code for code, verdict in enumerate(_VERDICTS)}
_REASONS = {int(reason): reason for reason in Reason}
_UNSETTLED = -1


class BacktestJournal:
    """A `DecisionRecord` in compact arrays: some hundred thousand candles fit easily.

    Figures are kept where an entry was wanted; of the other candles the reason is all there is.

    Parameters
    ----------
    timeframe, strategy : str
        Of every decision, whatever it names itself.
    clock : Clock
        The backtest's own.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the timeframe has no fixed length.
    """

    def __init__(self, timeframe: str, strategy: str, clock: Clock) -> None:
        self._timeframe = timeframe
        self._strategy = strategy
        self._clock = clock
        self._interval_ms = candle_interval_ms(timeframe)
        self._rows: dict[tuple[str, int], int] = {}
        self._actions = array("B")
        self._signals = array("H")
        self._verdicts = array("B")
        self._reasons = array("H")
        self._attempts = array("L")
        self._decided_ms = array("q")
        self._settled_ms = array("q")
        self._figures: dict[int, tuple[Mapping[str, Figure], Mapping[str, Figure]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Decision]:
        """Decisions in the order in which their candles were first seen."""
        return (self._decision(key) for key in self._rows)

    def record(self, decisions: Sequence[Decision]) -> None:
        """Keep what was decided; see `DecisionRecord.record`."""
        for decision in decisions:
            key = decision.pair, decision.candle_ms
            if key in self._rows:
                self._replace(key, self._decision(key).decided_again(decision))
            else:
                self._append(key, decision)

    def settle(
        self,
        pair: str,
        candle_ms: int,
        verdict: Verdict,
        reason: Reason,
        figures: Mapping[str, Figure],
    ) -> None:
        """Keep what came of an entry; see `DecisionRecord.settle`."""
        key, now_ms = (pair, candle_ms), self._clock.now_ms()
        if key not in self._rows:
            never = Reason.NOT_DECIDED
            own = pair, self._timeframe, candle_ms, never, now_ms, self._strategy
            self._append(key, undecided(*own))
        self._replace(key, self._decision(key).settled(verdict, reason, figures, now_ms))

    def counts(self, since_ms: int, until_ms: int) -> Counts:
        """How the candles ended that closed after `since_ms` and not after `until_ms`."""
        first, last = since_ms - self._interval_ms, until_ms - self._interval_ms
        codes = Counter(
            (self._verdicts[row], self._reasons[row])
            for (_, candle_ms), row in self._rows.items()
            if first < candle_ms <= last
        )
        return Counter({(_VERDICTS[v], _REASONS[r]): number for (v, r), number in codes.items()})

    def refused(self, pair: str, since_ms: int, until_ms: int) -> list[Decision]:
        """Entries that were refused on candles that opened in between; see `DecisionRecord`."""
        refused = _CODES[Verdict.REFUSED]
        found = (
            self._decision(key)
            for key, row in self._rows.items()
            if self._verdicts[row] == refused and key[0] == pair and since_ms <= key[1] <= until_ms
        )
        return sorted(found, key=lambda decision: decision.candle_ms)

    def _append(self, key: tuple[str, int], decision: Decision) -> None:
        self._rows[key] = len(self._rows)
        self._actions.append(decision.action)
        self._signals.append(decision.signal)
        self._verdicts.append(_CODES[decision.verdict])
        self._reasons.append(decision.reason)
        self._attempts.append(decision.attempts)
        self._decided_ms.append(decision.decided_ms)
        settled_ms = decision.settled_ms
        self._settled_ms.append(_UNSETTLED if settled_ms is None else settled_ms)
        if decision.verdict is not Verdict.NONE:
            self._keep_figures(key, decision)

    def _replace(self, key: tuple[str, int], decision: Decision) -> None:
        row = self._rows[key]
        self._actions[row] = decision.action
        self._signals[row] = decision.signal
        self._verdicts[row] = _CODES[decision.verdict]
        self._reasons[row] = decision.reason
        self._attempts[row] = decision.attempts
        self._decided_ms[row] = decision.decided_ms
        settled_ms = decision.settled_ms
        self._settled_ms[row] = _UNSETTLED if settled_ms is None else settled_ms
        self._keep_figures(key, decision)

    def _keep_figures(self, key: tuple[str, int], decision: Decision) -> None:
        kept = storable_figures(decision.figures), storable_figures(decision.outcome)
        self._figures[self._rows[key]] = kept

    def _decision(self, key: tuple[str, int]) -> Decision:
        row = self._rows[key]
        figures, outcome = self._figures.get(row, ({}, {}))
        settled_ms = self._settled_ms[row]
        return Decision(
            pair=key[0],
            timeframe=self._timeframe,
            candle_ms=key[1],
            action=Action(self._actions[row]),
            signal=_REASONS[self._signals[row]],
            verdict=_VERDICTS[self._verdicts[row]],
            reason=_REASONS[self._reasons[row]],
            decided_ms=self._decided_ms[row],
            strategy=self._strategy,
            figures=figures,
            outcome=outcome,
            attempts=self._attempts[row],
            settled_ms=None if settled_ms == _UNSETTLED else settled_ms,
        )
