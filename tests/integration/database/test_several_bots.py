"""Three bots, each in a process of its own, that keep their records in one PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from decimal import Decimal

import pytest
from desk_process import DeskProcess
from desk_world import PAIRS, START_MS
from fee_cases import ledger_of
from sqlalchemy import URL, func, select

from aurum_plugins.clock import HOUR_MS, VirtualClock
from aurum_plugins.database import Database, open_database
from aurum_plugins.database.schema import decisions
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.journal import Journal
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.switch import EVERY_BOT, SwitchState

NAMES = ("first (live)", "second (live)", "third (dry run)")
ALFA, BETA, GAMMA = PAIRS
HOLD, ENTER, EXIT = (int(action) for action in (Action.HOLD, Action.ENTER, Action.EXIT))
RATES = ("0.5", "0.25", "0.1")
Bots = Sequence[DeskProcess]


@pytest.fixture
def url(postgres) -> Iterator[URL]:
    address = postgres.new_database()
    yield address
    postgres.drop(address)


@pytest.fixture
def bots(url) -> Iterator[Bots]:
    """All started at once, on an empty database."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(DeskProcess(url, name, rate)) for name, rate in zip(NAMES, RATES)
        ]


@pytest.fixture
def database(url, bots) -> Iterator[Database]:
    with open_database(url) as opened:
        yield opened


def candle(bots: Bots, *wanted: dict[str, int]) -> list[list[tuple[str, int]]]:
    """The next candle of all bots at once; the orders that each has sent so far."""
    for bot, actions in zip(bots, wanted, strict=True):
        bot.begin({**dict.fromkeys(PAIRS, HOLD), **actions})
    return [bot.answer() for bot in bots]


def journal(database: Database, name: str) -> Journal:
    return Journal(database, name, "1h", "Test", VirtualClock(START_MS))


def rows(database: Database, name: str) -> list[Decision]:
    """All decisions of a bot."""
    found = journal(database, name)
    return [row for pair in PAIRS for row in found.last(pair, 100)]


def test_each_bot_finds_its_own_decisions_and_no_others(bots, database) -> None:
    sent = []
    for number in range(9):
        # By turns, on the same candles and pairs.
        wanted = [{PAIRS[(number + bot) % 3]: ENTER if number % 2 else EXIT} for bot in range(3)]
        sent = candle(bots, *wanted)
    assert len({tuple(orders) for orders in sent}) == 3
    for name, orders in zip(NAMES, sent):
        own = rows(database, name)
        assert len(own) == 9 * len(PAIRS)
        approved = {(r.pair, r.candle_ms) for r in own if r.verdict is Verdict.APPROVED}
        assert approved == {*orders} != set()
        assert set(journal(database, name).newest_candles()) == set(PAIRS)
    with database.reading() as connection:
        counts = select(decisions.c.bot, func.count()).group_by(decisions.c.bot)
        assert sorted(map(tuple, connection.execute(counts))) == [(name, 27) for name in NAMES]


def test_the_switch_of_one_and_of_all(bots, database) -> None:
    clock = VirtualClock(START_MS)
    second, everyone = (KillSwitch(database, name, clock) for name in (NAMES[1], EVERY_BOT))

    def entries(pair: str) -> list[int]:
        """Orders of each bot that this candle added."""
        before = getattr(entries, "before", [0, 0, 0])
        now = [len(orders) for orders in candle(bots, *[{pair: ENTER}] * 3)]
        entries.before = now  # type: ignore[attr-defined]
        return [later - earlier for earlier, later in zip(before, now)]

    second.throw(SwitchState.HALTED, "", "test")
    assert entries(ALFA) == [1, 0, 1]
    everyone.throw(SwitchState.HALTED, "", "test")
    assert entries(BETA) == [0, 0, 0]
    everyone.rearm("", "test")
    # The one that was thrown for itself stays thrown.
    assert entries(GAMMA) == [1, 0, 1]
    second.rearm("", "test")
    assert entries(ALFA) == [0, 1, 0]
    refused = [[row.reason for row in rows(database, name)] for name in NAMES]
    assert [reasons.count(Reason.KILLED) for reasons in refused] == [1, 3, 1]


def test_each_bot_owes_for_its_own_trades_at_its_own_rate(bots, database) -> None:
    # The first closes no trade, the others one and two; they number them alike.
    for number, bot in enumerate(bots):
        for pair in PAIRS[:number]:
            for action in (ENTER, EXIT):
                bot.begin({**dict.fromkeys(PAIRS, HOLD), pair: action})
                bot.answer()
    owed = []
    for name in NAMES:
        ledger = ledger_of(database, bot=name)
        assert ledger.verify().sound
        owed.append(sum((entry.amount for entry in ledger.entries()), Decimal(0)))
    assert owed == [0, Decimal("0.5"), Decimal("0.4")]


def test_one_that_dies_holds_up_nobody_and_goes_on_where_it_was(url, bots, database) -> None:
    candle(bots, {ALFA: ENTER}, {}, {})
    bots[0].process.kill()
    bots[0].process.wait()
    candle(bots[1:], {BETA: ENTER}, {GAMMA: ENTER})
    with DeskProcess(url, NAMES[0]) as again:
        (sent,) = candle([again], {ALFA: ENTER})
    # Its world began anew with the same candle, and without the trade: the order stands all the
    # same, and is not sent again.
    assert sent == []
    (row,) = journal(database, NAMES[0]).last(ALFA, 1)
    assert (row.candle_ms, row.reason) == (START_MS, Reason.UNBOOKED)
    for name in NAMES[1:]:
        assert len(rows(database, name)) == 2 * len(PAIRS)
        assert max(row.candle_ms for row in rows(database, name)) == START_MS + HOUR_MS
