"""Everything of a soak held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.execution.decision import Decision
from aurum_plugins.sandbox import SandboxServer
from aurum_plugins.sandbox.faults import FaultPlan
from aurum_plugins.soak.book_audit import audit_books, audit_record, prices
from aurum_plugins.soak.bot_log import BotLog
from aurum_plugins.soak.counted_exchange import KEY, CountedExchange
from aurum_plugins.soak.fault_window import FaultWindow, fault_windows
from aurum_plugins.soak.findings import Findings, named
from aurum_plugins.soak.journal_audit import (
    audit_journal,
    audit_made,
    audit_refusals,
    decisions,
    is_approval,
)
from aurum_plugins.soak.order_audit import audit_orders
from aurum_plugins.soak.price_audit import audit_prices
from aurum_plugins.soak.sandboxed_bot import PAIRS, SandboxedBot
from aurum_plugins.soak.sqlite_rows import integrity, read
from aurum_plugins.soak.timetable import Timetable
from aurum_plugins.soak.venue_audit import audit_lies, audit_recovery, audit_venues
from aurum_plugins.soak.venue_records import venue_records
from aurum_plugins.soak.watch import Watched

# Share by which the bot's memory may grow after its warm-up.
GROWTH: Final = 0.02
# Nobody trades for so long by chance.
MINUTES_WITHOUT_TRADES: Final = 20.0
ERRORS_SHOWN: Final = 10
# The promises that say that no order was doubled.
DOUBLED: Final = ("double entries", "client order ids used twice", "booked twice")


@dataclass(frozen=True)
class Soaked:
    """A soak that is over: the bot has ended, the exchange still knows everything.

    Attributes
    ----------
    bot : SandboxedBot
    server : SandboxServer
    exchange : CountedExchange
        The server's.
    plan : FaultPlan or None
    timetable : Timetable
    seen : Watched
    live : bool
        Whether orders were sent.
    """

    bot: SandboxedBot
    server: SandboxServer
    exchange: CountedExchange
    plan: FaultPlan | None
    timetable: Timetable
    seen: Watched
    live: bool

    @property
    def windows(self) -> tuple[FaultWindow, ...]:
        """When which faults were there."""
        armed_ms, disarmed_ms = self.seen.armed_ms, self.seen.disarmed_ms
        if self.plan is None or armed_ms is None or disarmed_ms is None:
            return ()
        return fault_windows(self.plan, armed_ms, disarmed_ms)


def audit_soak(soaked: Soaked) -> Findings:
    """Count, and name every promise that was missed."""
    findings, journal = Findings(), decisions(soaked.bot.records)
    lines = soaked.bot.logs[-1].read_text(errors="replace").splitlines()
    log = BotLog.of(lines)
    _traffic(findings, soaked, log)
    _decided(findings, soaked, journal)
    if soaked.live:
        _ordered(findings, soaked, journal)
    audit_refusals(findings, journal)
    findings.promise("damage to databases", integrity(soaked.bot.records, soaked.bot.trades))
    _survived(findings, soaked, log)
    lasted = (soaked.seen.ended_ms - soaked.seen.began_ms) / MINUTE_MS
    if lasted > MINUTES_WITHOUT_TRADES and not any(map(is_approval, journal)):
        findings.missed.append(f"not one entry was approved in {lasted:.0f} minutes")
    return findings


def _traffic(findings: Findings, soaked: Soaked, log: BotLog) -> None:
    findings.count("requests served", soaked.exchange.requests)
    findings.count("freqtrade's own retries in the log", log.retries)
    records = venue_records(soaked.bot.records)
    audit_venues(findings, records, soaked.windows)
    audit_prices(findings, soaked.bot.records, partial(_price_at, soaked.server))
    if soaked.plan is None:
        return
    injector = soaked.exchange.injector
    findings.count("faults that had an effect", injector.counts)
    venues = [record.venue for record in records]
    audit_lies(findings, venues, log, soaked.windows, injector.log)
    audit_recovery(findings, log, soaked.windows)


def _decided(findings: Findings, soaked: Soaked, journal: Sequence[Decision]) -> None:
    candles = [row.candle_ms for row in journal]
    # While it is being stopped a bot may decide on one candle more, of every pair then.
    first = min([_newest_closed(soaked.seen.began_ms), *candles])
    last = max([_newest_closed(soaked.seen.ended_ms), *candles])
    audit_made(findings, journal, PAIRS, first, last)
    audit_journal(findings, journal, PAIRS, first, last)


def _ordered(findings: Findings, soaked: Soaked, journal: Sequence[Decision]) -> None:
    bot, engine = soaked.bot, soaked.exchange.engine
    now_ms = soaked.exchange.clock.now_ms()
    engine.advance(now_ms)
    account = engine.account(KEY)
    if account is None:
        raise LookupError(f"the exchange has no account of {KEY}")
    orders = list(account.orders.values())
    audit_record(findings, orders, bot.records, bot.trades)
    audit_orders(findings, journal, orders)
    audit_books(findings, account, orders, bot.trades, prices(soaked.server, now_ms))
    doubled = sum(int(str(findings.figures[name])) for name in DOUBLED)
    findings.count("orders doubled", doubled)
    findings.promise("unexplained balances", list(engine.reconcile(account)))
    reasons = read(bot.trades, "SELECT ft_cancel_reason AS why FROM orders WHERE why IS NOT NULL")
    findings.count("cancelled by freqtrade for", named(Counter(row["why"] for row in reasons)))


def _survived(findings: Findings, soaked: Soaked, log: BotLog) -> None:
    seen = soaked.seen
    findings.count("loops given up", log.failed_loops)
    gap = log.longest_gap_s(seen.began_ms, seen.ended_ms)
    findings.count("longest time between two loops, s", f"{gap:.1f}")
    early, warm, end = seen.memory_around(soaked.timetable)
    growth = end / warm - 1 if warm else 0.0
    since_early = end / early - 1 if early else 0.0
    findings.count("memory of the bot early, MB", f"{early:.1f} (by the end {since_early:+.2%})")
    findings.count("memory of the bot, MB", f"{warm:.1f} to {end:.1f} ({growth:+.2%})")
    if growth >= GROWTH:
        findings.missed.append(
            f"memory of the bot grew by {growth:.2%}, from {warm:.1f} to {end:.1f} MB"
        )
    findings.promise("restarts", [log.name for log in soaked.bot.logs[1:]])
    if seen.ended_early:
        findings.missed.append(f"the bot ended by itself:\n{soaked.bot.tail()}")
    findings.count("traces in the log", log.traces)
    for line, number in log.errors.most_common(ERRORS_SHOWN):
        findings.count(f"error: {line}", number)
    # Where nothing is broken on purpose, nothing may go wrong.
    if soaked.plan is None:
        findings.promise("errors in the bot's log", soaked.bot.errors())


def _price_at(server: SandboxServer, pair: str, at_ms: int) -> float:
    """The simulated market's own price."""
    return float(prices(server, at_ms)(pair))


def _newest_closed(at_ms: int) -> int:
    """When the candle opened that had closed last, UTC milliseconds."""
    return at_ms // MINUTE_MS * MINUTE_MS - MINUTE_MS
