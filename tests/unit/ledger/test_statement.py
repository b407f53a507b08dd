"""Statements: sums of a period, as a page and for a spreadsheet."""

from __future__ import annotations

import csv
import io
import itertools
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from settled import BOT, HOUR_MS, LEDGER, START_MS, trade

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import open_database
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.invoice import Invoice, invoices
from aurum_plugins.ledger.money_words import money, share
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.ledger.statement import NO_FUNDS, Statement, new_statement, opened_ms
from aurum_plugins.ledger.statement_csv import COLUMNS, statement_csv
from aurum_plugins.ledger.statement_page import statement_page

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def ledger() -> FeeLedger:
    """Four fees of 2.5 in the first hour, one taken back in the second, 4 of 10 paid in the third.

    One more fee of 5 in the fourth.
    """
    settings = LedgerSettings.from_config({"aurum": {"ledger": LEDGER}})
    clock = VirtualClock(START_MS)
    made = FeeLedger(open_database("sqlite://"), BOT, settings, clock)
    made.settle([trade(n) for n in range(1, 5)])
    made.invoice("the first")
    clock.advance(HOUR_MS)
    made.reverse(trade(2).key, "a gift")
    clock.advance(HOUR_MS)
    made.collect(1, Decimal(4), "=cmd|' /C calc'!A0")
    clock.advance(HOUR_MS)
    made.settle([trade(5, notional="200", pair="ETH/USDT")])
    return made


def statement(ledger: FeeLedger, since: int | None = None, until: int | None = None) -> Statement:
    start, end = (None if hour is None else START_MS + hour * HOUR_MS for hour in (since, until))
    terms = {"label": "Mine", "bot": BOT, "created_ms": START_MS + 10 * HOUR_MS}
    return new_statement(ledger.entries(), **terms, since_ms=start, until_ms=end)


def sums(made: Statement) -> list[str]:
    (one,) = made.sums
    shown = (one.brought_forward, one.accrued, one.reversed, one.collected, one.invoiced, one.owed)
    return [money(amount) for amount in shown]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, ["0.00", "15.00", "-2.50", "4.00", "10.00", "8.50"]),
        (0, 1, ["0.00", "10.00", "0.00", "0.00", "10.00", "10.00"]),
        (1, 2, ["10.00", "0.00", "-2.50", "0.00", "0.00", "7.50"]),
        (2, 3, ["7.50", "0.00", "0.00", "4.00", "0.00", "3.50"]),
        (3, None, ["3.50", "5.00", "0.00", "0.00", "0.00", "8.50"]),
        (4, None, ["8.50", "0.00", "0.00", "0.00", "0.00", "8.50"]),
    ],
)
def test_sums_of_a_period(ledger, since, until, expected) -> None:
    assert sums(statement(ledger, since, until)) == expected


def test_each_period_begins_where_the_one_before_ended(ledger) -> None:
    months = [statement(ledger, hour, hour + 1).sums for hour in range(5)]
    for (before,), (after,) in itertools.pairwise(months):
        assert after.brought_forward == before.owed
    owed = sum(total.accrued + total.invoiced for total in ledger.totals())
    assert months[-1][0].owed == owed


def test_it_names_the_head_of_the_whole_ledger(ledger) -> None:
    made = statement(ledger, 0, 1)
    assert len(made.entries) == 5
    assert (made.head_number, made.head_digest) == (8, ledger.entries()[-1].digest)
    assert [entry.kind.value for entry in made.payments] == ["invoice"]
    assert made.terms == ((Decimal("0.025"), "notional"),)


def test_a_statement_of_nothing() -> None:
    made = new_statement((), label="Mine", bot=BOT, created_ms=0)
    assert (made.sums, made.head_number, made.head_digest, made.terms) == ((), 0, "", ())
    page = statement_page(made)
    for words in ("Nothing was charged.", "The ledger is empty.", "None in this period."):
        assert words in page


def test_when_a_trade_was_opened_follows_from_its_name(ledger) -> None:
    first, *_, last = ledger.entries()
    assert opened_ms(first) == trade(1).opened_ms
    assert opened_ms(last) == trade(5).opened_ms
    assert opened_ms(ledger.entries()[4]) is None


def test_currencies_are_summed_apart() -> None:
    settings = LedgerSettings.from_config({"aurum": {"ledger": LEDGER}})
    ledger = FeeLedger(open_database("sqlite://"), BOT, settings, VirtualClock(START_MS))
    ledger.settle([trade(1), trade(2, currency="EUR"), trade(3)])
    made = statement(ledger)
    assert [(one.currency, money(one.owed), one.trades) for one in made.sums] == [
        ("EUR", "2.50", 1),
        ("USDT", "5.00", 2),
    ]


def test_invoices_and_what_came_in_for_them(ledger) -> None:
    ledger.invoice()
    first, second = invoices(ledger.entries())
    assert first == Invoice(1, START_MS, Decimal(10), Decimal(4), "USDT")
    assert first.outstanding == Decimal(6)
    assert (second.number, second.amount, second.collected) == (2, Decimal("2.5"), Decimal(0))


def test_a_spreadsheet_has_every_column_of_every_entry(ledger) -> None:
    text = statement_csv(statement(ledger))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == list(COLUMNS)
    assert [int(row["number"]) for row in rows] == list(range(1, 9))
    for row, entry in zip(rows, ledger.entries()):
        assert Decimal(row["amount"]) == entry.amount
        assert (row["digest"], row["previous"]) == (entry.digest, entry.previous)
    first = rows[0]
    assert (first["charged_by"], first["bot"], first["kind"]) == ("Mine", BOT, "accrual")
    assert first["booked"] == "2026-11-22T10:00:00+00:00"
    assert (first["opened"], first["closed"]) == (
        "2026-11-22T10:30:00+00:00",
        "2026-11-22T11:00:00+00:00",
    )
    assert (first["base"], first["rate"], first["basis"]) == ("notional", "0.025", "100")
    assert (rows[4]["rate"], rows[4]["basis"], rows[4]["invoice"]) == ("", "", "1")


