"""What was written down before it left is there after the process has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import Database, DatabaseUnavailable
from aurum_plugins.database.schema import orders
from aurum_plugins.execution.order_record import LONGEST_DETAIL, OrderRecord
from aurum_plugins.execution.recorded_order import OrderState, RecordedOrder

START_MS = 1_700_000_000_000
BOT = "Mine (live)"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START_MS)


@pytest.fixture
def start(database: Database, clock: VirtualClock) -> Callable[..., OrderRecord]:
    """A record as the next process would open it."""

    def opened(bot: str = BOT) -> OrderRecord:
        return OrderRecord(database, bot, clock)

    return opened


def leave(record: OrderRecord, name: str, *, must_be_written: bool = True, **terms: Any) -> None:
    given = {
        "pair": "BTC/USDT",
        "side": "buy",
        "order_type": "limit",
        "amount": 0.1,
        "price": 50_000.0,
    } | terms
    record.leave(name, **given, must_be_written=must_be_written)


def names(found: list[RecordedOrder]) -> list[str]:
    return [order.client_order_id for order in found]


def rows(database: Database) -> dict[str, Any]:
    with database.reading() as connection:
        found = connection.execute(select(orders)).mappings().all()
    return {row["client_order_id"]: dict(row) for row in found}


@pytest.fixture
def failing(database: Database, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A database that takes nothing, until it is undone."""

    @contextmanager
    def writing(**_: Any) -> Iterator[None]:
        raise DatabaseUnavailable(database.url, "the disk is full")
        yield

    monkeypatch.setattr(database, "writing", writing)
    return monkeypatch


def test_an_order_is_in_the_database_before_it_leaves(database, start) -> None:
    leave(start(), "one")
    assert rows(database)["one"] == {
        "client_order_id": "one",
        "bot": BOT,
        "pair": "BTC/USDT",
        "side": "buy",
        "order_type": "limit",
        "amount": "0.1",
        "price": "50000.0",
        "state": "leaving",
        "exchange_order_id": None,
        "detail": "",
        "sent_ms": START_MS,
        "updated_ms": START_MS,
    }


def test_a_market_order_has_no_price(database, start) -> None:
    leave(start(), "one", price=None, order_type="market")
    assert rows(database)["one"]["price"] is None
    assert start().unsettled()[0].price is None


def test_what_is_learnt_is_written(database, start, clock) -> None:
    record = start()
    leave(record, "one")
    clock.advance(250)
    record.learn("one", OrderState.TAKEN, exchange_order_id="77")
    row = rows(database)["one"]
    assert (row["state"], row["exchange_order_id"]) == ("taken", "77")
    assert (row["sent_ms"], row["updated_ms"]) == (START_MS, START_MS + 250)
    assert names(record.unsettled()) == ["one"]


def test_the_exchanges_id_is_kept(database, start) -> None:
    record = start()
    leave(record, "one")
    record.learn("one", OrderState.TAKEN, exchange_order_id="77")
    record.learn("one", OrderState.SETTLED, detail="booked")
    assert rows(database)["one"]["exchange_order_id"] == "77"
    assert rows(database)["one"]["detail"] == "booked"


@pytest.mark.parametrize("state", [OrderState.REFUSED, OrderState.SETTLED])
def test_a_final_state_settles_and_stays(database, start, state: OrderState) -> None:
    record = start()
    leave(record, "one")
    record.learn("one", state)
    record.learn("one", OrderState.UNKNOWN)
    assert record.unsettled() == []
    assert start().unsettled() == []
    assert rows(database)["one"]["state"] == state


def test_an_order_that_was_leaving_is_uncertain_from_the_restart_on(database, start, clock) -> None:
    leave(start(), "one")
    clock.advance(60_000)
    record = start()
    (order,) = record.unsettled()
    assert order == RecordedOrder(
        client_order_id="one",
        pair="BTC/USDT",
        side="buy",
        order_type="limit",
        amount=Decimal("0.1"),
        price=Decimal("50000.0"),
        state=OrderState.UNKNOWN,
        sent_ms=START_MS,
        updated_ms=START_MS + 60_000,
        detail="the process ended before an answer came",
    )
    leave(record, "two")
    assert rows(database)["one"]["state"] == "unknown"


@pytest.mark.parametrize("state", [OrderState.UNKNOWN, OrderState.TAKEN])
def test_other_states_are_found_as_they_were(start, clock, state: OrderState) -> None:
    record = start()
    leave(record, "one")
    record.learn("one", state)
    clock.advance(60_000)
    (order,) = start().unsettled()
    assert (order.state, order.updated_ms) == (state, START_MS)


