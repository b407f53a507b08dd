"""Time passes over the open orders."""

from __future__ import annotations

from collections import defaultdict
from itertools import count

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.matching.accounts import Account
from aurum_plugins.sandbox.matching.execution import Execution
from aurum_plugins.sandbox.matching.live import LiveOrder
from aurum_plugins.sandbox.matching.resting import RestingOrders
from aurum_plugins.sandbox.matching.scan import Moment, Scan
from aurum_plugins.sandbox.matching.settlement import Settlement

# Base candles that are looked through at once: bounds memory over months of waiting.
BLOCK_CANDLES = 4_096


class Passage:
    """Visits every second once, in the order of time over all symbols.

    The order matters across symbols, too: what one order brings in may pay another's commission.

    Parameters
    ----------
    market : Market
        Gives the prices.
    execution : Execution
        Takes triggered stop orders.
    settlement : Settlement
        Books the fills.
    participation : float
        Share of a second's volume that resting orders may take.

    Attributes
    ----------
    second_ms : int
        UTC milliseconds of the last second that was visited.
    liquidity : float
        Further share of what resting and triggered orders get, 0 to 1.
    """

    def __init__(
        self, market: Market, execution: Execution, settlement: Settlement, participation: float
    ) -> None:
        self._market = market
        self._execution = execution
        self._settlement = settlement
        self._participation = participation
        self._resting: defaultdict[str, RestingOrders] = defaultdict(RestingOrders)
        self._waiting: dict[int, LiveOrder] = {}
        self._sequence = count()
        self.second_ms = 0
        self.liquidity = 1.0

    def add(self, live: LiveOrder) -> None:
        """Let an order wait; it can fill from the next second on."""
        live.sequence = next(self._sequence)
        self._waiting[live.order.order_id] = live
        self._resting[live.order.symbol].add(live)

    def waiting(self, account: Account, symbol: str | None = None) -> list[LiveOrder]:
        """Waiting orders of an account, in one symbol or in all, oldest first."""
        return [
            live
            for _, live in sorted(self._waiting.items())
            if live.account is account and symbol in {None, live.order.symbol}
        ]

    def remove(self, live: LiveOrder) -> None:
        """Take a waiting order out."""
        del self._waiting[live.order.order_id]
        self._resting[live.order.symbol].remove(live)

    def advance(self, now_ms: int) -> None:
        """Visit the seconds that have begun since the last visit."""
        end_ms = (now_ms // SECOND_MS + 1) * SECOND_MS
        block_ms = BLOCK_CANDLES * self._market.tape.interval_ms
        while (start_ms := self.second_ms + SECOND_MS) < end_ms and self._waiting:
            stop_ms = min(end_ms, start_ms + block_ms)
            self._visit(start_ms, stop_ms)
            self.second_ms = stop_ms - SECOND_MS
        self.second_ms = max(self.second_ms, end_ms - SECOND_MS)

    def _visit(self, start_ms: int, end_ms: int) -> None:
        scans: dict[str, Scan] = {}
        heads: dict[str, Moment] = {}
        for symbol in sorted(self._resting):
            resting = self._resting[symbol]
            if len(resting) > 0:
                scans[symbol] = Scan(self._market, symbol, start_ms, end_ms)
                self._look_ahead(symbol, scans[symbol], start_ms, heads)
        while heads:
            symbol = min(heads, key=lambda name: (heads[name].second_ms, name))
            moment = heads.pop(symbol)
            self._pass(symbol, moment)
            self._look_ahead(symbol, scans[symbol], moment.second_ms + SECOND_MS, heads)

    def _look_ahead(self, symbol: str, scan: Scan, after_ms: int, heads: dict[str, Moment]) -> None:
        resting = self._resting[symbol]
        moment = scan.next(after_ms, resting.reach) if len(resting) > 0 else None
        if moment is not None:
            heads[symbol] = moment

    def _pass(self, symbol: str, moment: Moment) -> None:
        resting = self._resting[symbol]
        step = self._market.instrument(symbol).step
        flow = moment.volume / step * self._participation * self.liquidity
        for live, lots in resting.match(moment.ticks, flow):
            self._settlement.fill(
                live,
                ticks=live.price_ticks,
                lots=lots,
                time_ms=moment.second_ms,
                is_maker=True,
            )
            if not live.order.is_open:
                self.remove(live)
        for live in resting.triggered(moment.ticks):
            self.remove(live)
            self._settlement.start(live, moment.second_ms)
            if self._execution.enter(live, moment.second_ms, self.liquidity):
                self.add(live)