def test_no_text_is_a_formula(ledger) -> None:
    rows = list(csv.reader(io.StringIO(statement_csv(statement(ledger)))))
    notes = [row[COLUMNS.index("note")] for row in rows]
    assert "'=cmd|' /C calc'!A0" in notes
    texts = set(range(len(COLUMNS))) - {COLUMNS.index("amount"), COLUMNS.index("basis")}
    for row in rows[1:]:
        assert not any(row[n].startswith(("=", "+", "-", "@")) for n in texts)


def test_profits_are_told_where_the_fee_is_of_them() -> None:
    settings = LedgerSettings.from_config({"aurum": {"ledger": {**LEDGER, "base": "profit"}}})
    ledger = FeeLedger(open_database("sqlite://"), BOT, settings, VirtualClock(START_MS))
    ledger.settle([trade(1, "-3"), trade(2, "5")])
    made = statement(ledger)
    rows = list(csv.DictReader(io.StringIO(statement_csv(made))))
    assert [(row["profit"], row["basis"], row["amount"]) for row in rows] == [
        ("-3", "0", "0"),
        ("5", "2", "0.05"),
    ]
    page = statement_page(made)
    assert "the same gain is not charged twice" in page
    words = " ".join(Tags(page).words)
    assert "Taken of Profit Closed" in words
    assert "2 BTC/USDT 0.05000000 USDT 2.5 % 2.00000000 profit 5.00000000 2026" in words
    assert "1 BTC/USDT 0 USDT 2.5 % 0 profit -3.00000000 2026" in words
    assert made.sums[0].trades == 1


def test_a_credit_is_called_one(ledger) -> None:
    ledger.collect(1)
    ledger.reverse(trade(1).key, "a gift")
    ledger.reverse(trade(5, pair="ETH/USDT").key, "a gift")
    made = statement(ledger)
    assert money(made.sums[0].owed) == "-5.00"
    assert "Owed at the end (negative: a credit)" in statement_page(made)


def test_terms_that_changed_are_told_in_order() -> None:
    database = open_database("sqlite://")
    for terms, trades in (({}, [trade(1)]), ({"base": "profit", "rate": 0.2}, [trade(2)])):
        settings = LedgerSettings.from_config({"aurum": {"ledger": {**LEDGER, **terms}}})
        ledger = FeeLedger(database, BOT, settings, VirtualClock(START_MS))
        ledger.settle(trades)
    made = statement(ledger)
    assert made.terms == ((Decimal("0.025"), "notional"), (Decimal("0.2"), "profit"))
    words = " ".join(Tags(statement_page(made)).words)
    assert "The fee is 2.5 % of each trade's notional, then 20 % of each trade's profit." in words
    assert "1 BTC/USDT 2.50000000 USDT 2.5 % 100.00000000 notional – 2026" in words  # noqa: RUF001


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def test_the_page_says_all_that_a_statement_has_to(ledger) -> None:
    page = statement_page(statement(ledger, 0, 4))
    words = " ".join(Tags(page).words)
    for part in (
        f"Mine charges {BOT}, from 2026-11-22 10:00 to 2026-11-22 14:00",
        NO_FUNDS,
        "2.5 % of each trade's notional",
        "Fees on 5 trades 15.00 USDT",
        "Taken back -2.50 USDT",
        "Received 4.00 USDT",
        "Owed at the end 8.50 USDT",
        "8 ETH/USDT 5.00000000 USDT 2.5 % 200.00000000 notional 2026-11-22 15:00 2026-11-22 14:30",
        f"Entry 8 {ledger.entries()[-1].digest}",
    ):
        assert part in words, part


def test_the_page_fetches_and_runs_nothing(ledger) -> None:
    tags = Tags(statement_page(statement(ledger))).seen
    assert "script" not in {tag for tag, _ in tags}
    links = [attributes.get("href") or attributes.get("src") for _, attributes in tags]
    assert {link for link in links if link} == {"data:,", "#main"}
    (policy,) = [a["content"] for _, a in tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    focusable = [a for _, a in tags if a.get("tabindex") == "0"]
    assert all(attributes.get("aria-label") for attributes in focusable)


def test_nobodys_text_is_markup() -> None:
    settings = LedgerSettings.from_config({"aurum": {"ledger": LEDGER}})
    ledger = FeeLedger(open_database("sqlite://"), SCRIPT, settings, VirtualClock(START_MS))
    ledger.settle([trade(1, pair=SCRIPT, currency="<b>")])
    ledger.invoice(SCRIPT)
    page = statement_page(
        new_statement(ledger.entries(), label=SCRIPT, bot=SCRIPT, created_ms=START_MS)
    )
    tags = {tag for tag, _ in Tags(page).seen}
    assert not tags & {"script", "b"}
    assert page.count("&lt;script&gt;") >= 4


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0.00"),
        ("0E-8", "0.00"),
        ("1234567.891", "1,234,567.891"),
        ("-0.00000001", "-0.00000001"),
        ("1E+3", "1,000.00"),
        ("2.1234567849", "2.12345678"),
    ],
)
def test_money_is_shown_to_eight_decimals(amount: str, shown: str) -> None:
    assert money(Decimal(amount)) == shown


@pytest.mark.parametrize(("rate", "shown"), [("0.025", "2.5 %"), ("1", "100 %"), ("0.1", "10 %")])
def test_rates_are_percentages(rate: str, shown: str) -> None:
    assert share(Decimal(rate)) == shown