def test_orders_are_told_by_bot_pair_and_side(start, clock) -> None:
    leave(start("Other (live)"), "other")
    record = start()
    for name, pair, side in [
        ("one", "BTC/USDT", "buy"),
        ("two", "BTC/USDT", "sell"),
        ("three", "ETH/USDT", "buy"),
    ]:
        leave(record, name, pair=pair, side=side)
        clock.advance(1)
    for each in (record, start()):
        assert names(each.unsettled()) == ["one", "two", "three"]
        assert names(each.unsettled("BTC/USDT")) == ["one", "two"]
        assert names(each.unsettled("BTC/USDT", "sell")) == ["two"]


def test_an_order_that_must_be_written_does_not_leave_without(start, failing) -> None:
    record = start()
    with pytest.raises(DatabaseUnavailable, match="the disk is full"):
        leave(record, "one")
    assert record.unsettled() == []


def test_an_exit_leaves_all_the_same_and_is_written_later(database, start, failing, caplog) -> None:
    record = start()
    leave(record, "exit", side="sell", must_be_written=False)
    assert "exit on BTC/USDT is leaving, which could not be written down" in caplog.text
    record.learn("exit", OrderState.TAKEN, exchange_order_id="77")
    assert names(record.unsettled("BTC/USDT", "sell")) == ["exit"]
    failing.undo()
    assert rows(database) == {}
    leave(record, "next")
    assert rows(database)["exit"]["state"] == "taken"
    assert rows(database)["exit"]["exchange_order_id"] == "77"


def test_many_exits_do_not_each_wait_for_a_database_that_is_locked(
    database, start, monkeypatch
) -> None:
    record, tries = start(), []

    @contextmanager
    def locked(**_: Any) -> Iterator[None]:
        tries.append(1)
        raise DatabaseUnavailable(database.url, "locked")
        yield

    with monkeypatch.context() as broken:
        broken.setattr(database, "writing", locked)
        for name in ("one", "two", "three"):
            leave(record, name, side="sell", must_be_written=False)
            record.learn(name, OrderState.TAKEN, exchange_order_id=name)
        assert len(tries) == 1
        record.flush()
        assert len(tries) == 2
        with pytest.raises(DatabaseUnavailable):
            leave(record, "entry")
    record.flush()
    assert {name: row["state"] for name, row in rows(database).items()} == dict.fromkeys(
        ("one", "two", "three"), "taken"
    )
    leave(record, "four", side="sell", must_be_written=False)
    assert rows(database)["four"]["state"] == "leaving"


def test_what_was_learnt_while_nothing_could_be_written_is_written_later(
    database, start, monkeypatch, caplog
) -> None:
    record = start()
    leave(record, "one")

    @contextmanager
    def locked(**_: Any) -> Iterator[None]:
        raise DatabaseUnavailable(database.url, "locked")
        yield

    leave(record, "two")
    with monkeypatch.context() as broken:
        broken.setattr(database, "writing", locked)
        record.learn("two", OrderState.SETTLED, exchange_order_id="8")
    assert "two on BTC/USDT is settled, which could not be written down" in caplog.text
    assert rows(database)["two"]["state"] == "leaving"
    assert names(record.unsettled()) == ["one"]
    leave(record, "three")
    assert rows(database)["two"]["state"] == "settled"


def test_a_commit_that_happened_after_all_does_no_harm(database, start, monkeypatch) -> None:
    record = start()
    stock = database.writing

    @contextmanager
    def broken_off(**terms: Any) -> Iterator[Any]:
        with stock(**terms) as connection:
            yield connection
        raise DatabaseUnavailable(database.url, "the connection broke")

    with monkeypatch.context() as broken:
        broken.setattr(database, "writing", broken_off)
        leave(record, "exit", side="sell", must_be_written=False)
    leave(record, "next")
    assert rows(database).keys() == {"exit", "next"}


def test_a_detail_is_what_every_database_takes(database, start) -> None:
    record = start()
    leave(record, "one")
    record.learn("one", OrderState.UNKNOWN, detail="{\x00<html>\n" + "x" * 1_000)
    detail = rows(database)["one"]["detail"]
    assert detail.startswith("{ <html> xx")
    assert len(detail) == LONGEST_DETAIL


def test_without_a_database_all_is_in_memory(clock) -> None:
    record = OrderRecord(None, BOT, clock)
    leave(record, "one")
    assert names(record.unsettled()) == ["one"]


def test_a_record_that_cannot_be_read_does_not_open(database, start) -> None:
    with database.writing() as connection:
        connection.execute(text("DROP TABLE orders"))
    with pytest.raises(DatabaseUnavailable):
        start()


def test_what_is_read_is_not_the_record_itself(start) -> None:
    record = start()
    leave(record, "one")
    record.unsettled().clear()
    assert names(record.unsettled()) == ["one"]
