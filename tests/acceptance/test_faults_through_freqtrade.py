"""Every kind of fault strikes a live freqtrade, which is alive and correct afterwards.

One bot trades on one sandbox, in live mode. Its strategy trades by itself on five pairs; the tests
force trades on the others, which are locked for the strategy. Each test breaks the exchange for a
while, trades meanwhile, mends it, and asks whether the bot runs, trades, and knows every order.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import requests
from freqtrade_process import ROOT, FreqtradeProcess, wait_for
from trade_books import TradeBooks
from wide_limits import WIDE_CHECKS, WIDE_RISK

from aurum_plugins.clock import DAY_MS, MINUTE_MS
from aurum_plugins.sandbox.config import AccountConfig, SandboxConfig
from aurum_plugins.sandbox.faults import FaultPlan
from aurum_plugins.sandbox.matching import Order, Side
from aurum_plugins.sandbox.server import SandboxServer

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(240)]

KEY, SECRET = "fault-test-account", "a-secret-of-the-sandbox"
FREE = ("BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT", "ADA/USDT")
ENTERED, EXITED, SPARE = "LINK/USDT", "LTC/USDT", "BNB/USDT"
HELD = ("DOGE/USDT", ENTERED, EXITED, SPARE)
STAKE = 300.0
OHLCV = ["open", "high", "low", "close", "volume"]
# Seconds: freqtrade pauses its loop for 30 after an error that reached the top of it.
PAUSE = 45
# The strategy trades often, and leaves the forced trades alone for the length of a test.
RESTLESS = {
    "breakout": {"entry_candles": 2, "exit_candles": 450},
    "risk": {**WIDE_RISK, "longest_hold_candles": 5},
    "checks": WIDE_CHECKS,
}

# What is wrong with each pair's candles.
CANDLES: dict[str, dict[str, Any]] = {
    "BTC/USDT": {"kind": "nan_candles", "newest": 3},
    "ETH/USDT": {"kind": "gapped_candles", "newest": 2, "fraction": 0.1},
    "SOL/USDT": {"kind": "zero_volume_candles", "newest": 3, "fraction": 0.1},
    "XRP/USDT": {"kind": "wrong_timestamps", "shift_ms": DAY_MS},
    "ADA/USDT": {"kind": "wrong_timestamps", "shift_ms": -2 * MINUTE_MS},
    "BNB/USDT": {"kind": "wrong_timestamps", "shift_ms": MINUTE_MS // 2},
    "DOGE/USDT": {"kind": "stale_candles", "lag_s": 180},
    "LINK/USDT": {"kind": "malformed_json"},
    "LTC/USDT": {"kind": "truncated_body"},
}
# Pairs that nobody may enter on such candles, because the newest says nothing.
SILENT = ("BTC/USDT", "SOL/USDT")

Rule = dict[str, Any]


class Desk:
    """A bot, its exchange, and what both know of orders."""

    def __init__(self, bot: FreqtradeProcess, server: SandboxServer) -> None:
        self.bot = bot
        self.server = server
        self.injector = server.exchange.injector
        self.account = server.exchange.engine.account(KEY)

    @contextmanager
    def faults(self, *rules: Rule) -> Iterator[None]:
        """Break the exchange for a while; every rule must have struck."""
        self.injector.arm(FaultPlan.model_validate({"seed": 1, "rules": rules}))
        try:
            yield
        finally:
            self.injector.disarm()
        struck = self.struck_ms().keys()
        assert len(struck) == len(rules), f"of {rules} only {struck} struck"

    def enter(self, pair: str, ordertype: str, price: float | None = None) -> str:
        """Force an entry; what the API says, "" if it is done."""
        terms = {"price": price} if price else {}
        return self.force("enter", pair=pair, stakeamount=STAKE, ordertype=ordertype, **terms)

    def exit(self, pair: str, ordertype: str, price: float | None = None) -> str:
        """Force an exit; what the API says, "" if it is done or there is nothing to sell."""
        trade = self.trade(pair)
        if trade is None:
            return ""
        terms = {"price": price} if price else {}
        return self.force("exit", tradeid=str(trade["trade_id"]), ordertype=ordertype, **terms)

    def force(self, what: str, **terms: Any) -> str:
        try:
            self.bot.post(f"force{what}", **terms)
        except requests.HTTPError as error:
            return error.response.text
        return ""

    def cancel(self, pair: str) -> None:
        """Cancel the open order of a pair; a trade that bought nothing goes with it."""
        trade = self.trade(pair)
        assert trade is not None, f"no open trade on {pair}"
        # freqtrade removes the trade, and then answers that there is none.
        with suppress(requests.HTTPError):
            self.bot.delete(f"trades/{trade['trade_id']}/open-order")
        assert self.is_closed(pair)

    def trade(self, pair: str) -> dict[str, Any] | None:
        """The open trade on a pair."""
        return next((t for t in self.bot.get("status") if t["pair"] == pair), None)

    def is_open(self, pair: str) -> bool:
        trade = self.trade(pair)
        return trade is not None and not trade["has_open_orders"]

    def is_closed(self, pair: str) -> bool:
        return self.trade(pair) is None

    def must_open(self, pair: str, seconds: float = 30) -> None:
        """Enter until the trade is there and its order done."""

        def opened() -> bool:
            return self.is_open(pair) or (self.is_closed(pair) and not self.enter(pair, "market"))

        wait_for(f"open trade on {pair}", opened, seconds)
        wait_for(f"filled entry on {pair}", partial(self.is_open, pair), seconds)

    def must_close(self, pair: str, seconds: float = 30) -> None:
        """Exit until the trade is gone."""

        def closed() -> bool:
            if self.is_open(pair):
                self.exit(pair, "market")
            return self.is_closed(pair)

        wait_for(f"closed trade on {pair}", closed, seconds, every=0.5)

    def orders(self, pair: str, side: Side) -> list[Order]:
        """What the exchange has of a pair's orders."""
        symbol = pair.replace("/", "")
        orders = list(self.account.orders.values())
        return [order for order in orders if order.symbol == symbol and order.side is side]

    def sent_orders(self) -> tuple[int, int]:
        """How many entries and exits the exchange took on the pairs of the fault tests."""
        return len(self.orders(ENTERED, Side.BUY)), len(self.orders(EXITED, Side.SELL))

    def touch(self, pair: str) -> float:
        """Best bid."""
        ticker = f"{self.server.url}/api/v3/ticker/bookTicker"
        answer = requests.get(ticker, params={"symbol": pair.replace("/", "")}, timeout=10)
        return float(answer.json()["bidPrice"])

    def assert_alive(self) -> None:
        """The process runs, says so, and its loop goes on."""
        assert self.bot.alive, self.bot.tail()
        assert self.bot.get("show_config")["state"] == "running", self.bot.tail()
        now = time.time()
        wait_for("process loop", lambda: self.bot.get("health")["last_process_ts"] > now + 1, PAUSE)

    def assert_same_orders(self) -> None:
        """Exchange and database know the same orders, except entries that bought nothing.

        freqtrade removes the trade of such an entry.
        """

        def differences() -> set[str]:
            booked = Counter(order.order_id for order in TradeBooks(self.bot.database).orders)
            assert booked.total() == len(booked), "an order is in the database twice"
            known = {str(name): order for name, order in list(self.account.orders.items())}
            bought_nothing = {
                name
                for name, order in known.items()
                if order.side is Side.BUY and not order.executed and not order.is_open
            }
            return (booked.keys() ^ known.keys()) - bought_nothing

        # The strategy may be between sending an order and writing it down.
        wait_for("agreement on orders", lambda: not differences(), 20)
        names = Counter(order.client_order_id for order in list(self.account.orders.values()))
        assert names.total() == len(names), "a client order id was used twice"
        engine = self.server.exchange.engine
        assert engine.reconcile(self.account) == {}

    def struck_ms(self) -> dict[int, int]:
        """When each rule of the plan struck first, UTC milliseconds, by its place in the plan."""
        return {fault.rule: fault.time_ms for fault in reversed(self.injector.log)}

    def candles(self, pair: str) -> pd.DataFrame:
        """What the bot holds of a pair's candles, by UTC milliseconds of their open."""
        answer = self.bot.get("pair_candles", pair=pair, timeframe="1m")
        table = pd.DataFrame(answer["data"], columns=answer["columns"])
        return table.set_index("__date_ts")

    def true_candles(self, pair: str) -> pd.DataFrame:
        """The newest 500 candles that are over, as the exchange has them."""
        terms = {"symbol": pair.replace("/", ""), "interval": "1m", "limit": "501"}
        rows = requests.get(f"{self.server.url}/api/v3/klines", params=terms, timeout=10).json()
        table = pd.DataFrame([row[:6] for row in rows[:-1]], columns=["open_ms", *OHLCV])
        return table.set_index("open_ms").astype(float)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    account = AccountConfig(api_key=KEY, secret=SECRET, balances={"USDT": Decimal(20_000)})
    config = SandboxConfig(port=0, accounts=(account,), request_weight=None, orders_per_10s=None)
    folder: Path = tmp_path_factory.mktemp("bot")
    overlay = {
        "add_config_files": [str(ROOT / "configs" / "sandbox_live.json")],
        "exchange": {
            "key": KEY,
            "secret": SECRET,
            "pair_whitelist": [*FREE, *HELD],
            "markets_refresh_interval": 1,  # minutes
        },
        "stake_amount": STAKE,
        "max_open_trades": len(FREE) + len(HELD),
        "force_entry_enable": True,
        "aurum": RESTLESS,
    }
    with SandboxServer(config) as server, FreqtradeProcess(folder, server.url, overlay) as bot:
        locks = [
            {"pair": pair, "side": "*", "until": "2100-01-01 00:00:00Z", "reason": "forced trades"}
            for pair in HELD
        ]
        bot.post("locks", locks)
        yield Desk(bot, server)


