"""The ledger balances whatever happens to it, and one flipped bit of it is found.

What is due is reckoned here once more, in fractions and one trade after another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from fee_cases import BOT, DAY_MS, ledger_of, settled, tampering, terms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Integer, LargeBinary, bindparam, cast, literal_column, select, update

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.database import Database, DatabaseUnavailable, RecordConflict, open_database
from aurum_plugins.database.schema import ledger_entries
from aurum_plugins.ledger.due_fees import due_fees
from aurum_plugins.ledger.errors import NothingCharged
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.ledger_entry import EntryKind
from aurum_plugins.ledger.settled_trade import SettledTrade

# Few trades and hours, so that they are corrected, and close at once; halves of a fee's last place
# come up, too.
amounts = st.one_of(
    st.integers(-4, 4).map(Decimal),
    st.integers(-4, 4).map(Decimal),
    st.integers(-(10**9), 10**9).map(lambda units: units * Decimal("1e-8")),
    st.floats(-1e6, 1e6).map(lambda number: Decimal(str(number))),
)
trades = st.builds(
    lambda number, profit, notional, currency, hour: settled(
        number,
        f"{profit}",
        f"{abs(notional)}",
        currency=currency,
        closed_ms=DAY_MS + hour * HOUR_MS,
    ),
    number=st.integers(1, 5),
    profit=amounts,
    notional=amounts,
    currency=st.sampled_from(["USDT", "USDT", "USDT", "BTC"]),
    hour=st.integers(0, 3),
)
bases = st.sampled_from(["notional", "profit"])
rates = st.sampled_from(["0.025", "0.5", "1", "0.000000000001", "0.333333333333"])
ROW_ID: Any = literal_column("rowid")
Agreed = tuple[str, Fraction]


def reckoned(
    seen: dict[str, SettledTrade], agreed: dict[str, Agreed]
) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """The fee of each trade, and how high each currency's charged profit ever stood."""
    fees: dict[str, Fraction] = {}
    stands: defaultdict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0)])
    for key in sorted(seen, key=lambda one: (seen[one].closed_ms, one)):
        (base, rate), trade = agreed[key], seen[key]
        basis = exactly(trade.notional)
        if base == "profit":
            of = stands[trade.currency]
            basis = max(Fraction(0), of[-1] + exactly(trade.profit) - max(of))
            of.append(of[-1] + exactly(trade.profit))
        # `round` of a fraction is half to even.
        fees[key] = Fraction(round(rate * basis * 10**8), 10**8)
    return fees, {currency: max(of) for currency, of in stands.items()}


def exactly(figure: Decimal) -> Fraction:
    """To 18 places, as figures come in."""
    return Fraction(round(Fraction(figure) * 10**18), 10**18)


