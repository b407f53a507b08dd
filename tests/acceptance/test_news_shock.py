"""A shock in the news, the real bot, and the way back: on the simulated exchange."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import requests
from freqtrade_process import ROOT, wait_for
from lively_seed import lively_seed

from aurum_plugins.clock import MINUTE_MS, SECOND_MS
from aurum_plugins.soak.counted_exchange import counted_server
from aurum_plugins.soak.eager_strategy import make_eager
from aurum_plugins.soak.sandboxed_bot import SandboxedBot
from aurum_plugins.soak.sqlite_rows import read

pytestmark = pytest.mark.acceptance

HEADLINE = "Binance halts withdrawals after hot wallets are drained"
SENTIMENT = {
    # At the sandbox, whatever their addresses.
    "rss": {"one": "https://one.invalid/rss", "two": "https://two.invalid/rss"},
    "poll_seconds": 10.0,
    "shock": {
        # Two of severity 1 fall to 0.5 in two minutes.
        "half_life_minutes": 1.0,
        "release_level": 0.5,
        "shortest_minutes": 1.0,
        "brake": "exit",
    },
}
_HELD = """
SELECT DISTINCT trades.* FROM trades JOIN orders ON orders.ft_trade_id = trades.id
WHERE trades.is_open = 1 AND orders.ft_order_side = 'buy' AND orders.filled > 0
"""
_EXITS = """
SELECT trades.exit_reason, orders.order_date FROM trades
JOIN orders ON orders.ft_trade_id = trades.id
WHERE orders.ft_order_side = 'sell' AND orders.filled > 0
"""
# A loop each second, and what an order takes in it.
ONE_LOOP_MS = 3 * SECOND_MS


@dataclass
class Trading:
    """A bot that enters on most candles and keeps what it has, and its books."""

    bot: SandboxedBot
    url: str

    def opened(self) -> list[dict]:
        """Trades that are open; none before freqtrade has made its tables."""
        try:
            return read(self.bot.trades, "SELECT * FROM trades WHERE is_open = 1")
        except sqlite3.OperationalError:
            return []

    def held(self) -> list[dict]:
        """Open trades that bought something: the others vanish with their unfilled orders."""
        try:
            return read(self.bot.trades, _HELD)
        except sqlite3.OperationalError:
            return []

    def exits(self, since_ms: int) -> set[str]:
        """Why trades were left by orders that were sent after a time."""
        return {
            row["exit_reason"]
            for row in read(self.bot.trades, _EXITS)
            if pd.Timestamp(row["order_date"], tz="UTC").timestamp() * 1000 > since_ms
        }

    def left(self) -> list[dict]:
        """Trades that the brake ended."""
        query = "SELECT * FROM trades WHERE is_open = 0 AND exit_reason = 'news_shock'"
        return read(self.bot.trades, query)

    def entries(self, since_ms: int) -> list[dict]:
        """Entry orders sent after a time."""
        orders = read(self.bot.records, "SELECT * FROM orders WHERE side = 'buy'")
        return [order for order in orders if order["sent_ms"] > since_ms]

    def decided(self, reason: str) -> list[dict]:
        """Rows of the journal with a reason."""
        rows = read(self.bot.records, "SELECT * FROM decisions ORDER BY candle_ms")
        return [row for row in rows if row["reason"] == reason]

    def items(self) -> list[dict]:
        """The headline, as each feed's item."""
        items = read(self.bot.records, "SELECT * FROM sentiment_items ORDER BY seen_ms")
        return [item for item in items if item["text"] == HEADLINE]

    def log(self) -> str:
        return self.bot.logs[-1].read_text(errors="replace")


@pytest.fixture
def trading(tmp_path: Path) -> Iterator[Trading]:
    server, _ = counted_server(0, lively_seed(8, range(7, 27)))
    with server:
        bot = SandboxedBot(tmp_path, server.url, ROOT, live=True)
        make_eager(bot)
        bot.config["aurum"]["risk"] = {"position_cap": 0.01, "longest_hold_candles": 100}
        bot.config["aurum"]["sentiment"] = SENTIMENT
        bot.start()
        try:
            yield Trading(bot, server.url)
        finally:
            bot.stop()


def test_entries_stop_positions_are_left_somebody_is_told_and_it_goes_on(trading: Trading) -> None:
    wait_for("position", trading.held, 240)
    answer = requests.post(f"{trading.url}/sandbox/news", json={"title": HEADLINE}, timeout=5)
    assert answer.ok, answer.text

    items = wait_for(
        "items of both feeds", lambda: len(trading.items()) == 2 and trading.items(), 40
    )
    assert {item["event"] for item in items} == {"WITHDRAWALS_HALTED"}
    assert {item["suppressed"] for item in items} == {""}
    begun_ms = items[-1]["seen_ms"]

    wait_for("end of all positions", lambda: not trading.opened() and trading.left(), 30)
    # What had been left for another reason before it, or was never bought, is none of the brake's.
    assert trading.exits(begun_ms) == {"news_shock"}
    wait_for("refused entry", lambda: trading.decided("NEWS_SHOCK"), 100)
    refused = trading.decided("NEWS_SHOCK")[0]
    assert refused["verdict"] == "refused"
    assert refused["figures"]["outcome"]["subject"] == "binance"
    assert refused["figures"]["outcome"]["headline"] == HEADLINE

    # 2 * 2^-2 = 0.5, two minutes later.
    wait_for("end of the shock", lambda: "is over" in trading.log(), 150)
    wait_for("entry", lambda: trading.entries(begun_ms + 2 * MINUTE_MS), 240)
    entries = trading.entries(begun_ms + ONE_LOOP_MS)
    assert min(order["sent_ms"] for order in entries) >= begun_ms + 2 * MINUTE_MS - SECOND_MS

    messages = [line for line in trading.log().splitlines() if "strategy_msg" in line]
    assert [message for message in messages if HEADLINE in message]
    assert not trading.bot.errors()