@dataclass(frozen=True)
class Case:
    """How the exchange breaks, and how the trades under it are ordered.

    Attributes
    ----------
    rules : sequence of dict
        The fault plan's.
    ordertype : str
        Of both trades.
    rests : bool
        Whether the entry is limited far below the market. Other limits are such that they fill.
    seconds : float
        How long the bot's loop goes on under faults once the trades are ordered.
    """

    rules: Sequence[Rule]
    ordertype: str = "market"
    rests: bool = False
    seconds: float = 2.0


def on_orders(kind: str, **fields: Any) -> list[Rule]:
    """Break the one entry and the one exit that a test sends."""
    return [
        {"kind": kind, "route": "binance.order.new", "symbol": pair.replace("/", ""), "count": 1}
        | fields
        for pair in (ENTERED, EXITED)
    ]


def on_everything(kind: str, **fields: Any) -> list[Rule]:
    return [{"kind": kind, **fields}]


ORDERS_LOST = {
    "reset_before": Case(on_orders("reset_before")),
    "reset_after": Case(on_orders("reset_after")),
    "reset_after, limit": Case(on_orders("reset_after"), "limit"),
    "reset_after, resting": Case(on_orders("reset_after"), "limit", rests=True),
    "truncated_body": Case(on_orders("truncated_body")),
    "malformed_json": Case(on_orders("malformed_json")),
    "500 after": Case(on_orders("server_error", status=500, when="after")),
    "503 after, limit": Case(on_orders("server_error", status=503, when="after"), "limit"),
    "504 after": Case(on_orders("server_error", status=504, when="after")),
    "dark from the order on": Case(
        [*on_orders("reset_after"), {"kind": "dark", "route": "binance.order.query"}]
    ),
    "unreadable from the order on": Case(
        [*on_orders("malformed_json"), {"kind": "malformed_json", "route": "binance.order.query"}]
    ),
    "dark before the order": Case(
        [*on_orders("dark"), {"kind": "dark", "route": "binance.order.query"}]
    ),
}

