"""Live mode on the sandbox: what the exchange holds and what freqtrade wrote down are the same."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from re import findall

import ccxt
import pytest
from forced_trader import SOLD_WHOLE, ForcedTrader
from freqtrade_process import ROOT, FreqtradeProcess, merge
from pydantic import SecretStr
from trade_books import UNIT, TradeBooks
from wide_limits import WIDE_CHECKS, WIDE_RISK

from aurum_plugins.sandbox.config import AccountConfig, SandboxConfig
from aurum_plugins.sandbox.matching import Account, Order, OrderStatus, Side
from aurum_plugins.sandbox.server import SandboxServer

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(600)]

KEY, SECRET = "live-trading-test", "a-secret-of-the-sandbox"
ZERO = Decimal(0)
TRADES = 200
# Lengths that let the strategy neither enter nor exit while the test does, and limits that let the
# test's own entries pass.
QUIET = {
    "breakout": {"entry_candles": 450, "exit_candles": 450},
    "risk": WIDE_RISK,
    "checks": WIDE_CHECKS,
}
CCXT_STATUS = {
    OrderStatus.FILLED: "closed",
    OrderStatus.CANCELED: "canceled",
    OrderStatus.EXPIRED: "expired",
}
# freqtrade's answers to a forced order of which nothing came, all in good order.
HARMLESS = {
    "Failed to enter position for",  # an immediate-or-cancel order that met no price
    "Failed to exit trade.",  # too little is left to be sold
    "invalid argument",  # the trade was closed in this moment
    "position for",  # the strategy was quicker
}


def sandbox(seed: int, *, pay_fees_in_bnb: bool = False) -> SandboxServer:
    account = AccountConfig(
        api_key=KEY,
        secret=SecretStr(SECRET),
        balances={"USDT": Decimal(10_000), "BNB": Decimal(1)},
        pay_fees_in_bnb=pay_fees_in_bnb,
    )
    config = SandboxConfig(
        port=0, seed=seed, accounts=(account,), request_weight=None, orders_per_10s=None
    )
    return SandboxServer(config)


def live_bot(server: SandboxServer, folder: Path) -> FreqtradeProcess:
    overlay = {
        "add_config_files": [str(ROOT / "configs" / "sandbox_live.json")],
        "exchange": {"key": KEY, "secret": SECRET},
        "force_entry_enable": True,
        "aurum": QUIET,
        "unfilledtimeout": {"entry": 2, "exit": 2, "unit": "seconds"},
        "order_time_in_force": {"entry": "GTC", "exit": "GTC"},
    }
    return FreqtradeProcess(folder, server.url, overlay)


class ExchangeBooks:
    """What the sandbox knows of the account."""

    def __init__(self, server: SandboxServer) -> None:
        self._url = server.url
        account = server.exchange.engine.account(KEY)
        assert account is not None
        self.account: Account = account
        self.orders = {str(order.order_id): order for order in self.account.orders.values()}
        self.unexplained = server.exchange.engine.reconcile(self.account)

    def balances(self) -> dict[str, Decimal]:
        """Free and locked together, as a client that signs its request is told."""
        api = dict.fromkeys(("public", "private"), f"{self._url}/api/v3")
        client = ccxt.binance({"apiKey": KEY, "secret": SECRET, "urls": {"api": api}})
        rows = client.privateGetAccount({})["balances"]
        return {row["asset"]: Decimal(row["free"]) + Decimal(row["locked"]) for row in rows}

    @staticmethod
    def fee(order: Order, asset: str | None) -> Decimal:
        return sum((f.commission for f in order.fills if f.commission_asset == asset), ZERO)


def largest_difference(one: dict[str, Decimal], other: dict[str, Decimal]) -> Decimal:
    return max(abs(one.get(asset, ZERO) - other.get(asset, ZERO)) for asset in one | other)


def assert_same_orders(books: TradeBooks, exchange: ExchangeBooks, log: str) -> None:
    """Each order of the exchange is in the database once, except entries that bought nothing.

    freqtrade does not keep those, and says so in its log: they are accounted for, too. Nor are
    those lost sight of that it finds again, when a forced exit and its own loop cross each other
    and it asks the exchange for every order of the pair.
    """
    booked = Counter(order.order_id for order in books.orders)
    assert booked.total() == len(booked), "an order is in the database twice"
    assert booked.keys() <= exchange.orders.keys(), "the exchange never saw some order"
    dropped = [exchange.orders[name] for name in exchange.orders.keys() - booked.keys()]
    assert all(order.side is Side.BUY and not order.executed for order in dropped)
    assert not any(order.is_open for order in dropped)
    found_again = [
        exchange.orders[name]
        for name in findall(r"Found previously unknown order (\d+) for", log)
        if exchange.orders[name].side is Side.BUY and not exchange.orders[name].executed
    ]
    removed = log.count("order fully cancelled. Removing")
    unfilled = removed + log.count("zero amount is fulfilled")
    assert len(dropped) + len(found_again) == unfilled

    bought = {int(name) for name, order in exchange.orders.items() if order.side is Side.BUY}
    created = sorted(int(name) for name in findall(r"Order (\d+) was created for", log))
    assert created == sorted(bought), "an entry was doubled or lost"
    names = Counter(order.client_order_id for order in exchange.orders.values())
    assert names.total() == len(names), "a client order id was used twice"


def assert_same_figures(books: TradeBooks, exchange: ExchangeBooks) -> Decimal:
    """Order by order: state, quantity, cost, and the fee if it was taken from what was received.

    Returns the largest difference.
    """
    largest = ZERO
    for booked in books.orders:
        order = exchange.orders[booked.order_id]
        assert not booked.is_open
        assert booked.status == CCXT_STATUS[order.status], booked
        is_sale_in_parts = booked.side == "sell" and booked.fee_is_derived
        assert not (is_sale_in_parts and booked.pair in SOLD_WHOLE), "its fee is an estimate"
        brings = booked.pair.split("/")[0 if booked.side == "buy" else 1]
        differences = (
            booked.filled - order.executed,
            booked.cost - order.cumulative_quote,
            booked.fee - exchange.fee(order, brings),
        )
        largest = max(largest, *map(abs, differences))
        assert largest <= UNIT, (booked, order)
    return largest


@pytest.mark.parametrize("seed", [1])
def test_balances_and_trade_database_agree(seed: int, tmp_path: Path) -> None:
    """Real signed orders, partial fills, expired orders, a restart: both sides' books agree.

    What is compared, asset by asset and to 1e-8: the balances that the exchange tells a client that
    signs its request, and the balances that follow from the initial funds and freqtrade's database
    (see `TradeBooks` for the columns); then every single order's state, quantity, cost and fee.
    """
    began = time.monotonic()
    with sandbox(seed) as server:
        bot = live_bot(server, tmp_path)
        trader = ForcedTrader(bot, server, seed)
        with bot:
            trader.trade_until(TRADES // 2, 240)
            trader.leave_orders_open()
            bot.stop()
            halfway = TradeBooks(bot.database)
            booked_open = {order.order_id for order in halfway.orders if order.is_open}
            waiting = {n for n, order in ExchangeBooks(server).orders.items() if order.is_open}
            merge(bot.config, {"order_time_in_force": {"entry": "IOC"}})
            bot.start()
            trader.trade_until(TRADES + 2, 240)
            trader.close_all(30)
        books, exchange = TradeBooks(bot.database), ExchangeBooks(server)
        shown = exchange.balances()
    log = " ".join(bot.log.read_text().split())  # its lines are wrapped

    assert waiting
    assert waiting <= booked_open
    assert halfway.open_trades
    assert len(books.closed_trades) >= TRADES
    assert books.orphans == 0
    assert exchange.unexplained == {}
    assert_same_orders(books, exchange, log)
    largest = assert_same_figures(books, exchange)
    difference = largest_difference(shown, books.balances(exchange.account.initial))
    assert difference <= UNIT

    orders = exchange.orders.values()
    states = Counter(f"{order.type} {order.status}" for order in orders)
    partly = Counter(
        f"{order.side} {order.type} {order.status}"
        for order in orders
        if 0 < order.executed < order.quantity
    )
    unfilled = Counter(str(order.status) for order in orders if not order.executed)
    print(
        f"\n{len(books.closed_trades)} trades closed, {len(books.open_trades)} left open; "
        f"1 restart with {len(halfway.open_trades)} trades and {len(waiting)} orders open\n"
        f"{len(orders)} orders, {len(exchange.account.fills)} fills: {dict(sorted(states.items()))}"
        f"\npartly filled: {dict(sorted(partly.items()))}; not at all: {dict(unfilled)}"
        f"\nfees derived from a rate: {sum(order.fee_is_derived for order in books.orders)}; "
        f"refused: {dict(trader.refusals)}\n"
        f"largest difference: balances {difference}, single orders {largest}; "
        f"{time.monotonic() - began:.0f} s"
    )
    assert trader.refusals.keys() <= HARMLESS
    assert states.keys() >= {"MARKET FILLED", "LIMIT FILLED"}
    assert partly.keys() >= {
        f"{side} {end}" for side in Side for end in ("MARKET EXPIRED", "LIMIT CANCELED")
    } | {"BUY LIMIT EXPIRED"}
    assert unfilled.keys() >= {"CANCELED", "EXPIRED"}


def test_fees_in_a_third_asset_leave_the_others_exact(tmp_path: Path) -> None:
    """With fees paid in BNB every other asset agrees; freqtrade keeps no account of the BNB."""
    with sandbox(2, pay_fees_in_bnb=True) as server:
        bot = live_bot(server, tmp_path)
        trader = ForcedTrader(bot, server, 2)
        with bot:
            trader.trade_until(24, 120)
            trader.close_all(30)
        books, exchange = TradeBooks(bot.database), ExchangeBooks(server)
        shown, computed = exchange.balances(), books.balances(exchange.account.initial)

    assert {order.fee_currency for order in books.orders if order.filled} == {"BNB"}
    assert exchange.unexplained == {}
    assert_same_figures(books, exchange)
    assert shown.pop("BNB") < computed.pop("BNB")
    assert largest_difference(shown, computed) <= UNIT
