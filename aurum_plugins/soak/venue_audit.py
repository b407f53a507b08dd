"""Whether venues were recovered from, and liars found out, in time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.faults.injector import FiredFault
from aurum_plugins.soak.bot_log import BotLog
from aurum_plugins.soak.fault_window import WIRE, FaultWindow
from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.venue_records import VenueOutage, VenueRecord

TRADED: Final = "binance"
RECOVERED_WITHIN: Final = 30.0  # seconds
QUOTES_OF_A_LIAR: Final = 2
LIE: Final = "lying_price"
# Routes that tell prices of now.
QUOTES: Final = ("*ticker*", "coinbase.products", "coinbase.product")


def audit_recovery(findings: Findings, log: BotLog, windows: Sequence[FaultWindow]) -> None:
    """The bot goes through its loop within 30 s of the end of each fault of its exchange.

    Counted are faults that took every answer of the exchange's, and the end of the plan. Of those
    that follow each other within 30 s, as in a storm, only the last one has an end.
    """
    whole = [window for window in windows if window.concerns(TRADED) and window.is_whole]
    ends = {window.ended_ms for window in whole if not _goes_on(window, whole)}
    if windows:
        ends.add(max(window.ended_ms for window in windows))
    took = [log.seconds_until_loop(end) for end in sorted(ends)]
    known = [seconds for seconds in took if seconds is not None]
    if known:
        findings.count("bot looped again after, longest s", f"{max(known):.1f}")
    late = [_seconds(each) for each in took if each is None or each > RECOVERED_WITHIN]
    findings.promise(f"bot looped again after more than {RECOVERED_WITHIN:g} s", late)


def audit_venues(
    findings: Findings, records: Sequence[VenueRecord], windows: Sequence[FaultWindow]
) -> None:
    """Each venue is asked with success again within 30 s of the end of its fault."""
    if not records:
        findings.count("venues, as the bot saw them", "not recorded")
        return
    slow = []
    for record in records:
        took = [recovery_s(outage, record.venue, windows) for outage in record.outages]
        known = [seconds for seconds in took if seconds is not None]
        longest = f", longest recovery {max(known):.1f} s" if known else ""
        errors = ", ".join(f"{kind} {number}" for kind, number in sorted(record.errors.items()))
        findings.count(
            f"{record.venue}, as the bot saw it",
            f"{record.requests:,} requests, {record.retries:,} retries, {record.trips:,} trips"
            f"{longest}; errors: {errors or 'none'}",
        )
        slow += [
            f"{record.venue}: {_seconds(seconds)}"
            for seconds in took
            if seconds is None or seconds > RECOVERED_WITHIN
        ]
    findings.promise(f"venues back after more than {RECOVERED_WITHIN:g} s", slow)


def recovery_s(outage: VenueOutage, venue: str, windows: Sequence[FaultWindow]) -> float | None:
    """Seconds from the end of the fault behind an outage to the outage's; None if it lasts.

    The fault is the last one that took every answer of the venue's and ended meanwhile. An outage
    that ended before its fault did took 0 s; one without such a fault counts from its beginning.
    """
    if outage.ended_ms is None:
        return None
    behind = [
        window
        for window in windows
        if window.is_whole
        and window.concerns(venue)
        and window.began_ms <= outage.ended_ms
        and window.ended_ms >= outage.began_ms
    ]
    if not behind:
        return (outage.ended_ms - outage.began_ms) / SECOND_MS
    over = [window.ended_ms for window in behind if window.ended_ms <= outage.ended_ms]
    return (outage.ended_ms - max(over)) / SECOND_MS if over else 0.0


def audit_lies(
    findings: Findings,
    venues: Collection[str],
    log: BotLog,
    windows: Sequence[FaultWindow],
    faults: Sequence[FiredFault],
) -> None:
    """A venue whose prices are false is distrusted by the second of them that could be judged.

    While no others agree nobody can tell who lies, and there is no consensus to believe in: such
    quotes are counted apart. That they were in none `audit_prices` shows without the bot's word.

    Parameters
    ----------
    findings : Findings
    venues : collection of str
        Those that the bot asks: others are not judged.
    log : BotLog
        Tells when the bot ceased to believe each venue, and when it could judge it.
    windows : sequence of FaultWindow
    faults : sequence of FiredFault
        What the exchange has of those that had an effect.
    """
    late = []
    for venue in venues:
        heard_at_most = unjudged = 0
        lied = False
        for window in windows:
            if window.kind != LIE or not window.concerns(venue):
                continue
            found = [
                at_ms
                for at_ms in log.distrusted_ms.get(venue, ())
                if window.began_ms <= at_ms <= window.ended_ms
            ]
            until_ms = min(found, default=window.ended_ms)
            lies = [at_ms for at_ms in _lies_told(venue, window, faults) if at_ms <= until_ms]
            # Each had arrived when the next one was asked for.
            arrived = [*lies[1:], until_ms + 1] if lies else []
            heard = sum(log.is_judged(venue, at_ms) for at_ms in arrived)
            heard_at_most, unjudged = max(heard_at_most, heard), unjudged + len(lies) - heard
            lied |= bool(lies)
            if heard > QUOTES_OF_A_LIAR or (heard == QUOTES_OF_A_LIAR and not found):
                late.append(f"{venue}: {'after' if found else 'never in'} {heard} quotes")
        if lied:
            findings.count(f"false quotes until {venue} was excluded, at most", heard_at_most)
            findings.count(f"false quotes of {venue} that nobody could judge", unjudged)
    findings.promise(f"liars believed for more than {QUOTES_OF_A_LIAR} quotes", late)


def _goes_on(window: FaultWindow, others: Sequence[FaultWindow]) -> bool:
    """Whether another fault follows at once."""
    soon_ms = window.ended_ms + round(RECOVERED_WITHIN * SECOND_MS)
    return any(other.began_ms <= soon_ms and other.ended_ms > window.ended_ms for other in others)


def _lies_told(venue: str, window: FaultWindow, faults: Sequence[FiredFault]) -> Iterator[int]:
    """When false quotes arrived, UTC milliseconds."""
    spoilt = {(fault.time_ms, fault.route) for fault in faults if fault.kind in WIRE}
    for fault in faults:
        if (
            fault.kind == LIE
            and fault.route.startswith(f"{venue}.")
            and any(fnmatchcase(fault.route, pattern) for pattern in QUOTES)
            and window.began_ms <= fault.time_ms <= window.ended_ms
            and (fault.time_ms, fault.route) not in spoilt
        ):
            yield fault.time_ms


def _seconds(seconds: float | None) -> str:
    return "not at all" if seconds is None else f"after {seconds:.1f} s"