WHOLE_VENUE = {
    "reset_before": Case(on_everything("reset_before")),
    "reset_after": Case(on_everything("reset_after")),
    "latency": Case(on_everything("latency", delay_ms=300, jitter_ms=200)),
    "latency after": Case(on_everything("latency", delay_ms=300, jitter_ms=200, when="after")),
    "500": Case(on_everything("server_error", status=500)),
    "503": Case(on_everything("server_error", status=503)),
    # freqtrade waits longer after each such answer, with its exits locked: they end by themselves.
    "rate_limited": Case(on_everything("rate_limited", until_s=2)),
    "banned": Case(on_everything("banned", until_s=4, retry_after_s=4)),
    "malformed_json": Case(on_everything("malformed_json")),
    "truncated_body": Case(on_everything("truncated_body")),
    "dark": Case(on_everything("dark", hang_s=0.5), seconds=5),
    "clock behind": Case(on_everything("clock_skew", skew_ms=-60_000)),
    "clock ahead": Case(on_everything("clock_skew", skew_ms=60_000)),
    "stale market": Case(on_everything("stale_candles", lag_s=120)),
    "rejected orders": Case(on_everything("reject_order")),
}


def run(desk: Desk, case: Case) -> None:
    """Order one entry and one exit under faults, then set right what is left undone."""
    desk.must_close(ENTERED)  # what a failed test may have left
    desk.must_open(EXITED)
    entries, exits = desk.sent_orders()
    entry_bid, exit_bid = desk.touch(ENTERED), desk.touch(EXITED)
    is_limited = case.ordertype == "limit"
    entry_price = entry_bid * (0.95 if case.rests else 1.02) if is_limited else None
    exit_price = exit_bid * 0.98 if is_limited else None
    with desk.faults(*case.rules):
        desk.enter(ENTERED, case.ordertype, entry_price)
        desk.exit(EXITED, case.ordertype, exit_price)
        time.sleep(case.seconds)

    mended = time.monotonic()
    if case.rests:
        desk.cancel(ENTERED)
    else:
        desk.must_open(ENTERED)
    desk.must_close(EXITED)
    # One decision, one order: what was taken without an answer was found, not sent again.
    assert desk.sent_orders() == (entries + 1, exits + 1)
    desk.must_open(SPARE)
    desk.must_close(SPARE)
    assert time.monotonic() - mended < 30, "a normal trade took too long"
    desk.assert_alive()
    if not case.rests:
        desk.must_close(ENTERED)
    desk.assert_same_orders()