class LedgerMachine(RuleBasedStateMachine):
    """A bot that trades, forgets, restarts; somebody who invoices; the exchange's corrections."""

    def __init__(self) -> None:
        super().__init__()
        self.database = open_database("sqlite://")
        self.world: dict[str, SettledTrade] = {}
        # As the ledger was told last, and on which terms it charges.
        self.seen: dict[str, SettledTrade] = {}
        self.agreed: dict[str, Agreed] = {}
        self.given_up: set[str] = set()
        self.invoiced: dict[int, Decimal] = {}

    @initialize(base=bases, rate=rates)
    def begin(self, base: str, rate: str) -> None:
        self.terms = terms(base, rate)
        self.ledger = ledger_of(self.database, self.terms)

    def teardown(self) -> None:
        self.database.close()

    @rule(new=st.lists(trades, min_size=1, max_size=5), data=st.data())
    def close_or_correct(self, new: list[SettledTrade], data: st.DataObject) -> None:
        """Of what is there then: in any order, some of it twice, and some not at all."""
        self.world |= {trade.key: trade for trade in new}
        keys = st.sampled_from(sorted(self.world))
        told = data.draw(st.lists(keys, min_size=1, max_size=2 * len(self.world)))
        self._settle([self.world[key] for key in told])

    @rule()
    def settle_all(self) -> None:
        self._settle(list(self.world.values()))
        assert self.ledger.settle(self.world.values()) == ()

    @rule()
    def lose_the_trade_database(self) -> None:
        self.world.clear()

    @rule()
    def restart(self) -> None:
        self.ledger = ledger_of(self.database, self.terms)

    @rule(base=bases, rate=rates)
    def agree_on_other_terms(self, base: str, rate: str) -> None:
        self.terms = terms(base, rate)
        self.restart()

    @rule()
    def invoice(self) -> None:
        before = {total.currency: total for total in self.ledger.totals()}
        made = self.ledger.invoice()
        assert {one.currency: one.amount for one in made} == {
            currency: total.accrued for currency, total in before.items() if total.accrued > 0
        }
        self.invoiced |= {one.invoice: one.amount for one in made if one.invoice}

    @rule(which=st.integers(0, 99), share=st.sampled_from(["1", "0.5", "0.00000001"]))
    def collect(self, which: int, share: str) -> None:
        if not self.invoiced:
            return
        number = sorted(self.invoiced)[which % len(self.invoiced)]
        part = max(round(self.invoiced[number] * Decimal(share), 8), Decimal("1e-8"))
        self.ledger.collect(number, part)
        self.invoiced[number] -= part
        if not self.invoiced[number]:
            del self.invoiced[number]

    @rule(which=st.integers(0, 99))
    def take_back(self, which: int) -> None:
        if not self.seen:
            return
        key = sorted(self.seen)[which % len(self.seen)]
        with suppress(NothingCharged):
            self.ledger.reverse(key, "by hand")
            self.given_up.add(key)

    def _settle(self, told: list[SettledTrade]) -> None:
        for trade in told:
            base = str(self.terms.base)
            now = (base, Fraction(self.terms.rate or 0))
            if trade.key not in self.seen and base == "notional":
                fee = round(now[1] * exactly(trade.notional) * 10**8)
                if fee == 0:
                    # Is not entered, so its terms are not agreed yet.
                    continue
            self.agreed.setdefault(trade.key, now)
            self.seen[trade.key] = trade
        self.ledger.settle(told)

    @invariant()
    def each_trade_is_charged_what_is_due(self) -> None:
        booked: defaultdict[str, Fraction] = defaultdict(Fraction)
        taken_of: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for entry in self.ledger.entries():
            if entry.kind in (EntryKind.ACCRUAL, EntryKind.REVERSAL):
                booked[entry.trade] += Fraction(entry.amount)
        due, highest = reckoned(self.seen, self.agreed)
        for key in self.given_up:
            due[key] = Fraction(0)
        assert {key: fee for key, fee in booked.items() if fee} == {
            key: fee for key, fee in due.items() if fee
        }
        last = {one.trade: one for one in self.ledger.entries() if one.kind is EntryKind.ACCRUAL}
        for entry in last.values():
            told = self.seen[entry.trade]
            figure = told.notional if entry.profit is None else told.profit
            kept = entry.basis if entry.profit is None else entry.profit
            assert (entry.closed_ms, entry.currency) == (told.closed_ms, told.currency)
            assert Fraction(kept) == exactly(figure)
            taken_of[entry.base, entry.currency] += Fraction(entry.basis)
        for currency, stand in highest.items():
            assert taken_of["profit", currency] == stand

    @invariant()
    def the_states_add_up(self) -> None:
        sums: defaultdict[str, Fraction] = defaultdict(Fraction)
        charged: defaultdict[str, int] = defaultdict(int)
        due, _ = reckoned(self.seen, self.agreed)
        for key, fee in due.items():
            if key not in self.given_up and fee:
                sums[self.seen[key].currency] += fee
                charged[self.seen[key].currency] += 1
        totals = self.ledger.totals()
        for total in totals:
            together = total.accrued + total.invoiced + total.collected
            assert Fraction(together) == sums.pop(total.currency, Fraction(0))
            assert total.trades == charged[total.currency]
            assert total.invoiced >= 0
            assert total.collected >= 0
        assert not sums
        assert sum(total.invoiced for total in totals) == sum(self.invoiced.values())

    @invariant()
    def it_is_sound(self) -> None:
        found = self.ledger.verify()
        assert found.sound, found
        assert found.head == self.ledger.head()
        assert [one.number for one in self.ledger.entries()] == list(
            range(1, found.head.number + 1)
        )


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=60,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@settings(max_examples=100, deadline=None)
@given(base=bases, rate=rates, some=st.lists(trades, unique_by=lambda one: one.key), data=st.data())
def test_the_fees_of_a_set_do_not_depend_on_its_order(base, rate, some, data) -> None:
    agreed = terms(base, rate)
    dues = due_fees(some, agreed)
    assert due_fees(data.draw(st.permutations(some + some)), agreed) == dues
    seen = {trade.key: trade for trade in some}
    expected, highest = reckoned(seen, dict.fromkeys(seen, (base, Fraction(rate))))
    assert {key: Fraction(due.amount) for key, due in dues.items()} == expected
    if base == "profit":
        for currency, stand in highest.items():
            of = [due for due in dues.values() if due.trade.currency == currency]
            assert sum(Fraction(due.basis) for due in of) == stand
            # Of each fee, rounding moves half of the last place at most.
            excess = abs(sum(Fraction(due.amount) for due in of) - Fraction(rate) * stand)
            assert excess <= len(of) * Fraction(1, 2 * 10**8)


