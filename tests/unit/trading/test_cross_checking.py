"""What a desk learns from other venues, and what it does where there is nothing to learn."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from desk_bot import STOP_MULTIPLE, DeskBot
from desk_files import new_file
from desk_world import PAIRS, DeskWorld, Outcome
from feed_venues import ToldVenue, candle, told_feed
from sqlalchemy import select
from told_quotes import VENUES, quote, venue_settings

from aurum_plugins.clock import HOUR_MS, VirtualClock
from aurum_plugins.database.schema import consensus_marks, venue_health
from aurum_plugins.execution.cross_check import CrossCheck
from aurum_plugins.execution.decision import Verdict
from aurum_plugins.execution.entry_order import EntryOrder
from aurum_plugins.market_data.asked_candles import CandleKey
from aurum_plugins.market_data.consensus import (
    CandleAgreement,
    CandleDispute,
    CandleDoubt,
    Consensus,
    Dissent,
    NoConsensus,
)
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitChange, CircuitState
from aurum_plugins.market_data.venue_candle import VenueCandle
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.trading.cross_checking import CrossChecking
from aurum_plugins.trading.venue_log import VenueLog

NOW = 1_700_000_000_000
PAIR = "BTC/USDT"
OPEN = NOW - NOW % HOUR_MS - HOUR_MS
KEY = CandleKey(PAIR, "1h", OPEN)


class Log:
    """Keeps what it is told to write."""

    def __init__(self) -> None:
        self.marks: list[Any] = []
        self.healths: list[Any] = []

    def mark(self, now_ms: int, marks: Any) -> None:
        self.marks.append((now_ms, list(marks)))

    def note_health(self, now_ms: int, healths: Any, distrusted: Any) -> None:
        self.healths.append((now_ms, [health.venue for health in healths()], set(distrusted)))


class Desk:
    """A cross-checking whose feed is not at work: a test puts what venues say."""

    def __init__(self, traded: str = "binance", **settings: Any) -> None:
        self.clock = VirtualClock(NOW)
        self.venues = {name: ToldVenue(name, self.clock) for name in VENUES}
        self.feed = told_feed(self.venues.values(), self.clock, **settings)
        self.log = Log()
        self.own: VenueCandle | None = candle("binance", OPEN)
        self.alerts: list[str] = []
        self.checking = CrossChecking(
            self.feed,
            venue_settings(**settings),
            traded,
            "1h",
            self.log,
            lambda *_: self.own,
            self.alerts.append,
        )

    def quote(self, **prices: float) -> None:
        for venue, price in prices.items():
            told = [quote(venue, price, pair, at_ms=NOW) for pair in (PAIR, "ETH/USDT")]
            self.feed.board.put(venue, told, [PAIR, "ETH/USDT"])

    def tell(self, *venues: str, **values: float) -> None:
        for venue in venues:
            self.feed._candles.note(KEY, candle(venue, OPEN, **values))

    def check(self) -> CrossCheck:
        return self.checking.check(NOW, PAIR, OPEN)


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestCheck:
    def test_before_anybody_said_anything_nothing_is_agreed_on(self, desk: Desk) -> None:
        word = desk.check()
        assert word.consensus == NoConsensus(PAIR, Dissent.NOT_ASKED)
        assert word.candle == CandleDispute(PAIR, OPEN, CandleDoubt.UNCONFIRMED)
        assert word.traded is CircuitState.CLOSED
        desk.checking.watch(NOW, [PAIR])
        assert desk.check().consensus == NoConsensus(PAIR, Dissent.NO_QUOTES)

    def test_venues_agree(self, desk: Desk) -> None:
        desk.quote(binance=100.0, kraken=100.1)
        desk.check()
        desk.tell("kraken", "coinbase")
        word = desk.check()
        assert isinstance(word.consensus, Consensus)
        assert word.consensus.venues == ("binance", "kraken")
        assert isinstance(word.candle, CandleAgreement)
        assert word.candle.venues == ("coinbase", "kraken")

    def test_a_candle_is_asked_for_by_the_check_itself(self, desk: Desk) -> None:
        assert desk.feed._candles.due("kraken") == ()
        desk.check()
        assert desk.feed._candles.due("kraken") == (KEY,)

    def test_a_candle_that_nobody_else_saw_so(self, desk: Desk) -> None:
        desk.check()
        desk.tell("kraken", "coinbase", close=103.0, high=104.0)
        word = desk.check().candle
        assert isinstance(word, CandleDispute)
        assert word.doubt is CandleDoubt.CLOSE_DIFFERS

    def test_the_traded_venue_does_not_confirm_itself(self, desk: Desk) -> None:
        desk.check()
        desk.tell("binance")
        assert desk.check().candle.doubt is CandleDoubt.UNCONFIRMED

    def test_nor_does_one_that_is_distrusted(self, desk: Desk) -> None:
        for _ in range(2):
            desk.quote(binance=100.0, coinbase=100.0, kraken=110.0)
        assert desk.feed.board.distrusted == {"kraken"}
        desk.check()
        desk.tell("kraken")
        assert desk.check().candle.doubt is CandleDoubt.UNCONFIRMED
        desk.tell("coinbase")
        assert desk.check().candle.venues == ("coinbase",)

    def test_without_our_own_candle_nothing_is_confirmed(self, desk: Desk) -> None:
        desk.check()
        desk.tell("kraken", "coinbase")
        desk.own = None
        assert desk.check().candle == CandleDispute(PAIR, OPEN, CandleDoubt.UNCONFIRMED)

    def test_candles_need_not_be_confirmed(self) -> None:
        desk = Desk(candles=False)
        desk.checking.decided(NOW, {(PAIR, OPEN): True})
        assert desk.check().candle is None
        assert desk.feed._candles.due("kraken") == ()

    def test_the_circuit_of_the_traded_venue(self, desk: Desk) -> None:
        record = desk.feed._connections[desk.venues["binance"]]
        record.circuit_changed(
            CircuitChange("binance", CircuitState.CLOSED, CircuitState.OPEN, NOW, "dark")
        )
        assert desk.check().traded is CircuitState.OPEN
        assert Desk(traded="okx").check().traded is None

    def test_quotes_grow_old(self, desk: Desk) -> None:
        desk.quote(binance=100.0, kraken=100.1)
        later = NOW + 20_001
        assert isinstance(desk.checking.check(later, PAIR, OPEN).consensus, NoConsensus)
        assert desk.checking.price(PAIR, later) is None

    def test_what_it_cannot_do_it_raises(self, desk: Desk, monkeypatch) -> None:
        monkeypatch.setattr(desk.feed, "candles", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.check()


class TestDecided:
    def test_venues_are_asked_for_candles_that_want_an_entry_and_all_are_marked(
        self, desk: Desk
    ) -> None:
        desk.quote(binance=100.0, kraken=100.1)
        desk.checking.decided(NOW, {(PAIR, OPEN): True, ("ETH/USDT", OPEN): False})
        assert desk.feed._candles.due("kraken") == (KEY,)
        ((now_ms, marks),) = desk.log.marks
        assert now_ms == NOW
        assert [(mark.pair, mark.candle_ms) for mark in marks] == [(PAIR, OPEN), ("ETH/USDT", OPEN)]
        assert all(isinstance(mark.word, Consensus) for mark in marks)

    def test_no_candles_are_no_marks(self, desk: Desk) -> None:
        desk.checking.decided(NOW, {})
        assert desk.log.marks == [(NOW, [])]


def test_watching(desk: Desk) -> None:
    desk.checking.watch(NOW, [PAIR])
    assert desk.feed.board.pairs == (PAIR,)
    assert desk.log.healths == [(NOW, list(VENUES), set())]


def test_somebody_is_told_once_of_what_happens(desk: Desk) -> None:
    states = CircuitState.CLOSED, CircuitState.OPEN
    desk.feed.events.circuit_changed(CircuitChange("kraken", *states, NOW, "no answer"))
    for _ in range(2):
        desk.checking.watch(NOW, [PAIR])
    assert desk.alerts == ["kraken does not answer (no answer)."]


def test_the_price_elsewhere(desk: Desk) -> None:
    assert desk.checking.price(PAIR, NOW) is None
    desk.quote(kraken=90.0)
    assert desk.checking.price(PAIR, NOW) == 90.0
    desk.quote(kraken=100.0, binance=100.2)
    assert desk.checking.price(PAIR, NOW) == pytest.approx(100.1, abs=0.11)


def test_nothing_raises_but_the_check(desk: Desk, monkeypatch, caplog) -> None:
    board = SimpleNamespace(distrusted=frozenset())
    monkeypatch.setattr(desk.feed, "board", board)
    monkeypatch.setattr(desk.feed, "watch", lambda _: 1 / 0)
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            desk.checking.watch(NOW, [PAIR])
            desk.checking.decided(NOW, {(PAIR, OPEN): True})
            assert desk.checking.price(PAIR, NOW) is None
    assert caplog.messages == [
        "Venues could not be watched.",
        "What venues say of candles could not be noted.",
        "What a pair is worth elsewhere is not known.",
    ]
    with pytest.raises(AttributeError):
        desk.check()


class VenuesOfWorld:
    """What venues say of a `DeskWorld`."""

    def __init__(self) -> None:
        self.raises = False

    def __call__(self, bot: DeskBot) -> CrossChecking:
        self.bot = bot
        clock = bot.world.clock
        self.told = {name: ToldVenue(name, clock) for name in VENUES}
        self.feed = told_feed(self.told.values(), clock)
        log = VenueLog(bot.database, "bot", "1h")
        return CrossChecking(
            self.feed,
            venue_settings(),
            "binance",
            "1h",
            log,
            lambda p, ms: self.candle("binance", p, ms),
        )

    def candle(self, venue: str, pair: str, open_ms: int, off: float = 1.0) -> VenueCandle:
        price = self.bot.world.prices[pair] * off
        prices = dict.fromkeys(("open", "high", "low", "close"), price)
        return candle(venue, open_ms, pair, **prices)

    def quote(self, **offs: float) -> None:
        world = self.bot.world
        for venue, off in offs.items():
            told = [
                quote(venue, world.prices[pair] * off, pair, at_ms=world.now_ms) for pair in PAIRS
            ]
            self.feed.board.put(venue, told, PAIRS)

    def confirm(self, pair: str, off: float = 1.0) -> None:
        open_ms, _ = self.bot.world.newest(pair)
        for venue in ("kraken", "coinbase"):
            self.feed._candles.note(
                CandleKey(pair, "1h", open_ms), self.candle(venue, pair, open_ms, off)
            )


class TestDesk:
    """A desk with venues, from the decided candle to the journal."""

    @pytest.fixture
    def venues(self) -> VenuesOfWorld:
        return VenuesOfWorld()

    @pytest.fixture
    def bot(self, tmp_path, venues) -> DeskBot:
        started = DeskBot(DeskWorld(), new_file(tmp_path), venues)
        yield started
        started.database.close()

    @staticmethod
    def enter(bot: DeskBot, meanwhile=None) -> None:
        bot.world.close_candle(
            {"ALFA/USDT": Action.ENTER, "BETA/USDT": Action.HOLD, "GAMMA/USDT": Action.HOLD}
        )
        bot.loop(dict.fromkeys(PAIRS, Outcome.FILLED), meanwhile=meanwhile)

    @staticmethod
    def decision(bot: DeskBot):
        candle_ms, _ = bot.world.newest("ALFA/USDT")
        found = bot.journal.refused("ALFA/USDT", candle_ms, candle_ms)
        return found[0] if found else None

    def test_what_nobody_quotes_is_not_bought(self, bot, venues) -> None:
        self.enter(bot)
        assert not bot.sent
        refused = self.decision(bot)
        assert refused.verdict is Verdict.REFUSED
        assert refused.reason is Reason.NO_CONSENSUS
        assert refused.outcome["dissent"] == "no venue quotes the pair"

    def test_excluded_venues_are_named(self, bot, venues) -> None:
        self.enter(bot, lambda: venues.quote(binance=1.0, kraken=1.5))
        refused = self.decision(bot)
        assert refused.reason is Reason.NO_CONSENSUS
        assert refused.outcome["dissent"] == "the venues disagree"
        assert refused.outcome["highest_venue"] == "kraken"

    def test_a_price_that_is_off_is_not_paid(self, bot, venues) -> None:
        self.enter(bot, lambda: venues.quote(coinbase=0.95, kraken=0.95))
        refused = self.decision(bot)
        assert refused.reason is Reason.OFF_CONSENSUS
        assert refused.outcome["venues"] == "coinbase, kraken"

    def test_an_entry_waits_for_the_candle_and_is_tried_again(self, bot, venues) -> None:
        self.enter(bot, lambda: venues.quote(binance=1.0, kraken=1.0))
        assert self.decision(bot).reason is Reason.UNCONFIRMED_CANDLE
        assert self.decision(bot).outcome["doubt"] == "no other venue confirms it"

        def answer() -> None:
            venues.quote(binance=1.0, kraken=1.0)
            venues.confirm("ALFA/USDT")

        bot.loop(dict.fromkeys(PAIRS, Outcome.FILLED), meanwhile=answer)
        assert [sent.key[0] for sent in bot.sent] == ["ALFA/USDT"]
        assert self.decision(bot) is None

    def test_a_candle_that_others_saw_otherwise_is_refused(self, bot, venues) -> None:
        def answer() -> None:
            venues.quote(binance=1.0, kraken=1.0)
            venues.confirm("ALFA/USDT", off=1.02)

        self.enter(bot, answer)
        assert self.decision(bot).reason is Reason.UNCONFIRMED_CANDLE
        assert self.decision(bot).outcome["close_bps"] == pytest.approx(196, abs=1)

    def test_an_exchange_that_is_dark_is_not_traded_on(self, bot, venues) -> None:
        record = venues.feed._connections[venues.told["binance"]]
        record.circuit_changed(
            CircuitChange("binance", CircuitState.CLOSED, CircuitState.OPEN, 1, "dark")
        )
        self.enter(bot, lambda: venues.quote(coinbase=1.0, kraken=1.0))
        assert self.decision(bot).reason is Reason.VENUE_DOWN

    def test_candles_are_marked_and_venues_noted(self, bot, venues) -> None:
        venues.quote(binance=1.0, kraken=1.0)
        self.enter(bot)
        with bot.database.reading() as connection:
            marks = connection.execute(select(consensus_marks)).mappings().all()
            healths = connection.execute(select(venue_health)).mappings().all()
        assert {mark["pair"] for mark in marks} == set(PAIRS)
        assert {health["venue"] for health in healths} == set(VENUES)

    def test_what_is_held_is_watched_though_no_longer_listed(self, bot, venues) -> None:
        def answer() -> None:
            venues.quote(binance=1.0, kraken=1.0)
            venues.confirm("ALFA/USDT")

        self.enter(bot, answer)
        assert bot.world.trade("ALFA/USDT") is not None
        bot.pairs = ("BETA/USDT",)
        bot.loop({"BETA/USDT": Outcome.FILLED})
        assert venues.feed._watched == {"ALFA/USDT", "BETA/USDT"}

    def test_venues_that_fail_keep_nothing_from_being_decided_or_sold(
        self, bot, venues, monkeypatch
    ) -> None:
        def answer() -> None:
            venues.quote(binance=1.0, kraken=1.0)
            venues.confirm("ALFA/USDT")

        self.enter(bot, answer)
        monkeypatch.setattr(venues.feed, "health", lambda: 1 / 0)
        monkeypatch.setattr(venues.feed, "board", None)
        bot.world.close_candle({"ALFA/USDT": Action.EXIT, "BETA/USDT": Action.ENTER})
        bot.loop(dict.fromkeys(PAIRS, Outcome.FILLED))
        assert bot.world.trade("ALFA/USDT") is None
        candle_ms, _ = bot.world.newest("BETA/USDT")
        (refused,) = bot.journal.refused("BETA/USDT", candle_ms, candle_ms)
        assert refused.reason is Reason.CHECK_FAILED
        assert len(bot.sent) == 1

    def test_a_person_may_ask_but_venues_are_heard_all_the_same(self, bot, venues) -> None:
        self.enter(bot)
        bot.force("GAMMA/USDT", Outcome.FILLED, analysed=True)
        assert not bot.sent
        bot.world.clock.advance(5_000)
        venues.quote(binance=1.0, kraken=1.0)
        venues.confirm("GAMMA/USDT")
        # The price of the order is the market's, and the venues' too.
        order = EntryOrder("GAMMA/USDT", 100.0, bot.world.prices["GAMMA/USDT"])
        stake = bot.desk.stake(
            bot.world.now_ms,
            "GAMMA/USDT",
            order.price,
            share=100.0,
            largest=1_000.0,
            smallest=10.0,
            stop_multiple=STOP_MULTIPLE,
            asked_for=True,
        )
        order = EntryOrder("GAMMA/USDT", stake / order.price, order.price)
        assert bot.confirm(order, asked_for=True)
