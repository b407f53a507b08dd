"""What may keep an entry from being sized or sent, in its order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.execution.cross_check import CrossCheck
from aurum_plugins.execution.entry_order import EntryOrder, Situation
from aurum_plugins.execution.news_word import NewsWord
from aurum_plugins.market_data.consensus import Dissent, NoConsensus
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.sizing import Size
from aurum_plugins.trading.decided_rows import DecidedRow
from aurum_plugins.trading.entry_gate import EntryGate
from aurum_plugins.trading.entry_sizing import Wanted

PAIR = "ETH/USDT"
NOW = 1_795_341_600_000
CANDLE = NOW - HOUR_MS
ORDER = EntryOrder(PAIR, 2.0, 100.0)
ROW = DecidedRow(CANDLE, Action.ENTER, Reason.BREAKOUT, {"close": 100.0, "average_range": 2.0})
NEWS = NewsWord("ETH")
WORD = CrossCheck(NoConsensus(PAIR, Dissent.NO_QUOTES), None, None)


def refusal(reason: Reason) -> Refusal:
    return Refusal(reason, {})


class Surroundings:
    """Everything that a gate asks, with nothing against the entry; notes who was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.situations: list[Situation] = []
        self.log = SimpleNamespace(fault=None, refusal=refusal(Reason.JOURNAL_UNWRITABLE))
        self.switched: Refusal | None = None
        self.standing = SimpleNamespace(refusal=None, scale=0.5)
        self.approved: int | None = None
        self.waiting: set[str] = set()
        self.checked: Refusal | None = None
        self.sized: Refusal | None = None
        self.venues: Any = self
        self.news: Any = self

    # The host.
    def account(self) -> str:
        return "account"

    def order_book(self, pair: str) -> str:
        self.asked.append("book")
        return "book"

    def limits(self, pair: str) -> str:
        return "limits"

    # The sizing.
    def size(self, wanted: Wanted, account: str, closes: str, multiple: float, scale: float) -> Any:
        self.asked.append("sizing")
        assert (account, closes, multiple, scale) == ("account", "closes", 10.0, 0.5)
        return Size(100.0, {})

    def refuses(self, notional: float, wanted: Wanted, account: str, closes: str) -> Any:
        self.asked.append("caps")
        assert (notional, wanted.share, account, closes) == (200.0, 210.0, "account", "closes")
        return self.sized

    # The checks.
    def first_refusal(self, situation: Situation) -> Refusal | None:
        self.asked.append("checks")
        self.situations.append(situation)
        return self.checked

    # Other venues.
    def check(self, now_ms: int, pair: str, candle_ms: int) -> CrossCheck:
        self.asked.append("venues")
        assert (now_ms, pair, candle_ms) == (NOW, PAIR, CANDLE)
        return WORD

    # The news.
    def word(self, now_ms: int, pair: str) -> NewsWord:
        self.asked.append("news")
        assert (now_ms, pair) == (NOW, PAIR)
        return NEWS

    def gate(self, *, backtest: bool = False) -> EntryGate:
        stakes = {(PAIR, CANDLE): 210.0}
        wanted = SimpleNamespace(
            approved=lambda _: self.approved,
            stake=lambda pair, candle_ms: stakes.get((pair, candle_ms)),
            sent_ms=(1, 2),
        )
        parts: list[Any] = [
            self,
            SimpleNamespace(closes="closes"),
            self.log,
            SimpleNamespace(refresh=lambda: self.switched),
            SimpleNamespace(standing=self.standing),
            self,
            self,
            wanted,
            self.waiting,
            self.venues,
            self.news,
        ]
        return EntryGate(*parts, interval_ms=HOUR_MS, backtest=backtest)

    def refusal(self, *, asked_for: bool = False, backtest: bool = False) -> Refusal | None:
        return self.gate(backtest=backtest).refusal(NOW, ORDER, ROW, asked_for=asked_for)

    def size_of(self, *, asked_for: bool = False) -> Any:
        wanted = Wanted(PAIR, 100.0, 500.0, 1_000.0, 10.0, ROW)
        return self.gate().size(wanted, 10.0, asked_for=asked_for)


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()


def test_with_nothing_against_it_an_entry_passes(around) -> None:
    assert around.refusal() is None
    assert around.asked == ["venues", "news", "book", "checks", "caps"]
    (situation,) = around.situations
    assert situation.cross_check is WORD
    assert situation.news is NEWS
    assert situation.candle_ms == CANDLE
    assert situation.stake == 210.0
    assert (situation.close, situation.average_range) == (100.0, 2.0)
    assert situation.sent_ms == (1, 2)
    assert situation.approved is False
    assert around.size_of().stake == 100.0


def test_what_bars_any_entry_bars_it_before_anything_is_asked(around) -> None:
    around.waiting = {PAIR}
    assert around.refusal().reason is Reason.DUPLICATE
    around.standing.refusal = refusal(Reason.DAILY_LOSS)
    assert around.refusal().reason is Reason.DAILY_LOSS
    around.switched = refusal(Reason.KILLED)
    assert around.refusal().reason is Reason.KILLED
    around.log.fault = "locked"
    assert around.refusal().reason is Reason.JOURNAL_UNWRITABLE
    assert around.size_of().reason is Reason.JOURNAL_UNWRITABLE
    assert around.asked == []


def test_a_candle_is_answered_once_unless_a_person_asks(around) -> None:
    around.approved = CANDLE
    found = around.refusal()
    assert (found.reason, found.figures) == (Reason.DUPLICATE, {"approved_candle_ms": CANDLE})
    assert around.refusal(asked_for=True) is None
    around.waiting = {PAIR}
    assert around.refusal(asked_for=True).reason is Reason.DUPLICATE
    around.approved, around.waiting = CANDLE - HOUR_MS, set()
    assert around.refusal() is None


def test_what_a_person_asks_for_is_of_now_and_venues_are_heard_of_the_real_candle(around) -> None:
    assert around.refusal(asked_for=True) is None
    (situation,) = around.situations
    assert situation.candle_ms == NOW - HOUR_MS
    assert situation.cross_check is WORD
    assert situation.news is NEWS


def test_checks_go_before_caps(around) -> None:
    around.checked, around.sized = refusal(Reason.NO_CONSENSUS), refusal(Reason.EXPOSURE)
    assert around.refusal().reason is Reason.NO_CONSENSUS
    around.checked = None
    assert around.refusal().reason is Reason.EXPOSURE


def test_without_venues_nothing_is_cross_checked(around) -> None:
    around.venues = around.news = None
    assert around.refusal() is None
    assert around.situations[0].cross_check is None


def test_a_backtest_has_no_order_book(around) -> None:
    around.venues = None
    assert around.refusal(backtest=True) is None
    assert around.situations[0].book is None
    assert around.situations[0].backtest is True
    assert "book" not in around.asked


def test_an_order_that_was_never_sized_has_no_stake(around) -> None:
    around.checked = refusal(Reason.EXPOSURE)
    other = DecidedRow(CANDLE - HOUR_MS, Action.ENTER, Reason.BREAKOUT, ROW.figures)
    around.venues = None
    assert around.gate().refusal(NOW, ORDER, other, asked_for=False) is around.checked
    assert around.situations[0].stake == 0.0
