"""A bot's fee ledger: written to, never changed. It moves no funds."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, insert, select

from aurum_plugins.clock import Clock
from aurum_plugins.database import Database
from aurum_plugins.database.schema import ledger_entries
from aurum_plugins.ledger.books import Books
from aurum_plugins.ledger.charged_bases import charged_bases
from aurum_plugins.ledger.distinct_trades import distinct_trades
from aurum_plugins.ledger.drafts import payment, reversal
from aurum_plugins.ledger.due_fee import DueFee
from aurum_plugins.ledger.entry_chain import GENESIS, Head
from aurum_plugins.ledger.errors import (
    CollectionRefused,
    LedgerDamaged,
    NothingCharged,
    UnknownInvoice,
)
from aurum_plugins.ledger.exact import fee_of, is_whole_fee
from aurum_plugins.ledger.ledger_entry import EntryKind, LedgerEntry
from aurum_plugins.ledger.ledger_rows import entry_of, row_of, sealed
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.ledger.settled_trade import SettledTrade
from aurum_plugins.ledger.settlement import known_charges, settlement
from aurum_plugins.ledger.total import Total
from aurum_plugins.ledger.verification import Verification
from aurum_plugins.ledger.verifying import verify_entries

_COLUMNS: Final = ledger_entries.c


class FeeLedger:
    """What a bot's closed trades owe; threads may share it.

    One rule holds after every `settle`: the trades told, and those that the ledger remembers and
    that were not told, are one set, and each trade of it is charged what that set makes due (see
    `charged_bases`), on the base and at the rate of its first accrual. So the same gain is never
    charged twice: neither after a trade database began anew, nor when trades are told in parts,
    in another order or again; and a trade is not given up because it was not told.

    Every call that writes is one transaction, and durable when it returns. Entries are read and
    checked once, later only those that were added since. If the last one that was read is gone,
    the ledger was cut off, or an older copy took its place: it is damaged for this object.

    Parameters
    ----------
    database : Database
    bot : str
        As `aurum_plugins.bot_identity` names it.
    settings : LedgerSettings
        Where the ledger is off, nothing new is charged; all else works.
    clock : Clock

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        From every method: nothing was written.
    aurum_plugins.ledger.errors.LedgerDamaged
        From every method but `verify` and `head`: an entry is not as it was written.
    """

    def __init__(
        self, database: Database, bot: str, settings: LedgerSettings, clock: Clock
    ) -> None:
        self.bot = bot
        self._database = database
        self._settings = settings
        self._clock = clock
        self._one_at_a_time = threading.Lock()
        self._books = Books(bot)

    def settle(self, trades: Iterable[SettledTrade]) -> Sequence[LedgerEntry]:
        """Charge each trade what is due for it by now; what is charged already stays.

        Parameters
        ----------
        trades : iterable of SettledTrade
            All closed trades that the bot knows of.

        Returns
        -------
        sequence of LedgerEntry
            What was entered; empty: nothing had changed, and nothing was written.

        Raises
        ------
        aurum_plugins.ledger.errors.UnusableTrade
            If a trade is told twice, and differently.
        """
        told = distinct_trades(trades)
        now_ms = self._clock.now_ms()
        with self._one_at_a_time:
            with self._database.reading() as connection:
                books = self._read(connection)
            drafts = settlement(books, known_charges(books, told, self._settings), now_ms)
            if not drafts:
                return ()
            seen = books.head
            with self._database.writing(durable=True) as connection:
                books = self._read(connection)
                if books.head != seen:
                    # Somebody else's entries came in between.
                    drafts = settlement(books, known_charges(books, told, self._settings), now_ms)
                return self._append(connection, books, drafts)

    def due(self, trades: Iterable[SettledTrade]) -> dict[str, DueFee]:
        """What `settle` would leave each of these trades charged with; writes nothing.

        A trade whose fee was taken back by hand is due nothing. One that does not count, because
        it closed before `settings.since` or the ledger is off, has no place in it.
        """
        told = distinct_trades(trades)
        with self._one_at_a_time:
            with self._database.reading() as connection:
                books = self._read(connection)
            charges = known_charges(books, told, self._settings)
            given_up = books.accruals.keys() - books.charged
        dues = {}
        for key, basis in charged_bases(charges.values()).items():
            if key in told:
                base, rate = charges[key].base, charges[key].rate
                amount = Decimal(0) if key in given_up else fee_of(rate, basis)
                dues[key] = DueFee(told[key], base, rate, basis, amount)
        return dues

    def invoice(self, note: str = "") -> Sequence[LedgerEntry]:
        """Invoice what is accrued and not invoiced yet, one invoice for each currency.

        An invoice covers the accruals and reversals of its currency that are numbered below it
        and that no earlier one covers. Where their sum is 0 or less, there is none: credits wait
        for the next.

        Returns
        -------
        sequence of LedgerEntry
            Empty: nothing is open.
        """
        with self._one_at_a_time, self._database.writing(durable=True) as connection:
            books = self._read(connection)
            payable = sorted((of, amount) for of, amount in books.open.items() if amount > 0)
            drafts = [
                self._payment(EntryKind.INVOICE, number, amount, currency, note)
                for number, (currency, amount) in enumerate(payable, len(books.invoices) + 1)
            ]
            return self._append(connection, books, drafts)

    def collect(self, invoice: int, amount: Decimal | None = None, note: str = "") -> LedgerEntry:
        """Enter what was received for an invoice.

        Parameters
        ----------
        invoice : int
            Its number.
        amount : decimal.Decimal, optional
            Quote currency, at most 8 decimal places; by default all that is outstanding. Less
            leaves the rest outstanding.

        Raises
        ------
        aurum_plugins.ledger.errors.UnknownInvoice
        aurum_plugins.ledger.errors.CollectionRefused
            If it is more than is outstanding, or no amount above 0.
        """
        with self._one_at_a_time, self._database.writing(durable=True) as connection:
            books = self._read(connection)
            found = books.invoices.get(invoice)
            if found is None:
                raise UnknownInvoice(invoice)
            rest = found.outstanding
            if not rest:
                raise CollectionRefused(invoice, rest, amount, "is collected already")
            received = rest if amount is None else Decimal(amount)
            if not is_whole_fee(received) or not 0 < received <= rest:
                rule = "what is collected must be above 0, at most what is outstanding, and have "
                raise CollectionRefused(invoice, rest, amount, f"{rule}at most 8 decimal places")
            draft = self._payment(EntryKind.COLLECTION, invoice, received, found.currency, note)
            return self._append(connection, books, [draft])[0]

    def reverse(self, trade_key: str, note: str) -> LedgerEntry:
        """Take a trade's fee back for good: no later `settle` charges it again.

        Its profit still counts towards the high-water mark.

        Parameters
        ----------
        trade_key : str
            `SettledTrade.key`.
        note : str
            Why.

        Raises
        ------
        aurum_plugins.ledger.errors.NothingCharged
        """
        with self._one_at_a_time, self._database.writing(durable=True) as connection:
            books = self._read(connection)
            if trade_key not in books.charged or not books.accruals[trade_key].amount:
                raise NothingCharged(trade_key)
            draft = reversal(books.accruals[trade_key], self._clock.now_ms(), note)
            return self._append(connection, books, [draft])[0]

    def entries(
        self, since_ms: int | None = None, until_ms: int | None = None
    ) -> Sequence[LedgerEntry]:
        """Entries by the time at which they were written, the oldest first.

        Parameters
        ----------
        since_ms, until_ms : int, optional
            UTC milliseconds; `until_ms` itself is not in it.
        """
        query = select(ledger_entries).where(_COLUMNS.bot == self.bot).order_by(_COLUMNS.number)
        if since_ms is not None:
            query = query.where(_COLUMNS.at_ms >= since_ms)
        if until_ms is not None:
            query = query.where(_COLUMNS.at_ms < until_ms)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(entry_of(row, row["number"]) for row in rows)

    def totals(self) -> tuple[Total, ...]:
        """What is accrued, invoiced and collected, by currency."""
        with self._one_at_a_time, self._database.reading() as connection:
            return self._read(connection).totals()

    def head(self) -> Head:
        """The last entry's number and digest; cheap, and changes with every entry."""
        query = (
            select(_COLUMNS.number, _COLUMNS.digest)
            .where(_COLUMNS.bot == self.bot)
            .order_by(_COLUMNS.number.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            last = connection.execute(query).one_or_none()
        return Head(0, GENESIS) if last is None else Head(last.number, last.digest)

    def verify(self) -> Verification:
        """Read every entry anew and hold it against those before it, and against the trades."""
        with self._database.reading() as connection:
            return verify_entries(connection, self.bot)

    def _payment(
        self, kind: EntryKind, invoice: int, amount: Decimal, currency: str, note: str
    ) -> LedgerEntry:
        return payment(self.bot, kind, invoice, amount, currency, self._clock.now_ms(), note)

    def _read(self, connection: Connection) -> Books:
        """The books, with what was entered since the last look."""
        known = self._books.head
        query = (
            select(ledger_entries)
            .where(_COLUMNS.bot == self.bot, _COLUMNS.number >= known.number)
            .order_by(_COLUMNS.number)
        )
        rows = iter(connection.execute(query).mappings())
        if known.number:
            last = next(rows, None)
            if last is None or Head(last["number"], last["digest"]) != known:
                raise LedgerDamaged(self.bot, known.number, "was there before, and is not any more")
        for row in rows:
            self._books.add(entry_of(row, self._books.head.number + 1))
        return self._books

    def _append(
        self, connection: Connection, books: Books, drafts: Sequence[LedgerEntry]
    ) -> Sequence[LedgerEntry]:
        head, added = books.head, []
        for draft in drafts:
            added.append(sealed(draft, head))
            head = Head(added[-1].number, added[-1].digest)
        if added:
            connection.execute(insert(ledger_entries), [row_of(entry) for entry in added])
        return tuple(added)
