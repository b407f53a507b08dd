"""Entries that the signal wanted, until each of them is ordered or refused."""

from __future__ import annotations

from collections import deque

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.execution.decision import Verdict
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.account import Account
from aurum_plugins.trading.decision_log import DecisionLog
from aurum_plugins.trading.host import Host
from aurum_plugins.trading.resumed import Resumed
from aurum_plugins.trading.untried_entry import UntriedEntry

# Older orders are forgotten: the rate is measured on an hour, and a clock may be set back.
REMEMBERED_MS = 2 * HOUR_MS


class WantedEntries:
    """Sees to it that none is left without an answer, and that the journal has the last one.

    Candles are named by when they opened, UTC milliseconds.

    Parameters
    ----------
    host : Host
    log : DecisionLog
    """

    def __init__(self, host: Host, log: DecisionLog) -> None:
        self._host = host
        self._log = log
        self._pending: set[tuple[str, int]] = set()
        self._sized: dict[str, tuple[int, float]] = {}
        self._approved: dict[str, int] = {}
        self._said: dict[str, tuple[int, Reason]] = {}
        self._sent_ms: deque[int] = deque()

    @property
    def sent_ms(self) -> tuple[int, ...]:
        """When the last orders were sent, UTC milliseconds, the oldest first."""
        return tuple(self._sent_ms)

    def resume(self, resumed: Resumed) -> None:
        """Take over what an earlier process ordered, and answer what it did not come to try."""
        self._sent_ms.extend(sorted(resumed.sent_ms))
        for entry in sorted(resumed.approved, key=lambda entry: entry.candle_ms):
            self._approved[entry.pair] = entry.candle_ms
        for pair, candle_ms in resumed.pending:
            self._log.settle(pair, candle_ms, Verdict.REFUSED, Reason.INTERRUPTED, {})

    def decided(self, pair: str, candle_ms: int, *, wants: bool) -> None:
        """Take note of a pair's newest candle, and whether an entry is wanted on it."""
        # One that is decided once more, as after the pair came back, is open again.
        self._said.pop(pair, None)
        (self._pending.add if wants else self._pending.discard)((pair, candle_ms))

    def size(self, pair: str, candle_ms: int, stake: float) -> None:
        """Remember what risk allowed, quote currency."""
        self._sized[pair] = candle_ms, stake

    def stake(self, pair: str, candle_ms: int) -> float | None:
        """What risk allowed on the candle, quote currency; None if it was not asked."""
        sized_ms, stake = self._sized.get(pair, (None, 0.0))
        return stake if sized_ms == candle_ms else None

    def approve(self, pair: str, candle_ms: int, sent_ms: int | None = None) -> None:
        """An order stands for the candle, sent at a time; None if it is an older one."""
        self._pending.discard((pair, candle_ms))
        self._approved[pair] = candle_ms
        if sent_ms is not None:
            while self._sent_ms and self._sent_ms[0] < sent_ms - REMEMBERED_MS:
                self._sent_ms.popleft()
            self._sent_ms.append(sent_ms)

    def approved(self, pair: str) -> int | None:
        """The pair's last candle that an order stands for."""
        return self._approved.get(pair)

    def refuse(self, pair: str, candle_ms: int, refusal: Refusal) -> None:
        """Write a refusal down; the same one again and again only once."""
        self._pending.discard((pair, candle_ms))
        said = candle_ms, refusal.reason
        if self._approved.get(pair) == candle_ms or self._said.get(pair) == said:
            return
        self._log.settle(pair, candle_ms, Verdict.REFUSED, refusal.reason, refusal.figures)
        self._said[pair] = said

    def settle_untried(self, account: Account, free_slots: int) -> None:
        """Say why the bot did not ask for entries that the last loop wanted."""
        held = {position.pair for position in account.positions}
        for pair, candle_ms in sorted(self._pending):
            stake = self.stake(pair, candle_ms)
            entry = UntriedEntry(pair, candle_ms, pair in held, free_slots, stake, account.cash)
            self.refuse(pair, candle_ms, entry.refusal(self._host))
