"""Ten minutes of everything that goes wrong, on the virtual clock, in seconds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from virtual_trader import KEY, PAIRS, SECRET, VirtualTrader

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.execution.decision import Verdict
from aurum_plugins.market_data.consensus import Consensus
from aurum_plugins.market_data.simulated_venues import at_sandbox
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings
from aurum_plugins.reasons import Reason
from aurum_plugins.sandbox import AccountConfig, SandboxConfig, SandboxServer
from aurum_plugins.sandbox.faults import load_plan
from aurum_plugins.soak.journal_audit import NOT_TAKEN

START_MS = 1_795_341_600_000
MINUTES = 10
# Of the plan's first ten minutes.
LIAR, WINDOW = "coinbase", (100, 150)
DARK, DARK_UNTIL_S = "kraken", 90
PLAN = Path(__file__).parents[3] / "configs" / "faults" / "soak.json"
SOURCE = {"requests_per_minute": 600, "ccxt_config": {"enableRateLimit": False}}
SETTINGS = VenueSettings(
    sources={
        "binance": SourceSettings(**SOURCE),
        "coinbase": SourceSettings(currencies=("USD",), **SOURCE),
        "kraken": SourceSettings(currencies=("USD",), **SOURCE),
    }
)


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    account = AccountConfig(api_key=KEY, secret=SECRET, balances={"USDT": Decimal(10_000)})
    config = SandboxConfig(port=0, accounts=(account,), clock_start_ms=START_MS, history_days=3)
    with SandboxServer(config) as running:
        yield running


@pytest.fixture
def trader(server: SandboxServer, tmp_path: Path) -> Iterator[VirtualTrader]:
    made = VirtualTrader(server, tmp_path, at_sandbox(SETTINGS, server.url))
    yield made
    made.close()


@pytest.mark.parametrize("seed", range(int(os.environ.get("AURUM_SOAK_SEEDS", "2"))))
def test_nothing_is_lost_or_doubled_and_every_candle_is_decided(
    server: SandboxServer, trader: VirtualTrader, seed: int
) -> None:
    prices: list[tuple[int, float, float]] = []
    excluded: list[tuple[int, bool]] = []

    def look() -> None:
        now_ms = trader.clock.now_ms()
        word = trader.feed.board.consensus("BTC/USDT", now_ms)
        excluded.append((now_ms, LIAR in word.excluded))
        if isinstance(word, Consensus):
            true = server.exchange.market.last_price("BTCUSDT", now_ms)
            prices.append((now_ms, word.price, true))

    trader.run_until(START_MS + MINUTE_MS, look)
    server.exchange.injector.arm(load_plan(PLAN).model_copy(update={"seed": seed}))
    armed_ms = trader.clock.now_ms()
    trader.run_until(START_MS + (MINUTES - 1) * MINUTE_MS, look)
    server.exchange.injector.disarm()
    trader.run_until(START_MS + MINUTES * MINUTE_MS, look)

    assert_all_decided(trader)
    assert_books_agree(trader)
    assert_venues_came_back(trader, armed_ms)
    # The liar is out with its second quote at the latest, and never moves the price.
    lying = [out for at_ms, out in excluded if WINDOW[0] < (at_ms - armed_ms) / 1_000 < WINDOW[1]]
    assert len(lying) > 5
    assert all(lying[2:])
    assert len(prices) > 60
    assert all(abs(price / true - 1) < 0.005 for _, price, true in prices)


def assert_all_decided(trader: VirtualTrader) -> None:
    """One row a candle of each pair, each with a signal, from the first candle to the last."""
    for pair in PAIRS:
        rows = sorted(trader.journal.last(pair, 100), key=lambda row: row.candle_ms)
        opens = [row.candle_ms for row in rows]
        assert opens == list(range(opens[0], opens[0] + len(rows) * MINUTE_MS, MINUTE_MS))
        assert len(rows) >= MINUTES
        assert all(row.signal is not Reason.NOT_DECIDED for row in rows)
        assert all(row.verdict is not Verdict.PENDING for row in rows[:-1])


def assert_books_agree(trader: VirtualTrader) -> None:
    """What the exchange took is what was booked and journalled: nothing lost, nothing doubled."""
    api = trader.api
    taken = [order for pair in PAIRS for order in api.fetch_orders(pair)]
    entries = [order["id"] for order in taken if order["side"] == "buy" and order["filled"]]
    assert len(entries) > 10
    assert sorted(entries) == sorted(trade.order_id for trade in trader.trades)
    exits = [order for order in taken if order["side"] == "sell" and order["filled"]]
    assert len(exits) == sum(trade.closed_ms is not None for trade in trader.trades)
    rows = [row for pair in PAIRS for row in trader.journal.last(pair, 100)]
    filled = [row for row in rows if row.verdict is Verdict.APPROVED]
    assert len(filled) == len(entries), [row for row in rows if row.reason in NOT_TAKEN]
    balance = api.fetch_balance()["total"]
    for pair in PAIRS:
        held = sum(t.amount for t in trader.trades if t.pair == pair and t.closed_ms is None)
        step = api.market(pair)["precision"]["amount"]
        sold = sum(order["symbol"] == pair for order in exits)
        # Each sale leaves what is less than a step.
        assert held <= balance.get(pair.partition("/")[0], 0.0) + 1e-9 <= held + (sold + 1) * step


def assert_venues_came_back(trader: VirtualTrader, armed_ms: int) -> None:
    """Within half a minute of the end of what was wrong with them."""
    silences = {health.venue: health.outages for health in trader.feed.health()}
    assert silences[DARK]
    assert all(outage.ended_ms is not None for one in silences.values() for outage in one)
    first = silences[DARK][0]
    assert first.ended_ms <= armed_ms + DARK_UNTIL_S * 1_000 + 30_000
