"""Trades forced upon a live bot through its API, of every kind that ends in another way."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from freqtrade_process import FreqtradeProcess, wait_for

from aurum_plugins.sandbox.faults import FaultPlan
from aurum_plugins.sandbox.server import SandboxServer

BASES = ("BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LINK", "LTC")
PAIRS = tuple(f"{base}/USDT" for base in BASES)
# Where a fill's commission has more than eight decimals, so that the exchange cuts it. freqtrade
# keeps the commission of one sale a trade; these positions are therefore sold in one order.
SOLD_WHOLE = frozenset({"BTC/USDT", "ETH/USDT"})
# How often each kind of order is sent, and the price of a limit order as a multiple of the touch;
# without one freqtrade asks the book. A far limit waits in vain, a near one below fills at once.
ENTRIES = {"market": 5, "limit": 5, "far limit": 1}
EXITS = {"market": 5, "limit": 5, "far limit": 1}
WHOLE_EXITS = {"market": 1, "through limit": 1}
ENTRY_PRICES = {"far limit": 0.97}
EXIT_PRICES = {"far limit": 1.03, "through limit": 0.98}
# Quote currency. The exchange takes no order below 5: what an order left of a position may be worth
# less and is then kept, and larger remains are not divided on purpose.
SELLABLE_FROM = 6.0
DIVISIBLE_FROM = 40.0


class ForcedTrader:
    """Forces entries and exits; some orders meet a book in which too little is left.

    Parameters
    ----------
    bot : FreqtradeProcess
        In live mode with `force_entry_enable`.
    server : SandboxServer
        Where it trades.
    seed : int
        Fixes the choices, though not what the market makes of them.

    Attributes
    ----------
    refusals : Counter of str
        What freqtrade answered where nothing came of it.
    """

    def __init__(self, bot: FreqtradeProcess, server: SandboxServer, seed: int) -> None:
        self.bot = bot
        self.server = server
        self.refusals: Counter[str] = Counter()
        self._random = random.Random(seed)

    def trade_until(self, closed: int, seconds: float) -> None:
        """Trade until so many trades are closed, or fail after `seconds`."""

        def enough() -> bool:
            self.step()
            return int(self.bot.get("trades", limit=1)["total_trades"]) >= closed

        wait_for(f"{closed} closed trades", enough, seconds)

    def step(self, *, enters: bool = True) -> None:
        """Do the next thing in every pair that has no open order."""
        trades = {trade["pair"]: trade for trade in self.bot.get("status")}
        for pair in PAIRS:
            trade = trades.get(pair)
            if trade is None:
                if enters:
                    self._enter(pair, self._pick(ENTRIES), thin=self._random.random() < 0.35)
            elif _is_sellable(trade):
                self._exit(trade)

    def leave_orders_open(self) -> None:
        """Have one entry wait far below the market, and one for the rest of what it wanted."""

        def free() -> list[str]:
            self.step(enters=False)
            taken = {trade["pair"] for trade in self.bot.get("status")}
            pairs = [pair for pair in PAIRS if pair not in taken]
            return pairs if len(pairs) > 1 else []

        thin, far, *_ = wait_for("two free pairs", free, 60)
        self._enter(thin, "limit", thin=True)
        self._enter(far, "far limit", thin=False)

    def close_all(self, seconds: float) -> None:
        """Sell all that can be sold, and wait until no order is open."""

        def done() -> bool:
            trades = self.bot.get("status")
            for trade in filter(_is_sellable, trades):
                self._order("forceexit", tradeid=str(trade["trade_id"]), ordertype="market")
            return not any(t["has_open_orders"] or _is_sellable(t) for t in trades)

        wait_for("end of all orders", done, seconds)

    def _enter(self, pair: str, way: str, *, thin: bool) -> None:
        terms = self._terms(pair, way, ENTRY_PRICES)
        stake = round(self._random.uniform(100, 400), 2)
        with self._depth(pair, thin=thin):
            self._order("forceenter", pair=pair, stakeamount=stake, **terms)

    def _exit(self, trade: dict[str, Any]) -> None:
        pair = trade["pair"]
        whole = pair in SOLD_WHOLE
        terms = self._terms(pair, self._pick(WHOLE_EXITS if whole else EXITS), EXIT_PRICES)
        sold_before = any(order["ft_order_side"] == "sell" for order in trade["orders"])
        divisible = not (whole or sold_before) and trade["stake_amount"] > DIVISIBLE_FROM
        with self._depth(pair, thin=divisible and self._random.random() < 0.4):
            self._order("forceexit", tradeid=str(trade["trade_id"]), **terms)

    def _order(self, path: str, **body: Any) -> None:
        try:
            self.bot.post(path, **body)
        except requests.HTTPError as error:
            self.refusals[_reason(error.response)] += 1

    def _pick(self, ways: dict[str, int]) -> str:
        return self._random.choices(list(ways), list(ways.values()))[0]

    def _terms(self, pair: str, way: str, prices: dict[str, float]) -> dict[str, Any]:
        terms: dict[str, Any] = {"ordertype": way.rsplit(maxsplit=1)[-1]}
        if way in prices:
            terms["price"] = self._bid(pair) * prices[way]
        return terms

    def _bid(self, pair: str) -> float:
        url = f"{self.server.url}/api/v3/ticker/bookTicker"
        answer = requests.get(url, params={"symbol": pair.replace("/", "")}, timeout=10)
        return float(answer.json()["bidPrice"])

    @contextmanager
    def _depth(self, pair: str, *, thin: bool) -> Iterator[None]:
        """Let orders take but a part of what they could, meanwhile."""
        injector = self.server.exchange.injector
        if thin:
            rule = {
                "kind": "partial_fill",
                "liquidity": round(self._random.uniform(0.3, 0.7), 2),
                "route": "binance.order.new",
                "symbol": pair.replace("/", ""),
            }
            injector.arm(FaultPlan.model_validate({"rules": [rule]}))
        try:
            yield
        finally:
            injector.disarm()


def _is_sellable(trade: dict[str, Any]) -> bool:
    return not trade["has_open_orders"] and trade["stake_amount"] >= SELLABLE_FROM


def _reason(answer: requests.Response) -> str:
    """What freqtrade complains of, without the pair."""
    is_json = answer.headers["content-type"].startswith("application/json")
    text = str(answer.json()["error"] if is_json else answer.text).split(": ", 1)[-1]
    return re.sub(r" ?\b[A-Z]+/USDT\b.*", "", text)
