"""A bot killed at random moments of live trading, and started again each time.

    python benchmarks/kill_storm.py --kills 100 --seed 0 [--folder DIR]

AurumStrategy, made to enter on most candles, trades eight synthetic pairs on 1m candles with real
signed orders on a simulated exchange that takes its time to answer and fills some orders in parts.
SIGKILL strikes its process group at random: at any moment, right after an order, right
after a candle closed, or while it starts. Promises: no entry is ordered twice, no order and no
decision is lost, no database is damaged, and within 30 s of each restart the bot has gone through
its loop with every closed candle decided. Exits with 1 if one is missed. 100 kills take some 35
minutes.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from sqlite3 import OperationalError

from rich.console import Console

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sandbox import SandboxServer
from aurum_plugins.sandbox.faults import FaultPlan
from aurum_plugins.sandbox.matching import Account
from aurum_plugins.soak.book_audit import audit_books, audit_record, prices
from aurum_plugins.soak.counted_exchange import KEY, counted_server
from aurum_plugins.soak.eager_strategy import make_eager
from aurum_plugins.soak.findings import Findings, named
from aurum_plugins.soak.journal_audit import audit_journal, audit_refusals, decisions
from aurum_plugins.soak.order_audit import audit_orders
from aurum_plugins.soak.sandboxed_bot import PAIRS, SandboxedBot
from aurum_plugins.soak.sqlite_rows import integrity, read

ROOT = Path(__file__).resolve().parents[1]

BACK_WITHIN = 30.0  # seconds
GIVEN_UP_AFTER = 120.0
# A candle that closed so long ago must be decided.
GRACE_MS = 10_000
# How often each kind of moment is chosen.
MOMENTS = {"any moment": 8, "after an order": 6, "after a candle": 4, "while starting": 2}
# Between an order and its answer a process is easily hit.
FAULTS = {
    "rules": [
        {
            "kind": "latency",
            "delay_ms": 150,
            "jitter_ms": 150,
            "when": "after",
            "route": "binance.order.new",
        },
        {
            "kind": "partial_fill",
            "probability": 0.2,
            "liquidity": 0.5,
            "route": "binance.order.new",
        },
    ]
}


class Storm:
    """Kills a bot again and again.

    Parameters
    ----------
    bot : SandboxedBot
    account : Account
        The exchange's.
    seed : int
        Of the choice of moments.

    Attributes
    ----------
    back_after : list of float
        Seconds from each start until the bot traded (again).
    struck : Counter of str
        How often each kind of moment was chosen.
    """

    def __init__(self, bot: SandboxedBot, account: Account, seed: int) -> None:
        self.bot = bot
        self.back_after: list[float] = []
        self.struck: Counter[str] = Counter()
        self._account = account
        self._random = random.Random(seed)
        self._waits: dict[str, Callable[[], None]] = {
            "any moment": lambda: self._sleep(20.0),
            "after an order": self._await_order,
            "after a candle": self._await_candle,
            "while starting": lambda: self._sleep(8.0),
        }

    def strike(self, kills: int) -> None:
        """Start, kill, start, …; the bot runs in the end."""
        for _ in range(kills):
            kind = self._random.choices(list(MOMENTS), list(MOMENTS.values()))[0]
            if kind == "while starting":
                self.bot.start()
            else:
                self.start()
            self._waits[kind]()
            if not self.bot.alive:
                raise SystemExit(f"The bot ended by itself:\n{self.bot.tail()}")
            self.bot.kill()
            self.struck[kind] += 1
        self.start()

    def start(self) -> None:
        """Start, and wait until it trades (again)."""
        began = time.monotonic()
        self.bot.start()
        while not self._is_back():
            if not self.bot.alive or time.monotonic() - began > GIVEN_UP_AFTER:
                raise SystemExit(f"The bot did not come back:\n{self.bot.tail()}")
            time.sleep(0.1)
        self.back_after.append(time.monotonic() - began)

    def _is_back(self) -> bool:
        """Whether it went through its loop, and no candle waits for its decision."""
        if not self.bot.has_looped:
            return False
        newest: list[dict[str, int]] = []
        # It may be creating the table.
        with suppress(OperationalError):
            query = "SELECT max(candle_ms) AS newest FROM decisions GROUP BY pair"
            newest = read(self.bot.records, query)
        due = (now_ms() - GRACE_MS) // MINUTE_MS * MINUTE_MS - MINUTE_MS
        return sum(row["newest"] >= due for row in newest) == len(PAIRS)

    def _sleep(self, longest: float) -> None:
        time.sleep(self._random.uniform(0, longest))

    def _await_order(self) -> None:
        """Wait for the next order, a minute at most."""
        before, end = len(self._account.orders), time.monotonic() + 60
        while len(self._account.orders) == before and time.monotonic() < end:
            time.sleep(0.002)
        self._sleep(0.3)

    def _await_candle(self) -> None:
        time.sleep((MINUTE_MS - now_ms() % MINUTE_MS) / 1_000)
        self._sleep(4.0)


def now_ms() -> int:
    """UTC milliseconds."""
    return time.time_ns() // 1_000_000


def rest() -> int:
    """Wait for the middle of a candle; when the one before it opened, UTC milliseconds.

    Everything is decided then, and what freqtrade asks the exchange about is answered.
    """
    time.sleep((MINUTE_MS - now_ms() % MINUTE_MS) / 1_000 + 35)
    return now_ms() // MINUTE_MS * MINUTE_MS - MINUTE_MS


def audit(storm: Storm, server: SandboxServer, account: Account, last_ms: int) -> Findings:
    """Hold everything against each other."""
    bot, engine = storm.bot, server.exchange.engine
    findings, journal = Findings(), decisions(bot.records)
    findings.count("kills", named(storm.struck))
    late = [f"{seconds:.1f} s" for seconds in storm.back_after if seconds > BACK_WITHIN]
    findings.count("trading again after, median s", f"{statistics.median(storm.back_after):.1f}")
    findings.count("trading again after, longest s", f"{max(storm.back_after):.1f}")
    findings.promise(f"back after more than {BACK_WITHIN:g} s", late)
    candles = [row.candle_ms for row in journal]
    # While it is being stopped a bot may decide on one candle more, of every pair then.
    audit_journal(findings, journal, PAIRS, min(candles), max(last_ms, *candles))
    engine.advance(now_ms())
    orders = list(account.orders.values())
    audit_record(findings, orders, bot.records, bot.trades)
    audit_orders(findings, journal, orders)
    audit_books(findings, account, orders, bot.trades, prices(server, now_ms()))
    findings.promise("unexplained balances", list(engine.reconcile(account)))
    findings.promise("damage to databases", integrity(bot.records, bot.trades))
    audit_refusals(findings, journal)
    findings.count("error lines in the logs", len(bot.errors()))
    return findings


def run(folder: Path, kills: int, seed: int, port: int) -> Findings:
    """Run all of it in a folder."""
    server, exchange = counted_server(port, seed)
    with server:
        account = exchange.engine.account(KEY)
        if account is None:
            raise SystemExit("The exchange has no account.")
        bot = SandboxedBot(folder, server.url, ROOT, live=True)
        make_eager(bot)
        exchange.injector.arm(FaultPlan.model_validate(FAULTS))
        storm = Storm(bot, account, seed)
        try:
            storm.strike(kills)
            last_ms = rest()
        finally:
            bot.stop()
        return audit(storm, server, account, last_ms)


def main() -> int:
    """Run, print the table, and say whether every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the moments and of the market")
    parser.add_argument("--port", type=int, default=0, help="of the exchange; 0 takes a free one")
    parser.add_argument("--folder", type=Path, help="keeps databases and logs; empty or new")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (given.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        findings = run(folder, given.kills, given.seed, given.port)
    Console().print(findings.table(f"{given.kills} kills, seed {given.seed}"))
    for promise in findings.missed:
        print(f"MISSED  {promise}")
    return 1 if findings.missed else 0


if __name__ == "__main__":
    sys.exit(main())
