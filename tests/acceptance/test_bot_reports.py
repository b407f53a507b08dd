"""What a live bot says of itself: while it trades, while it cannot, and when it ends.

One bot and one exchange for all of it, in order.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from broken_surroundings import LOOP_SECONDS, Surroundings, live_bot, now_ms, sandbox
from freqtrade_process import wait_for

from aurum_plugins.clock import WallClock
from aurum_plugins.database import open_database
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.ledger_entry import EntryKind
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.monitoring.report_store import Reported, ReportStore
from aurum_plugins.monitoring.reports import (
    AccountReport,
    CandleReport,
    LoopReport,
    ModelReport,
    Report,
    TradeReport,
)

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

Kind = TypeVar("Kind", bound=Report)
LEDGER = {"enabled": True, "base": "notional", "rate": 0.025}
BOT = "reporting bot (live)"
# Of Binance's spot market, as the sandbox has them.
FEE = 0.001
# A beat, and a little for a busy machine.
SOON = 10.0


class ReportingBot(Surroundings):
    """A running bot, and its reports as another process reads them."""

    def __init__(self, bot: Any, server: Any) -> None:
        super().__init__(bot, server)
        self.database = open_database(f"sqlite:///{bot.records}", migrate=False)
        self._store = ReportStore(self.database)

    def reported(self, kind: type[Kind]) -> Reported[Kind]:
        """The last report of a kind."""
        found = self._store.read(BOT, kind)
        assert found is not None, f"no report {kind.topic!r}"
        return found

    @property
    def loop(self) -> LoopReport:
        """Its last sign of life."""
        return self.reported(LoopReport).report

    def await_state(self, state: str) -> None:
        """Wait until it says so of itself."""
        wait_for(f"report {state!r}", lambda: self.loop.state == state, SOON)

    def age_seconds(self) -> float:
        """How long ago it gave the last sign of life."""
        return (now_ms() - self.reported(LoopReport).at_ms) / 1_000


@pytest.fixture(scope="module")
def bot(tmp_path_factory) -> Iterator[ReportingBot]:
    overlay = {"bot_name": "reporting bot", "aurum": {"ledger": LEDGER}}
    folder = tmp_path_factory.mktemp("bot-reports")
    with sandbox() as server, live_bot(server, folder, overlay) as process:
        bot = ReportingBot(process, server)
        yield bot
        bot.database.close()


def test_reports_are_there_soon_after_the_start(bot) -> None:
    time.sleep(SOON)
    assert bot.age_seconds() < SOON
    loop = bot.loop
    assert loop.pid == bot.bot._process.pid
    assert loop.state == "running"
    assert loop.loops > 2
    assert loop.failures == 0
    assert 0 < loop.started_ms < loop.loop_began_ms
    assert (loop.strategy, loop.timeframe) == ("AlwaysEntering", "1m")
    assert (loop.exchange, loop.currency, loop.dry_run) == ("binance", "USDT", False)
    assert (loop.throttle_seconds, loop.most_open) == (LOOP_SECONDS, 2)
    assert loop.freqtrade.startswith("2026.9")
    assert loop.aurum
    assert loop.api == f"http://127.0.0.1:{bot.bot.port}"
    assert (loop.memory_bytes or 0) > 50_000_000
    candles = bot.reported(CandleReport).report
    assert candles.interval_ms == 60_000
    assert {one.pair for one in candles.pairs} == set(bot.bot.get("whitelist")["whitelist"])
    for one in candles.pairs:
        assert one.newest_ms is not None
        assert 60_000 <= now_ms() - one.newest_ms < 200_000
    assert bot._store.read(BOT, ModelReport) is None


def test_the_account_is_told_as_freqtrade_has_it(bot) -> None:
    bot.fill_up()
    time.sleep(SOON)
    account = bot.reported(AccountReport).report
    trades = {trade["pair"]: trade for trade in bot.trades()}
    assert {held.pair for held in account.positions} == set(trades)
    for held in account.positions:
        trade = trades[held.pair]
        assert held.trade_id == trade["trade_id"]
        # freqtrade cuts fractions off.
        assert held.opened_ms - trade["open_timestamp"] in {0, 1}
        assert held.amount == pytest.approx(trade["amount"])
        assert held.open_rate == pytest.approx(trade["open_rate"])
        assert held.stop == pytest.approx(trade["stop_loss_abs"])
        paid = held.amount * trade["open_rate"] * (1 + FEE)
        assert held.profit == pytest.approx(held.amount * held.price - paid)
    assert account.free_slots == 0
    assert account.refusal == ""
    assert account.size_scale == 1
    worth = sum(held.amount * held.price for held in account.positions)
    assert account.equity == pytest.approx(account.cash + worth)
    assert account.equity == pytest.approx(10_000, rel=0.02)
    assert 0 < (account.risk_to_stops or 0) < account.exposure


def test_closed_trades_are_summed_up_and_charged(bot) -> None:
    bot.leave_for_more(60)
    bot.fill_up()

    def told() -> bool:
        known = bot.reported(TradeReport).report
        return known.closed == bot.bot.get("profit")["closed_trade_count"] >= 2

    wait_for("sum of all closed trades", told, 30)
    wait_for("fee for each", lambda: len(ledger(bot).entries()) >= 2, SOON)
    known, profit = bot.reported(TradeReport).report, bot.bot.get("profit")
    assert known.profit == pytest.approx(profit["profit_closed_coin"])
    assert known.won == profit["winning_trades"]
    assert known.closed_today in {known.closed, 0}
    closed = [one for one in bot.bot.get("trades")["trades"] if not one["is_open"]]
    turned_over = sum(one["amount"] * (one["open_rate"] + one["close_rate"]) for one in closed)
    assert known.paid_in_fees == pytest.approx(FEE * turned_over, rel=0.01)
    assert known.last_closed_ms is not None
    assert known.last_closed_ms - max(one["close_timestamp"] for one in closed) in {0, 1}
    entries = ledger(bot).entries()
    assert {entry.kind for entry in entries} == {EntryKind.ACCRUAL}
    assert {entry.trade.split("#")[1].split("@")[0] for entry in entries} == {
        str(one["trade_id"]) for one in closed
    }
    assert ledger(bot).verify().bad is None


def ledger(bot: ReportingBot) -> FeeLedger:
    settings = LedgerSettings.from_config({"aurum": {"ledger": LEDGER}})
    assert settings.rate == Decimal("0.025")
    return FeeLedger(bot.database, BOT, settings, WallClock())


def test_its_state_follows_its_user(bot) -> None:
    for command, state in (("stopentry", "paused"), ("stop", "stopped"), ("start", "running")):
        bot.bot.post(command)
        bot.await_state(state)
    bot.bot.post("stop")
    bot.await_state("stopped")
    loops = bot.loop.loops
    time.sleep(7)
    assert bot.loop.loops == loops
    assert bot.age_seconds() < SOON
    bot.bot.post("start")
    bot.await_state("running")


def test_a_configuration_loaded_again_keeps_the_pulse(bot) -> None:
    before = bot.loop
    bot.bot.post("reload_config")
    wait_for("loops after it", lambda: bot.loop.loops > before.loops + 5, 60)
    after = bot.loop
    assert (after.pid, after.started_ms) == (before.pid, before.started_ms)
    assert "exited" not in bot.said()
    first = bot.reported(LoopReport).at_ms
    written = set()
    while now_ms() - first < 12_000:
        written.add(bot.reported(LoopReport).at_ms)
        time.sleep(0.1)
    assert len(written) <= 4, "two threads write"


def test_a_database_that_another_process_has_locked_costs_no_loop(bot) -> None:
    bot.bot.post("stopentry")
    bot.await_state("paused")
    time.sleep(65 - now_ms() / 1_000 % 60 if now_ms() / 1_000 % 60 > 30 else 0)
    before, began_ms = bot.loop, now_ms()
    with bot.locked():
        time.sleep(20)
        locked_ms = now_ms()
    released = wait_for(
        "report after it",
        lambda: [bot.loop] if bot.reported(LoopReport).at_ms > locked_ms else [],
        SOON,
    )[0]
    seconds = (bot.reported(LoopReport).at_ms - began_ms) / 1_000
    loops = released.loops - before.loops
    print(f"{loops} loops in {seconds:.1f} s")
    assert loops >= 0.8 * seconds / (LOOP_SECONDS + 0.2)
    assert "What the bot reports of itself could not be written" in bot.said()
    wait_for(
        "word of it", lambda: "What the bot reports of itself is written again." in bot.said(), 15
    )
    bot.bot.post("start")
    bot.await_state("running")


def test_a_process_that_is_stopped_grows_silent(bot) -> None:
    pid = bot.bot._process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(12)
        assert bot.age_seconds() >= 12
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for("sign of life", lambda: bot.age_seconds() < 2, SOON)


def test_the_end_is_told(bot) -> None:
    bot.bot.stop()
    assert bot.loop.state == "exited"
    assert bot.loop.loop_ended_ms >= bot.loop.loop_began_ms


def test_a_process_that_is_killed_has_not_exited(bot) -> None:
    bot.bot.start()
    bot.await_state("running")
    bot.bot.kill()
    assert bot.loop.state == "running"
    time.sleep(6)
    assert bot.age_seconds() > 6
