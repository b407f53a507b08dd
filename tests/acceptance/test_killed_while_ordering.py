"""A live bot killed while it orders: one order for the decision, and freqtrade has it afterwards.

SIGKILL strikes while freqtrade waits for the answer to an order that the exchange has taken, or
has never seen, or whose answer was lost. The next process finds out, and takes up what it finds.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from freqtrade_process import ROOT, FreqtradeProcess, wait_for
from ordered_by_files import ENTER, EXIT, PAIR

from aurum_plugins.sandbox.config import AccountConfig, SandboxConfig
from aurum_plugins.sandbox.faults import FaultPlan
from aurum_plugins.sandbox.matching import Order, Side
from aurum_plugins.sandbox.server import SandboxServer

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

KEY, SECRET = "killed-bot-account", "a-secret-of-the-sandbox"
# Multiples of the touch: a limit that trades at once, and those that wait.
AT_ONCE_ENTRY, WAITING_ENTRY = "1.02", "0.9"
AT_ONCE_EXIT, WAITING_EXIT = "0.98", "1.1"
KNOWN_WITHIN = 30.0  # seconds from the restart on

# While freqtrade waits in vain, the exchange: has taken the order; has it and does not answer;
# has never seen it.
TAKEN = [{"kind": "latency", "delay_ms": 60_000, "when": "after", "route": "binance.order.new"}]
LOST = [
    {"kind": "reset_after", "route": "binance.order.new"},
    {"kind": "dark", "route": "binance.order.query"},
]
NEVER_SEEN = [{"kind": "dark", "hang_s": 60.0, "route": "binance.order.new"}]


class KilledBot:
    """A live bot, its exchange, and what both know of orders."""

    def __init__(self, bot: FreqtradeProcess, server: SandboxServer) -> None:
        self.bot = bot
        self.server = server
        account = server.exchange.engine.account(KEY)
        assert account is not None
        self.account = account

    def decide(self, file: Path, multiple: str) -> None:
        (self.bot.folder / file).write_text(multiple)

    def decide_nothing(self) -> None:
        for file in (ENTER, EXIT):
            (self.bot.folder / file).unlink(missing_ok=True)

    def orders(self, side: Side) -> list[Order]:
        return [order for order in list(self.account.orders.values()) if order.side is side]

    def states(self) -> list[str]:
        """Of all orders written down, in the order of sending."""
        return read(self.bot.records, "SELECT state FROM orders ORDER BY sent_ms")

    def booked(self) -> list[str]:
        """Of all orders in freqtrade's own database."""
        return read(self.bot.database, "SELECT order_id FROM orders ORDER BY id")

    def killed_on(self, rules: list[dict[str, Any]], file: Path, multiple: str) -> None:
        """Decide, and kill the bot once the fault has struck."""
        injector = self.server.exchange.injector
        injector.arm(FaultPlan.model_validate({"rules": rules}))
        self.decide(file, multiple)
        wait_for("order", lambda: len({hit.rule for hit in injector.log}) == len(rules), 30, 0.05)
        self.bot.kill()
        injector.disarm()

    def trades(self) -> list[dict[str, Any]]:
        return list(self.bot.get("status"))

    def restart(self) -> float:
        """Start again; the moment at which it began, seconds."""
        began = time.monotonic()
        self.bot.start()
        return began

    def assert_books_agree(self) -> None:
        assert self.booked() == [str(name) for name in sorted(self.account.orders)]
        assert self.server.exchange.engine.reconcile(self.account) == {}
        assert set(self.states()) <= {"settled", "taken", "refused"}


