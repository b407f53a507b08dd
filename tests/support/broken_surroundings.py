"""A live bot that wants to enter all the time, and what may go wrong around it."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from always_entering import ENTRY_PRICE, LEAVE
from freqtrade_process import ROOT, FreqtradeProcess, merge, wait_for
from pydantic import SecretStr
from wide_limits import WIDE_CHECKS, WIDE_RISK

from aurum_plugins.sandbox.config import AccountConfig, SandboxConfig
from aurum_plugins.sandbox.matching import Order, Side
from aurum_plugins.sandbox.server import SandboxServer

KEY, SECRET = "broken-surroundings", "a-secret-of-the-sandbox"
SLOTS = 2
PAIRS = 9
LOOP_SECONDS = 1
MINUTE_MS = 60_000
AURUM = str(Path(sys.executable).with_name("aurum"))
_BALLAST_BYTES = 9_000_000


def sandbox() -> SandboxServer:
    """An exchange whose one account trades with `KEY`."""
    funds = {"USDT": Decimal(10_000)}
    account = AccountConfig(api_key=KEY, secret=SecretStr(SECRET), balances=funds)
    config = SandboxConfig(port=0, accounts=(account,), request_weight=None, orders_per_10s=None)
    return SandboxServer(config)


def live_bot(
    server: SandboxServer, folder: Path, overlay: dict[str, Any] | None = None
) -> FreqtradeProcess:
    """A bot that enters every pair on every candle, as far as there are slots."""
    config = {
        "add_config_files": [str(ROOT / "configs" / "sandbox_live.json")],
        "strategy": "AlwaysEntering",
        "strategy_path": str(ROOT / "tests" / "support"),
        "exchange": {"key": KEY, "secret": SECRET},
        "stake_amount": 100.0,
        "max_open_trades": SLOTS,
        "custom_price_max_distance_ratio": 0.5,
        "unfilledtimeout": {"entry": 30, "exit": 30, "unit": "minutes"},
        "aurum": {"risk": dict(WIDE_RISK), "checks": dict(WIDE_CHECKS)},
        "internals": {"process_throttle_secs": LOOP_SECONDS},
    }
    merge(config, overlay or {})
    return FreqtradeProcess(folder, server.url, config)


def now_ms() -> int:
    """UTC milliseconds."""
    return time.time_ns() // 1_000_000


class Surroundings:
    """A bot that runs, its exchange, and its database.

    Parameters
    ----------
    bot : FreqtradeProcess
    server : SandboxServer
    """

    def __init__(self, bot: FreqtradeProcess, server: SandboxServer) -> None:
        account = server.exchange.engine.account(KEY)
        assert account is not None
        self.bot = bot
        self.server = server
        self._account = account

    def orders(self, side: Side) -> list[Order]:
        """Orders that the exchange took, the oldest first."""
        return [order for order in list(self._account.orders.values()) if order.side is side]

    @property
    def bought(self) -> int:
        """How many entries the exchange took."""
        return len(self.orders(Side.BUY))

    @property
    def sold(self) -> int:
        """How many exits the exchange took."""
        return len(self.orders(Side.SELL))

    def trades(self) -> list[dict[str, Any]]:
        """Open trades, as the bot's API tells them."""
        return list(self.bot.get("status"))

    def positions(self) -> list[dict[str, Any]]:
        """Open trades of which no order is open."""
        return [trade for trade in self.trades() if not trade["has_open_orders"]]

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Have the strategy give up every position meanwhile, also those that it enters then."""
        file = self._file(LEAVE)
        file.touch()
        try:
            yield
        finally:
            file.unlink()

    def leave(self, seconds: float) -> None:
        """Have the strategy give up every position; wait until there is none and no order is."""
        sold, held = self.sold, len(self.positions())
        assert held
        with self.leaving():
            wait_for("exit of each position", lambda: self.sold >= sold + held, seconds)
            wait_for("free slots", lambda: not self.trades(), seconds)

    def leave_for_more(self, seconds: float) -> list[Order]:
        """Have the strategy give up every position until entries have taken the slots; these."""
        bought = self.bought
        with self.leaving():
            wait_for("entries", lambda: self.bought >= bought + SLOTS, seconds)
        return self.orders(Side.BUY)[bought:]

    def fill_up(self, seconds: float = 75.0) -> int:
        """Wait until entries have taken every slot; how long that took, seconds."""
        began = time.monotonic()
        wait_for("position in each slot", lambda: len(self.positions()) == SLOTS, seconds)
        return round(time.monotonic() - began)

    def await_entries_left(self) -> None:
        """Wait until enough pairs have not been bought on the newest candle.

        A candle is answered with one entry a pair, so a quiet bot would prove nothing otherwise.
        """

        def enough() -> bool:
            began = now_ms() // MINUTE_MS * MINUTE_MS
            taken = sum(order.created_ms >= began for order in self.orders(Side.BUY))
            return taken + SLOTS < PAIRS

        wait_for("fresh candle", enough, 70)

    @contextmanager
    def entry_price(self, multiple: float) -> Iterator[None]:
        """Place entries at a multiple of the touch meanwhile."""
        file = self._file(ENTRY_PRICE)
        file.write_text(str(multiple))
        try:
            yield
        finally:
            file.unlink()

    @contextmanager
    def nothing_opens(self, seconds: float) -> Iterator[None]:
        """What is done inside, and so many seconds after it, brings no entry; the bot lives on.

        Inside, slots must have become free, or else nothing is shown.
        """
        before = self.bought
        yield
        time.sleep(seconds)
        assert self.trades() == []
        assert self.bought == before, self.bot.tail()
        assert self.bot.alive

    def said(self) -> str:
        """The log so far, unwrapped."""
        return " ".join(self.bot.log.read_text().split())

    def execute(self, statement: str, values: Mapping[str, Any] | None = None) -> None:
        """Change the bot's database from outside."""
        with closing(self._connect()) as connection:
            connection.execute(statement, values or {})

    def rows(self, query: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Read the bot's database from outside."""
        with closing(self._connect()) as connection:
            return list(connection.execute(query, values or {}))

    def refusals(self, reason: str, since_ms: int) -> int:
        """How many candles that opened since a time ended with a reason."""
        query = "SELECT count(*) FROM decisions WHERE reason = :reason AND candle_ms >= :since_ms"
        return int(self.rows(query, {"reason": reason, "since_ms": since_ms})[0][0])

    def rows_of_candles(self) -> dict[int, int]:
        """How many decisions there are of each candle, by when it opened, UTC milliseconds."""
        query = "SELECT candle_ms, count(*) FROM decisions GROUP BY candle_ms ORDER BY candle_ms"
        return dict(self.rows(query))  # type: ignore[arg-type]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another process keeps the database to itself."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield
            connection.execute("ROLLBACK")

    @contextmanager
    def full(self) -> Iterator[None]:
        """The bot's process may make no file larger than its write-ahead log is now.

        Which is made larger than any other of its files, and may not begin anew while it is read.
        """
        self.execute("CREATE TABLE IF NOT EXISTS ballast (bytes BLOB)")
        with closing(self._connect()) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM ballast").fetchall()
            self.execute("INSERT INTO ballast VALUES (zeroblob(:size))", {"size": _BALLAST_BYTES})
            size = Path(f"{self.bot.records}-wal").stat().st_size
            assert size > _BALLAST_BYTES
            self._limit(size)
            try:
                yield
            finally:
                self._limit(resource.RLIM_INFINITY)
                reader.execute("COMMIT")

    def aurum(self, *arguments: str) -> str:
        """What a command prints that an operator gives beside the running bot."""
        done = subprocess.run(
            [AURUM, *arguments, "--config", str(self.bot.folder / "config.json")],
            env={
                **os.environ,
                "AURUM_DATABASE_URL": f"sqlite:///{self.bot.records}",
                "COLUMNS": "200",
            },
            cwd=self.bot.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _file(self, name: Path) -> Path:
        return self.bot.folder / name

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.bot.records, timeout=20, isolation_level=None)

    def _limit(self, largest_file: int) -> None:
        limits = largest_file, resource.RLIM_INFINITY
        assert self.bot._process is not None
        resource.prlimit(self.bot._process.pid, resource.RLIMIT_FSIZE, limits)
