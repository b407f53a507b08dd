"""A process that dies while it orders leaves neither a second order nor a lost one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import ccxt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_exchange import Killed, Order, OrderExchange

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import Database, DatabaseUnavailable, open_database
from aurum_plugins.execution.idempotent_orders import LOOKUP_DELAYS, IdempotentOrders
from aurum_plugins.execution.order_errors import NothingToTakeUp, OrderNotRecorded, OutcomeUnknown
from aurum_plugins.execution.order_fate import RECEIVE_WINDOW
from aurum_plugins.execution.order_record import OrderRecord
from aurum_plugins.execution.recorded_order import OrderState

PAIR, SYMBOL = "BTC/USDT", "BTC"
LOST = ccxt.NetworkError("connection reset")
DARK = ccxt.RequestTimeout("no answer")
WINDOW_MS = round(RECEIVE_WINDOW * 1_000)


class Bot:
    """Orders, and books what it is told; `restart` is what a new process does."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.exchange = OrderExchange()
        self.clock = VirtualClock(1_700_000_000_000)
        self.books: set[tuple[str, str]] = set()
        self.dies_before_booking = False
        self.restart()

    def restart(self) -> None:
        self.record = OrderRecord(self.database, "bot", self.clock)
        self.orders = IdempotentOrders(
            self.exchange, self.record, is_booked=self.is_booked, sleep=self.sleep
        )

    def sleep(self, seconds: float) -> None:
        self.clock.advance(round(seconds * 1_000))

    def is_booked(self, pair: str, exchange_order_id: str) -> bool:
        return (pair, exchange_order_id) in self.books

    def order(self, side: str = "buy", pair: str = PAIR, **params: Any) -> Order:
        order = self.orders.create_order(pair, "limit", side, 1.0, 100.0, params)
        if self.dies_before_booking:
            self.dies_before_booking = False
            raise Killed
        if order["filled"] or order["status"] == "open":
            self.books.add((pair, order["id"]))
        return order

    def killed(self, *failures: tuple[str, BaseException | None], side: str = "buy") -> str:
        """Order, and die of it; the client order id that was sent."""
        self.exchange.failures = list(failures)
        with pytest.raises(Killed):
            self.order(side)
        self.restart()
        return self.exchange.sent[-1]

    def states(self) -> list[OrderState]:
        return [order.state for order in self.record.unsettled()]


@pytest.fixture
def bot(database: Database) -> Bot:
    return Bot(database)


def before_it_was_sent(bot: Bot) -> None:
    bot.killed(("before", Killed()))


def before_the_answer(bot: Bot) -> None:
    bot.killed(("after", Killed()))


def before_the_answer_was_written(bot: Bot) -> None:
    stock = bot.record.learn

    def learn(*_: Any, **__: Any) -> None:
        raise Killed

    bot.record.learn = learn  # type: ignore[method-assign]
    bot.killed()
    bot.record.learn = stock  # type: ignore[method-assign]
    bot.restart()


def before_it_was_booked(bot: Bot) -> None:
    bot.dies_before_booking = True
    bot.killed()


def after_it_was_booked(bot: Bot) -> None:
    bot.order()
    bot.restart()


LOST_ORDERS = [before_the_answer, before_the_answer_was_written, before_it_was_booked]