def read(database: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return [value for (value,) in connection.execute(query)]


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[KilledBot]:
    account = AccountConfig(api_key=KEY, secret=SECRET, balances={"USDT": Decimal(10_000)})
    config = SandboxConfig(port=0, accounts=(account,), request_weight=None, orders_per_10s=None)
    overlay = {
        "add_config_files": [str(ROOT / "configs" / "sandbox_live.json")],
        "strategy": "OrderedByFiles",
        "strategy_path": str(ROOT / "tests" / "support"),
        "exchange": {"key": KEY, "secret": SECRET, "pair_whitelist": [PAIR]},
        "stake_amount": 300.0,
        "custom_price_max_distance_ratio": 0.5,
        "aurum": {"breakout": {}},
    }
    with SandboxServer(config) as server:
        bot = FreqtradeProcess(tmp_path, server.url, overlay)
        with bot:
            yield KilledBot(bot, server)


def opened(killed: KilledBot) -> None:
    """Have a position, bought in peace."""
    killed.decide(ENTER, AT_ONCE_ENTRY)
    wait_for("position", lambda: [t for t in killed.trades() if not t["has_open_orders"]], 30)
    killed.decide_nothing()


@pytest.mark.parametrize("rules", [TAKEN, LOST], ids=["taken", "lost"])
def test_an_entry_that_filled_becomes_a_position(killed: KilledBot, rules) -> None:
    killed.killed_on(rules, ENTER, AT_ONCE_ENTRY)
    (order,) = killed.orders(Side.BUY)
    assert order.executed == order.quantity
    assert killed.booked() == []
    assert killed.states() in (["leaving"], ["unknown"])

    killed.decide_nothing()
    began = killed.restart()
    (trade,) = wait_for("position", killed.trades, KNOWN_WITHIN)
    print(f"known {time.monotonic() - began:.1f} s after the restart")
    assert time.monotonic() - began < KNOWN_WITHIN
    assert (trade["pair"], trade["enter_tag"]) == (PAIR, "recovered")
    assert [each["order_id"] for each in trade["orders"]] == [str(order.order_id)]
    wait_for("whole amount", lambda: not killed.trades()[0]["has_open_orders"], 10)
    assert Decimal(str(killed.trades()[0]["amount"])) <= order.executed
    killed.decide(EXIT, AT_ONCE_EXIT)
    wait_for("end of the trade", lambda: not killed.trades(), 30)
    assert [len(killed.orders(side)) for side in (Side.BUY, Side.SELL)] == [1, 1]
    killed.assert_books_agree()


def test_an_entry_that_waits_is_managed_again(killed: KilledBot) -> None:
    killed.killed_on(TAKEN, ENTER, WAITING_ENTRY)
    killed.decide_nothing()
    killed.restart()
    (trade,) = wait_for("trade", killed.trades, KNOWN_WITHIN)
    (order,) = killed.orders(Side.BUY)
    assert trade["has_open_orders"]
    assert [each["order_id"] for each in trade["orders"]] == [str(order.order_id)]
    killed.assert_books_agree()


def test_an_entry_that_never_arrived_is_sent_once(killed: KilledBot) -> None:
    killed.killed_on(NEVER_SEEN, ENTER, AT_ONCE_ENTRY)
    assert killed.orders(Side.BUY) == []
    killed.restart()  # it is still decided
    wait_for("position", killed.trades, KNOWN_WITHIN)
    killed.decide_nothing()
    assert len(killed.orders(Side.BUY)) == 1
    assert killed.states()[0] == "refused"
    killed.assert_books_agree()


@pytest.mark.parametrize("is_decided_still", [True, False])
def test_an_exit_that_filled_ends_the_trade(killed: KilledBot, is_decided_still: bool) -> None:
    opened(killed)
    killed.killed_on(TAKEN, EXIT, AT_ONCE_EXIT)
    (order,) = killed.orders(Side.SELL)
    assert order.executed == order.quantity
    if not is_decided_still:
        killed.decide_nothing()
    killed.restart()
    wait_for("end of the trade", lambda: not killed.trades(), KNOWN_WITHIN)
    assert len(killed.orders(Side.SELL)) == 1
    killed.assert_books_agree()


def test_an_exit_that_waits_is_managed_again(killed: KilledBot) -> None:
    opened(killed)
    killed.killed_on(TAKEN, EXIT, WAITING_EXIT)
    killed.restart()
    wait_for("open exit", lambda: killed.trades()[0]["has_open_orders"], KNOWN_WITHIN)
    (order,) = killed.orders(Side.SELL)
    booked = [each["order_id"] for each in killed.trades()[0]["orders"]]
    assert booked[-1] == str(order.order_id)
    killed.assert_books_agree()


def test_without_its_database_the_bot_does_not_start(killed: KilledBot) -> None:
    killed.bot.stop()
    killed.bot.records.write_bytes(b"no database, by any means")
    with pytest.raises(AssertionError, match="freqtrade ended at start-up"):
        killed.bot.start()
    assert "Live orders must be written down" in " ".join(killed.bot.log.read_text().split())
