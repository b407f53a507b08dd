"""One row of the journal for each closed candle of each pair."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from aurum_plugins.execution.decision import Decision, Verdict, undecided
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.trading.decided_rows import DecidedRow
from aurum_plugins.trading.decision_log import DecisionLog

# Candles that are written down as missed at most, the newest.
LONGEST_GAP: Final = 1_000


class CandleLog:
    """Sees to it that no candle is written down twice, and none is left out.

    Parameters
    ----------
    log : DecisionLog
    timeframe : str
        For example "1h".
    interval_ms : int
        Length of a candle in milliseconds.
    strategy : str
    """

    def __init__(self, log: DecisionLog, timeframe: str, interval_ms: int, strategy: str) -> None:
        self._log = log
        self._timeframe = timeframe
        self._interval_ms = interval_ms
        self._strategy = strategy
        self._newest: dict[str, int] = {}
        self._unasked: dict[str, int] = {}

    def resume(self, newest: Mapping[str, int]) -> None:
        """Go on after the newest candle of each pair that was written down, UTC milliseconds."""
        self._newest |= newest

    def decide(
        self, now_ms: int, rows: Mapping[str, DecidedRow | None], held: Collection[str]
    ) -> dict[tuple[str, int], bool]:
        """Write down candles that were not written down yet.

        Parameters
        ----------
        now_ms : int
            UTC milliseconds.
        rows : mapping of str to DecidedRow or None
            The newest closed candle of each pair.
        held : collection of str
            Pairs with a position or an entry order.

        Returns
        -------
        dict of (str, int) to bool
            For each new candle, by pair and when it opened: whether an entry is wanted on it.
        """
        decisions: list[Decision] = []
        wanted: dict[tuple[str, int], bool] = {}
        for pair, row in rows.items():
            if row is None or not self._is_new(pair, row.candle_ms):
                continue
            decisions += self._missed(now_ms, pair, row.candle_ms)
            decisions.append(self._decision(now_ms, pair, row, held=pair in held))
            self._newest[pair] = row.candle_ms
            enters = row.action is Action.ENTER and pair not in held
            wanted[pair, row.candle_ms] = enters
        if decisions:
            self._log.record(decisions)
        return wanted

    def keep_only(self, pairs: Collection[str]) -> None:
        """Forget pairs that are not traded any more: who comes back later has missed nothing."""
        for pair in set(self._newest).difference(pairs):
            del self._newest[pair]

    def undecided(self, now_ms: int, pair: str, candle_ms: int, reason: Reason) -> None:
        """Write down a closed candle on which the signal could not be asked; it still may be."""
        if not self._is_new(pair, candle_ms) or self._unasked.get(pair) == candle_ms:
            return
        missed = self._missed(now_ms, pair, candle_ms)
        self._unasked[pair] = candle_ms
        # So that the candles before it are not written down once more.
        self._newest[pair] = candle_ms - self._interval_ms
        self._log.record([*missed, self._undecided(now_ms, pair, candle_ms, reason)])

    def _is_new(self, pair: str, candle_ms: int) -> bool:
        known = self._newest.get(pair)
        return known is None or candle_ms > known

    def _missed(self, now_ms: int, pair: str, candle_ms: int) -> list[Decision]:
        """Candles between the newest decided one and this one."""
        known = self._newest.get(pair)
        if known is None:
            return []
        unseen = range(known + self._interval_ms, candle_ms, self._interval_ms)[-LONGEST_GAP:]
        return [
            self._undecided(now_ms, pair, missed, Reason.MISSED)
            for missed in unseen
            if missed != self._unasked.get(pair)
        ]

    def _decision(self, now_ms: int, pair: str, row: DecidedRow, *, held: bool) -> Decision:
        enters = row.action is Action.ENTER
        if enters and held:
            verdict, reason = Verdict.REFUSED, Reason.POSITION_OPEN
        else:
            verdict, reason = (Verdict.PENDING if enters else Verdict.NONE), row.reason
        return Decision(
            pair=pair,
            timeframe=self._timeframe,
            candle_ms=row.candle_ms,
            action=row.action,
            signal=row.reason,
            verdict=verdict,
            reason=reason,
            decided_ms=now_ms,
            strategy=self._strategy,
            figures=row.figures,
        )

    def _undecided(self, now_ms: int, pair: str, candle_ms: int, reason: Reason) -> Decision:
        return undecided(pair, self._timeframe, candle_ms, reason, now_ms, self._strategy)