def filled(database: Database) -> FeeLedger:
    """Nine entries of every kind, in two currencies, and those of another bot."""
    ledger = ledger_of(database)
    told = [settled(1, "-10"), settled(2, "50.5"), settled(3, "0.4", currency="BTC")]
    ledger.settle(told)
    ledger.invoice("for November: Grüße")
    ledger.collect(1, Decimal("0.001"), "by bank")
    ledger.settle([*told[:2], replace(told[2], profit=Decimal("0.3"))])
    ledger.reverse(told[1].key, "given up")
    ledger_of(database, bot="other (live)").settle(told)
    return ledger


def rows_of(database: Database) -> list[tuple[Any, ...]]:
    with database.reading() as connection:
        return sorted(map(tuple, connection.execute(select(ledger_entries))), key=repr)


@pytest.fixture(scope="module")
def tampered() -> Iterator[tuple[Database, FeeLedger]]:
    with open_database("sqlite://") as database:
        ledger = filled(database)
        with tampering(database):
            pass
        yield database, ledger


@settings(max_examples=150, deadline=None)
@given(
    column=st.sampled_from(list(ledger_entries.c)),
    number=st.integers(1, 9),
    place=st.integers(0, 10_000),
)
def test_a_flipped_bit_of_any_column_of_any_row_is_found(tampered, column, number, place) -> None:
    database, ledger = tampered
    assert ledger.head().number == 9
    row = (ledger_entries.c.bot == BOT) & (ledger_entries.c.number == number)
    with database.reading() as connection:
        value, identity = connection.execute(select(column, ROW_ID).where(row)).one()
    one_row = update(ledger_entries).where(identity == ROW_ID)
    with suppress(RecordConflict), database.writing() as connection:
        connection.execute(one_row.values({column.name: flipped(column, value, place)}))
    if column.name == "number" and ledger.verify().sound:
        # There is an entry of that number: the key refused it.
        return
    try:
        assert is_found(ledger, number)
    finally:
        with database.writing() as connection:
            connection.execute(one_row.values({column.name: value}))
    assert ledger.verify().sound


def is_found(ledger: FeeLedger, number: int) -> bool:
    try:
        return ledger.verify().bad in (number, number + 1)
    except DatabaseUnavailable as unreadable:
        # What is no text any more cannot even be read.
        return "decode" in unreadable.reason.lower()


def flipped(column: Any, value: Any, place: int) -> Any:
    """A value that differs in one bit; of what is absent or empty: one that is there."""
    if isinstance(value, int):
        return value ^ 1 << place % 62
    if not value:
        return 0 if isinstance(column.type, Integer) else "0"
    raw = bytearray(value.encode())
    raw[place // 8 % len(raw)] ^= 1 << place % 8
    return cast(bindparam(None, bytes(raw), LargeBinary), column.type)


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("ledger")
    with open_database(f"sqlite:///{folder}/aurum.sqlite") as database:
        filled(database)
    return folder / "aurum.sqlite"


@settings(max_examples=100, deadline=None)
@given(number=st.integers(1, 9), place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_in_the_file_changes_nothing_or_is_found(file, number, place, bit) -> None:
    """Anywhere in the stored row: its sizes and types, too."""
    content = bytearray(file.read_bytes())
    with open_database(f"sqlite:///{file}") as database:
        before = rows_of(database)
        digest = ledger_of(database).entries()[number - 1].digest.encode()
    # The digest is a row's last column, and 400 bytes of it come before.
    start = content.rindex(digest) - 400
    content[start + place % (400 + len(digest))] ^= 1 << bit
    copy = file.with_name("copy.sqlite")
    for old in file.parent.glob("copy.sqlite*"):
        old.unlink()
    copy.write_bytes(content)
    with suppress(DatabaseUnavailable), open_database(f"sqlite:///{copy}") as database:
        if ledger_of(database).verify().sound:
            assert rows_of(database) == before