@pytest.mark.parametrize("name", ORDERS_LOST)
def test_an_order_without_an_answer_is_sent_once(desk: Desk, name: str) -> None:
    run(desk, ORDERS_LOST[name])


@pytest.mark.parametrize("name", WHOLE_VENUE)
def test_a_broken_venue_is_survived(desk: Desk, name: str) -> None:
    run(desk, WHOLE_VENUE[name])


def test_partial_fills_are_booked_as_they_came(desk: Desk) -> None:
    desk.must_open(EXITED)
    entries, exits = desk.sent_orders()
    with desk.faults({"kind": "partial_fill", "liquidity": 0.5, "route": "binance.order.*"}):
        desk.enter(ENTERED, "market")
        desk.exit(EXITED, "market")
        time.sleep(2)
    bought = desk.orders(ENTERED, Side.BUY)[entries:]
    sold = desk.orders(EXITED, Side.SELL)[exits:]
    assert any(0 < order.executed < order.quantity for order in (*bought, *sold))
    desk.must_open(ENTERED)
    desk.must_close(EXITED)
    desk.must_close(ENTERED)
    desk.assert_alive()
    desk.assert_same_orders()


def test_broken_candles_are_not_traded_on_and_not_kept(desk: Desk) -> None:
    for pair in HELD:
        desk.must_open(pair)
    rules = [
        fault | {"route": "binance.klines", "symbol": pair.replace("/", "")}
        for pair, fault in CANDLES.items()
    ]
    rules += [
        {"kind": "malformed_json", "route": "binance.exchange_info", "count": 1},
        {"kind": "malformed_json", "route": "binance.wallet.*", "count": 1},
    ]
    with desk.faults(*rules):
        wait_for("refresh of candles and markets", lambda: len(desk.struck_ms()) == len(rules), 70)
        time.sleep(4)  # the bot looks at what it got
        struck_ms = dict(zip(CANDLES, map(desk.struck_ms().get, range(len(CANDLES)))))
        shown = {pair: desk.candles(pair) for pair in CANDLES}
        now_ms = time.time() * 1_000

    for pair, candles in shown.items():
        assert candles.index.max() < now_ms, f"{pair}: a candle from the future"
        assert (candles.index % MINUTE_MS == 0).all(), f"{pair}: a candle off the grid"
    for pair in SILENT:
        assert shown[pair]["enter_long"].iloc[-1] != 1, f"a signal on {pair}"
        entered = [order.created_ms for order in desk.orders(pair, Side.BUY)]
        assert max(entered, default=0) < struck_ms[pair], f"an entry on {pair}"

    for pair in CANDLES:
        wait_for(f"true candles of {pair}", partial(holds_true_candles, desk, pair), 75, every=1)
    desk.assert_alive()
    for pair in HELD:
        desk.must_close(pair)
    desk.assert_same_orders()


def holds_true_candles(desk: Desk, pair: str) -> bool:
    """Whether the newest 500 candles that the bot holds are those of the exchange."""
    held, true = desk.candles(pair)[OHLCV], desk.true_candles(pair)
    return bool(true.index.isin(held.index).all()) and bool(
        np.allclose(held.loc[true.index].astype(float), true, rtol=1e-12)
    )
