"""What a soak tells of decisions, orders, requests and the bot itself, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from aurum_plugins.clock import MINUTE_MS, SECOND_MS
from aurum_plugins.execution.decision import Decision
from aurum_plugins.reasons import Reason
from aurum_plugins.sandbox.matching import Order, OrderStatus
from aurum_plugins.soak.bot_log import BotLog
from aurum_plugins.soak.counted_exchange import KEY
from aurum_plugins.soak.fault_window import WIRE
from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.journal_audit import decisions, is_approval
from aurum_plugins.soak.order_audit import WAITING
from aurum_plugins.soak.sandboxed_bot import PAIRS
from aurum_plugins.soak.soak_audit import Soaked, audit_soak
from aurum_plugins.soak.sqlite_rows import read
from aurum_plugins.soak.venue_records import venue_records
from aurum_plugins.soak.watch import Watched

TRADED: Final = "binance"
# freqtrade's words for a request that it repeats no more.
GAVE_UP: Final = ". Giving up."
# An approved entry that became a position.
FILLED: Final = frozenset({Reason.FILLED, Reason.RECOVERED})
# A decision that ended because something of ours failed.
FAILED: Final = frozenset(
    {
        Reason.NOT_DECIDED,
        Reason.JOURNAL_UNWRITABLE,
        Reason.SWITCH_UNREADABLE,
        Reason.CHECK_FAILED,
        Reason.ANALYSIS_FAILED,
        Reason.UNBOOKED,
    }
)
# Promises of the soak that say that an order is not as everybody thinks.
ORDERS_WRONG: Final = (
    "orders lost",
    "double entries",
    "orders without approval",
    "approvals without order",
    "client order ids used twice",
    "booked twice",
    "booked, unknown to the exchange",
    "orders that freqtrade lost",
    "orders booked otherwise",
)
# A bot that goes through its loop once in a candle misses none of them.
CANDLE_S: Final = 60.0
RECOVERY: Final = "bot looped again after, longest s"
NOT_RECOVERED: Final = "bot looped again after more than 30 s"
# Of runs that last less than an hour the growth of memory says little.
MEMORY: Final = "memory of the bot"
MEMORY_TELLS: Final = 60.0  # minutes


@dataclass(frozen=True)
class SoakAccount:
    """A bot on an exchange that is broken on purpose.

    Attributes
    ----------
    minutes : float
        From the bot's first loop to its end.
    due, made : int
        Decisions that were due, one a pair and closed candle, and that were made in time.
    due_under_faults, made_under_faults : int
        The same, of candles that closed while the faults lasted.
    failed : int
        Decisions that ended because something of ours failed; those that were not even written
        down included.
    approved, filled : int
        Entries; those of the last two candles whose orders still waited at the end are left out.
    waiting : int
        These.
    ends : mapping of str to int
        How approved entries ended.
    orders, orders_filled, orders_wrong : int
        That the exchange had; that it filled; of which exchange, freqtrade and our record differ.
    attempts, attempts_broken : int
        Requests to the traded exchange; those whose answer a fault took or spoilt.
    asked_beside : int
        Of them, those of the comparison with other venues, which freqtrade knows nothing of.
    calls_failed : int
        That freqtrade gave up, all repetitions included, or whose outcome stayed unknown.
    retries : int
        freqtrade's own repetitions.
    down_s, longest_gap_s : float
        Seconds without a finished loop, beyond a candle each; the longest time between two loops.
    recovery_s : float or None
        From the end of a fault to the next loop, the longest; None if there was no fault.
    not_recovered : int
        Faults after which that took more than 30 s.
    interventions : int
        Restarts, and orders that somebody asked for; and what somebody would have had to see to: a
        bot that ended, a kill switch that was thrown, orders that not all agree on.
    ended_early : bool
        Whether the bot ended by itself.
    closed, charged : int
        Closed trades, and those of them with an entry in the ledger of fees.
    delays_s : tuple of float
        From a candle's close to its decision, rising.
    missed : tuple of str
        The soak's own promises that were not kept.
    promised : int
        How many were looked at.
    """

    minutes: float
    due: int
    made: int
    due_under_faults: int
    made_under_faults: int
    failed: int
    approved: int
    filled: int
    waiting: int
    ends: dict[str, int]
    orders: int
    orders_filled: int
    orders_wrong: int
    attempts: int
    attempts_broken: int
    asked_beside: int
    calls_failed: int
    retries: int
    down_s: float
    longest_gap_s: float
    recovery_s: float | None
    not_recovered: int
    interventions: int
    ended_early: bool
    closed: int
    charged: int
    delays_s: tuple[float, ...]
    missed: tuple[str, ...]
    promised: int

    @property
    def calls(self) -> int:
        """Requests that freqtrade wanted answered, repetitions left out."""
        return max(0, self.attempts - self.asked_beside - self.retries)


def soak_account(soaked: Soaked) -> SoakAccount:
    """Audit a soak, and count.

    Raises
    ------
    LookupError
        If the exchange does not know the account.
    """
    findings = audit_soak(soaked)
    journal = decisions(soaked.bot.records)
    lines = soaked.bot.logs[-1].read_text(errors="replace").splitlines()
    log, seen = BotLog.of(lines), soaked.seen
    account = soaked.exchange.engine.account(KEY)
    orders = [] if account is None else list(account.orders.values())
    armed_ms, disarmed_ms = seen.armed_ms or 0, seen.disarmed_ms or 0
    first_ms = min([_newest_closed(seen.began_ms), *(row.candle_ms for row in journal)])
    last_ms = max([_newest_closed(seen.ended_ms), *(row.candle_ms for row in journal)])
    made = [row for row in journal if row.signal is not Reason.NOT_DECIDED]
    faulty = range(_newest_closed(armed_ms) + MINUTE_MS, _newest_closed(disarmed_ms) + 1)
    entries = [row for row in journal if is_approval(row)]
    late_ms = last_ms - MINUTE_MS
    settled = [row for row in entries if row.reason not in WAITING or row.candle_ms < late_ms]
    closed, charged = _closed_and_charged(soaked)
    minutes = (seen.ended_ms - seen.began_ms) / MINUTE_MS
    due = len(PAIRS) * ((last_ms - first_ms) // MINUTE_MS + 1)
    unwritten = max(0, due - len({(row.pair, row.candle_ms) for row in journal}))
    wrong = min(len(orders), _wrong(findings))
    return SoakAccount(
        minutes=minutes,
        due=due,
        made=len(made),
        due_under_faults=len(PAIRS) * len(faulty[::MINUTE_MS]),
        made_under_faults=sum(row.candle_ms in faulty for row in made),
        failed=sum(row.reason in FAILED for row in journal) + unwritten,
        approved=len(settled),
        filled=sum(row.reason in FILLED for row in settled),
        waiting=len(entries) - len(settled),
        ends=dict(Counter(row.reason.name for row in settled)),
        orders=len(orders),
        orders_filled=sum(order.status is OrderStatus.FILLED for order in orders),
        orders_wrong=wrong,
        attempts=soaked.exchange.requests[TRADED],
        attempts_broken=_broken(soaked),
        asked_beside=_asked_beside(soaked),
        calls_failed=sum(GAVE_UP in line for line in lines) + _unknown(entries),
        retries=log.retries,
        down_s=_down_s(log, seen.began_ms, seen.ended_ms),
        longest_gap_s=log.longest_gap_s(seen.began_ms, seen.ended_ms),
        recovery_s=_number(findings, RECOVERY),
        not_recovered=round(_number(findings, NOT_RECOVERED) or 0),
        interventions=(
            len(soaked.bot.logs) - 1 + _forced(journal, orders) + _needed(seen, journal) + wrong
        ),
        ended_early=seen.ended_early,
        closed=closed,
        charged=charged,
        delays_s=_delays_s(made),
        missed=tuple(told for told in findings.missed if _tells(told, minutes)),
        promised=len(findings.promised),
    )


def _newest_closed(at_ms: int) -> int:
    return at_ms // MINUTE_MS * MINUTE_MS - MINUTE_MS


def _wrong(findings: Findings) -> int:
    return sum(round(_number(findings, name) or 0) for name in ORDERS_WRONG)


def _number(findings: Findings, name: str) -> float | None:
    """A figure of the audit, some of which are words by then; None if it has none."""
    found = findings.figures.get(name)
    return None if found is None else float(str(found))


def _broken(soaked: Soaked) -> int:
    return sum(
        fault.kind in WIRE and fault.route.startswith(f"{TRADED}.")
        for fault in soaked.exchange.injector.log
    )


def _asked_beside(soaked: Soaked) -> int:
    records = venue_records(soaked.bot.records)
    return sum(record.requests for record in records if record.venue == TRADED)


def _tells(missed: str, minutes: float) -> bool:
    return minutes >= MEMORY_TELLS or not missed.startswith(MEMORY)


def _unknown(entries: Sequence[Decision]) -> int:
    return sum(row.reason is Reason.OUTCOME_UNKNOWN for row in entries)


def _forced(journal: Sequence[Decision], orders: Sequence[Order]) -> int:
    """Orders that somebody asked for; at most as many as there were."""
    return min(len(orders), sum(row.reason is Reason.FORCED for row in journal))


def _needed(seen: Watched, journal: Sequence[Decision]) -> int:
    """What somebody would have had to see to: a bot to be started, a switch to be armed again."""
    return int(seen.ended_early) + any(row.reason is Reason.KILLED for row in journal)


def _down_s(log: BotLog, from_ms: int, to_ms: int) -> float:
    inside = [at_ms for at_ms in log.loops_ms if from_ms <= at_ms <= to_ms]
    gaps = ((later - earlier) / SECOND_MS for earlier, later in pairwise([from_ms, *inside, to_ms]))
    return sum(max(0.0, gap - CANDLE_S) for gap in gaps)


def _delays_s(made: Sequence[Decision]) -> tuple[float, ...]:
    delays = ((row.decided_ms - row.candle_ms - MINUTE_MS) / SECOND_MS for row in made)
    return tuple(sorted(delays))


def _closed_and_charged(soaked: Soaked) -> tuple[int, int]:
    closed = read(soaked.bot.trades, "SELECT count(*) AS n FROM trades WHERE is_open = 0")
    query = "SELECT count(DISTINCT trade) AS n FROM ledger_entries WHERE kind = 'accrual'"
    return closed[0]["n"], read(soaked.bot.records, query)[0]["n"]