@pytest.mark.parametrize("kill", [before_it_was_sent, *LOST_ORDERS])
@pytest.mark.parametrize("side", ["buy", "sell"])
def test_after_a_kill_the_next_attempt_leaves_one_order(
    bot: Bot, kill: Callable[[Bot], None], side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock = Bot.order
    monkeypatch.setattr(Bot, "order", lambda self, _="": stock(self, side))
    kill(bot)
    order = bot.order()
    assert [(PAIR, taken["id"]) for taken in bot.exchange.book.values()] == [(PAIR, order["id"])]
    assert bot.books == {(PAIR, order["id"])}
    bot.clock.advance(WINDOW_MS)
    assert bot.orders.unbooked() == []
    assert bot.states() == []


def test_an_order_that_was_booked_before_the_kill_is_not_adopted(bot: Bot) -> None:
    after_it_was_booked(bot)
    assert bot.states() == [OrderState.TAKEN]
    assert bot.orders.unbooked() == []
    assert bot.states() == []
    bot.order()
    assert len(bot.exchange.book) == 2


def test_a_booked_order_does_not_stand_for_the_next(bot: Bot) -> None:
    first, second = bot.order(), bot.order()
    assert first["id"] != second["id"]


def test_an_order_whose_answer_was_not_written_is_known_by_the_books(bot: Bot) -> None:
    before_the_answer_was_written(bot)
    bot.books.add((PAIR, "1"))
    bot.order()
    assert len(bot.exchange.book) == 2


@pytest.mark.parametrize("kill", LOST_ORDERS)
@pytest.mark.parametrize("filled", [True, False])
def test_a_lost_order_is_named_until_it_is_booked(
    bot: Bot, kill: Callable[[Bot], None], filled: bool
) -> None:
    kill(bot)
    if filled:
        bot.exchange.fill(bot.exchange.sent[0])
    bot.clock.advance(WINDOW_MS)
    for _ in range(2):
        (lost,) = bot.orders.unbooked()
        assert lost.recorded.client_order_id == bot.exchange.sent[0]
        assert (lost.recorded.pair, lost.recorded.side) == (PAIR, "buy")
        assert lost.order["id"] == "1"
        assert lost.order["status"] == ("closed" if filled else "open")
    bot.order()
    assert bot.orders.unbooked() == []


def test_an_order_of_the_last_seconds_is_not_named_yet(bot: Bot) -> None:
    before_the_answer(bot)
    bot.clock.advance(WINDOW_MS - 1)
    assert bot.orders.unbooked() == []
    bot.clock.advance(1)
    assert len(bot.orders.unbooked()) == 1


def test_an_order_that_is_being_sent_is_not_named(bot: Bot) -> None:
    bot.record.leave("now", PAIR, "buy", "limit", 1.0, 100.0, must_be_written=True)
    bot.clock.advance(WINDOW_MS)
    assert bot.orders.unbooked() == []
    assert bot.states() == [OrderState.LEAVING]


def test_the_first_order_after_the_kill_waits_until_the_lost_one_cannot_arrive(bot: Bot) -> None:
    before_it_was_sent(bot)
    restarted_ms = bot.clock.now_ms()
    bot.order()
    assert bot.clock.now_ms() == restarted_ms + WINDOW_MS


def test_an_order_that_came_late_is_found_after_that_wait(bot: Bot) -> None:
    name = bot.killed(("before", Killed()))
    late = {"id": "9", "side": "buy", "status": "open", "filled": 0.0, "symbol": PAIR}
    stock = bot.sleep

    def sleep(seconds: float) -> None:
        stock(seconds)
        bot.exchange.book[name] = late

    bot.orders._sleep = sleep
    assert bot.order()["id"] == "9"
    assert len(bot.exchange.sent) == 1


def test_a_clock_that_was_set_back_does_not_prolong_the_wait(bot: Bot) -> None:
    before_it_was_sent(bot)
    bot.clock._now_ms -= 3_600_000
    earlier_ms = bot.clock.now_ms()
    bot.order()
    assert bot.clock.now_ms() == earlier_ms + WINDOW_MS


def test_while_the_venue_is_dark_nothing_is_sent_and_nothing_forgotten(bot: Bot, caplog) -> None:
    before_the_answer(bot)
    bot.clock.advance(WINDOW_MS)
    bot.exchange.lookups = [DARK, DARK]
    assert bot.orders.unbooked() == []
    assert "is unknown; no other order is sent" in caplog.text
    with pytest.raises(OutcomeUnknown):
        bot.order()
    assert len(bot.exchange.sent) == 1
    assert bot.order()["id"] == "1"


def test_while_the_books_cannot_be_read_nothing_is_sent(bot: Bot) -> None:
    before_it_was_booked(bot)

    def unreadable(_pair: str, _id: str) -> bool:
        raise RuntimeError("database is locked")

    bot.orders._fate._is_booked = unreadable
    with pytest.raises(OutcomeUnknown):
        bot.order()
    assert len(bot.exchange.sent) == 1


def test_an_order_that_ended_unfilled_is_settled(bot: Bot) -> None:
    name = bot.killed(("after", Killed()))
    bot.exchange.book[name]["status"] = "canceled"
    bot.clock.advance(WINDOW_MS)
    assert bot.orders.unbooked() == []
    assert bot.states() == []


def test_a_canceled_order_that_was_filled_in_part_is_for_the_bot(bot: Bot) -> None:
    name = bot.killed(("after", Killed()))
    bot.exchange.book[name] |= {"status": "canceled", "filled": 0.4}
    bot.exchange.held[SYMBOL] = 0.4
    bot.clock.advance(WINDOW_MS)
    assert bot.orders.unbooked()[0].order["filled"] == 0.4


@pytest.mark.parametrize(("held", "is_adopted"), [(0.999, True), (0.97, False), (0.0, False)])
def test_a_purchase_that_was_sold_by_hand_is_left_out(
    bot: Bot, caplog, held: float, is_adopted: bool
) -> None:
    bot.exchange.fill(bot.killed(("after", Killed())))
    bot.exchange.held[SYMBOL] = held
    bot.clock.advance(WINDOW_MS)
    with caplog.at_level(logging.ERROR):
        assert bool(bot.orders.unbooked()) == is_adopted
    assert ("bought 1.0 on BTC/USDT while nobody took note" in caplog.text) != is_adopted
    assert (bot.order()["id"] == "1") == is_adopted


def test_an_asset_that_was_never_held_counts_as_none(bot: Bot) -> None:
    bot.exchange.fill(bot.killed(("after", Killed())))
    bot.exchange.held.clear()
    assert bot.order()["id"] == "2"


def test_a_position_in_futures_is_not_looked_for_among_the_balances(bot: Bot) -> None:
    bot.exchange.failures = [("after", Killed())]
    pair = "BTC/USDT:USDT"
    with pytest.raises(Killed):
        bot.order(pair=pair)
    bot.restart()
    bot.exchange.fill(bot.exchange.sent[0])
    bot.exchange.held.clear()
    assert bot.order(pair=pair)["id"] == "1"


def test_a_lost_exit_is_found_by_the_next_exit(bot: Bot) -> None:
    bot.order()
    bot.exchange.fill(bot.exchange.sent[0])
    bot.exchange.fill(bot.killed(("after", Killed()), side="sell"))
    assert bot.order("sell")["id"] == "2"
    assert len(bot.exchange.book) == 2


def test_an_exit_that_the_bot_was_told_of_and_booked_is_settled(bot: Bot) -> None:
    bot.killed(("after", Killed()), side="sell")
    for order in bot.orders.fetch_orders(PAIR):
        bot.books.add((PAIR, order["id"]))
    assert bot.states() == [OrderState.TAKEN]
    assert bot.order("sell")["id"] == "2"


def test_an_exit_that_the_bot_was_told_of_and_lost_again_is_found(bot: Bot) -> None:
    bot.killed(("after", Killed()), side="sell")
    bot.orders.fetch_orders(PAIR)
    bot.restart()
    assert bot.order("sell")["id"] == "1"


def test_an_exit_of_an_earlier_position_does_not_stand_for_one_of_the_next(bot: Bot) -> None:
    bot.exchange.fill(bot.killed(("after", Killed()), side="sell"))
    bot.order("buy")
    assert bot.order("sell")["id"] == "3"


def test_a_lost_entry_is_taken_up(bot: Bot) -> None:
    before_the_answer(bot)
    bot.orders.only_take_up(PAIR)
    assert bot.order()["id"] == "1"
    assert bot.order()["id"] == "2"


def test_where_nothing_is_to_be_taken_up_nothing_is_sent(bot: Bot) -> None:
    bot.orders.only_take_up(PAIR)
    with pytest.raises(NothingToTakeUp, match="no lost entry on BTC/USDT") as caught:
        bot.order()
    assert caught.value.symbol == PAIR
    assert isinstance(caught.value, ccxt.InvalidOrder)
    assert bot.exchange.sent == []
    bot.order()
    assert len(bot.exchange.sent) == 1


def test_what_is_to_be_taken_up_holds_up_no_exit_and_no_other_pair(bot: Bot) -> None:
    bot.orders.only_take_up(PAIR)
    bot.order("buy", "ETH/USDT")
    bot.order("sell")
    assert len(bot.exchange.sent) == 2
    with pytest.raises(NothingToTakeUp):
        bot.order()


@pytest.fixture
def unwritable(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> Bot:
    def writing(**_: Any) -> Any:
        raise DatabaseUnavailable(bot.database.url, "the disk is full")

    monkeypatch.setattr(bot.database, "writing", writing)
    return bot


def test_an_entry_that_cannot_be_written_down_is_not_sent(unwritable: Bot) -> None:
    with pytest.raises(OrderNotRecorded, match=r"was not sent.*the disk is full") as caught:
        unwritable.order()
    assert (caught.value.symbol, caught.value.reason) == (PAIR, "the disk is full")
    assert caught.value.client_order_id.startswith("aurum-")
    assert isinstance(caught.value, ccxt.InvalidOrder)
    assert unwritable.exchange.sent == []


@pytest.mark.parametrize(("side", "params"), [("sell", {}), ("buy", {"reduceOnly": True})])
def test_an_exit_that_cannot_be_written_down_is_sent(
    unwritable: Bot, side: str, params: dict[str, Any], caplog
) -> None:
    unwritable.order(side, **params)
    assert len(unwritable.exchange.sent) == 1
    assert "could not be written down" in caplog.text


def test_an_exit_without_an_answer_is_not_doubled_either_way(unwritable: Bot) -> None:
    unwritable.exchange.failures = [("after", LOST)]
    unwritable.exchange.lookups = [DARK] * len(LOOKUP_DELAYS)
    with pytest.raises(ccxt.NetworkError):
        unwritable.order("sell")
    assert unwritable.order("sell")["id"] == "1"


def test_a_refusal_is_written_down(bot: Bot) -> None:
    bot.exchange.failures = [("before", ccxt.InsufficientFunds("-2010"))]
    with pytest.raises(ccxt.InsufficientFunds):
        bot.order()
    assert bot.states() == []


EVENTS = {
    "": [],
    "lost on the way": [("before", LOST)],
    "answer lost": [("after", LOST)],
    "killed before it was sent": [("before", Killed())],
    "killed before the answer": [("after", Killed())],
    "refused": [("before", ccxt.InvalidOrder("-1013"))],
}
step = st.tuples(
    st.sampled_from(sorted(EVENTS)),
    st.integers(0, 4),  # look-ups that fail
    st.booleans(),  # whether the process dies before it books
    st.integers(0, 15_000),  # milliseconds until the next attempt
    st.booleans(),  # whether the order trades meanwhile
)


@given(st.lists(step, max_size=8))
def test_one_decision_is_one_order_whatever_happens(steps: list[Any]) -> None:
    """A bot that wants one position, and tries until it has booked it, ordered it once."""
    with open_database("sqlite://") as database:
        bot = Bot(database)
        for event, dark, bot.dies_before_booking, wait_ms, trades in [
            *steps,
            ("", 0, False, 0, False),
        ]:
            bot.exchange.failures = list(EVENTS[event])
            bot.exchange.lookups = [DARK] * dark
            try:
                bot.order()
            except ccxt.BaseError:
                pass
            except Killed:
                bot.restart()
            if bot.books:
                break
            assert len(bot.exchange.book) <= 1
            if trades:
                for name, order in bot.exchange.book.items():
                    if order["status"] == "open":
                        bot.exchange.fill(name)
            bot.clock.advance(wait_ms)
        assert {(PAIR, order["id"]) for order in bot.exchange.book.values()} == bot.books
        assert len(bot.books) == 1
