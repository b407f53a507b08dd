"""A bot left alone for hours: each closed candle decided once, each order accounted for.

    python benchmarks/decision_soak.py --minutes 120 [--dry-run] [--port 0] [--folder DIR]

AurumStrategy trades eight synthetic pairs on 1m candles on the simulated exchange, by default with
real signed orders. Promises: decisions = pairs x closed candles, no more, no less; each explains
itself; what was approved is what the exchange saw; at least 95 % of it filled, or went for a named
reason; both sides' books agree; no error in the log. Exits with 1 if one is missed. Profits on the
synthetic market mean nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from decision_audit import (
    MINUTE_MS,
    Findings,
    audit_books,
    audit_journal,
    audit_orders,
    audit_refusals,
    decisions,
    integrity,
    is_approval,
    named,
    prices,
    read,
)
from rich.console import Console
from sandboxed_bot import KEY, PAIRS, SandboxedBot, memory_mb, simulated_exchange

from aurum_plugins.sandbox import SandboxServer

START_SECONDS = 120.0
# The bot is stopped so long after a candle closed: it has decided then.
REST_SECONDS = 30.0
TOLD_EVERY = 600.0
# Nobody trades for so long by chance.
MINUTES_WITHOUT_TRADES = 20.0


@dataclass
class Watched:
    """What was seen while it ran: UTC milliseconds, and MB of the bot and of the exchange."""

    first_candle_ms: int
    last_candle_ms: int
    memory_at_start: tuple[float, float]
    memory_at_end: tuple[float, float]
    ended_early: bool


def now_ms() -> int:
    """UTC milliseconds."""
    return time.time_ns() // 1_000_000


def newest_closed_ms() -> int:
    """When the candle opened that closed last, UTC milliseconds."""
    return now_ms() // MINUTE_MS * MINUTE_MS - MINUTE_MS


def memories(bot: SandboxedBot) -> tuple[float, float]:
    """Of the bot and of this process, in which the exchange lives, MB."""
    return bot.memory_mb, memory_mb(os.getpid())


def wait(bot: SandboxedBot, end: float) -> None:
    """Wait for a moment, in monotonic seconds, and then for one between two candles."""
    told = time.monotonic()
    while bot.alive and (time.monotonic() < end or now_ms() % MINUTE_MS < REST_SECONDS * 1_000):
        time.sleep(1)
        if time.monotonic() - told > TOLD_EVERY:
            told = time.monotonic()
            print(f"{(end - told) / 60:.0f} minutes to go, bot {bot.memory_mb:.0f} MB", flush=True)


def watch(bot: SandboxedBot, minutes: float) -> Watched:
    """Let the bot trade, and stop it between two candles."""
    bot.start()
    deadline = time.monotonic() + START_SECONDS
    while not bot.has_looped:
        if not bot.alive or time.monotonic() > deadline:
            raise SystemExit(f"The bot did not start:\n{bot.tail()}")
        time.sleep(0.2)
    first, start = newest_closed_ms(), memories(bot)
    try:
        wait(bot, time.monotonic() + 60 * minutes)
    except KeyboardInterrupt:
        print("Stopping early, once the bot is between two candles.")
        wait(bot, time.monotonic())
    last, done = newest_closed_ms(), memories(bot)
    ended_early = not bot.alive
    bot.stop()
    return Watched(first, last, start, done, ended_early)


def audit(bot: SandboxedBot, server: SandboxServer, seen: Watched, *, live: bool) -> Findings:
    """Hold everything against each other."""
    findings, journal = Findings(), decisions(bot.records)
    candles = [row.candle_ms for row in journal]
    # While it is being stopped a bot may decide on one candle more, of every pair then.
    first, last = min([seen.first_candle_ms, *candles]), max([seen.last_candle_ms, *candles])
    audit_journal(findings, journal, PAIRS, first, last)
    if live:
        engine = server.exchange.engine
        engine.advance(now_ms())
        account = engine.account(KEY)
        if account is None:
            raise SystemExit("The exchange has no account.")
        orders = list(account.orders.values())
        audit_orders(findings, journal, orders)
        audit_books(findings, account, orders, bot.trades, prices(server, now_ms()))
        findings.promise("unexplained balances", list(engine.reconcile(account)))
    audit_refusals(findings, journal)
    findings.promise("damage to databases", integrity(bot.records, bot.trades))
    findings.promise("errors in the bot's log", bot.errors())
    for name, before, after in zip(("bot", "exchange"), seen.memory_at_start, seen.memory_at_end):
        findings.count(f"memory of the {name}, MB", f"{before:.0f} to {after:.0f}")
    reasons = read(bot.trades, "SELECT ft_cancel_reason AS why FROM orders WHERE why IS NOT NULL")
    findings.count("cancelled by freqtrade for", named(Counter(row["why"] for row in reasons)))
    lasted = (seen.last_candle_ms - seen.first_candle_ms) / MINUTE_MS
    if lasted > MINUTES_WITHOUT_TRADES and not any(map(is_approval, journal)):
        findings.missed.append(f"not one entry was approved in {lasted:g} minutes")
    if seen.ended_early:
        findings.missed.append(f"the bot ended by itself:\n{bot.tail()}")
    return findings


def soak(folder: Path, minutes: float, port: int, seed: int, *, live: bool) -> Findings:
    """Run all of it in a folder."""
    with simulated_exchange(port, seed) as server:
        bot = SandboxedBot(folder, server.url, live=live)
        try:
            seen = watch(bot, minutes)
        finally:
            bot.stop()
        return audit(bot, server, seen, live=live)


def main() -> int:
    """Run, print the table, and say whether every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--dry-run", action="store_true", help="freqtrade simulates the orders")
    parser.add_argument("--port", type=int, default=0, help="of the exchange; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=7, help="of the market")
    parser.add_argument("--folder", type=Path, help="keeps databases and logs; empty or new")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (given.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        live = not given.dry_run
        findings = soak(folder, given.minutes, given.port, given.seed, live=live)
    title = f"{given.minutes:g} minutes, {len(PAIRS)} pairs, 1m, "
    Console().print(findings.table(title + ("live orders" if live else "dry run")))
    for promise in findings.missed:
        print(f"MISSED  {promise}")
    return 1 if findings.missed else 0


if __name__ == "__main__":
    sys.exit(main())
