"""Reading and writing, alike on both databases."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from aurum_plugins.database import Database, DatabaseUnavailable, RecordConflict, open_database
from aurum_plugins.database.schema import equity_marks, risk_states, switches

BOT = "bot"
ROW = {"bot": BOT, "state": "halted", "reason": "x", "by": "me", "at_ms": 1}


def throw(database: Database, reason: str = "test", **options: bool) -> None:
    with database.writing(**options) as connection:
        connection.execute(switches.insert().values({**ROW, "reason": reason}))


def reasons(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.scalars(select(switches.c.reason).order_by(switches.c.number)))


@pytest.fixture
def memory() -> Iterator[Database]:
    with open_database("sqlite://", timeout_seconds=0.1) as opened:
        yield opened


class TestTransactions:
    @pytest.mark.parametrize("durable", [False, True])
    def test_what_was_written_is_read(self, database, durable) -> None:
        throw(database, "first", durable=durable)
        throw(database, "second", durable=durable)
        assert reasons(database) == ["first", "second"]

    def test_an_error_undoes_the_work_and_passes_through(self, database) -> None:
        def fail() -> None:
            with database.writing() as connection:
                connection.execute(switches.insert().values(ROW))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert reasons(database) == []

    def test_reading_cannot_write(self, database) -> None:
        with (
            pytest.raises(DatabaseUnavailable, match="read-only"),
            database.reading() as connection,
        ):
            connection.execute(delete(switches))
        throw(database)
        assert reasons(database) == ["test"]

    def test_whoever_reads_sees_one_moment(self, database) -> None:
        count = select(func.count()).select_from(switches)
        with database.reading() as connection:
            assert connection.scalar(count) == 0
            throw(database)
            assert connection.scalar(count) == 0
        assert reasons(database) == ["test"]

    def test_one_writes_at_a_time_so_a_count_is_never_stale(self, database) -> None:
        def add_one(_: int) -> None:
            with database.writing() as connection:
                rows = connection.scalar(select(func.count()).select_from(equity_marks))
                connection.execute(
                    equity_marks.insert().values(
                        bot=BOT, at_ms=rows, equity=1.0, exposure=0.0, drawdown=0.0
                    )
                )

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(add_one, range(40)))
        with database.reading() as connection:
            times = connection.scalars(select(equity_marks.c.at_ms).order_by(equity_marks.c.at_ms))
            assert list(times) == list(range(40))

    def test_a_swallowed_error_does_not_pass_for_a_commit(self, database) -> None:
        def swallow() -> None:
            with database.writing() as connection:
                connection.execute(switches.insert().values(ROW))
                if database.kind == "postgresql":
                    with suppress(SQLAlchemyError):
                        connection.execute(text("SELECT nonsense"))
                else:
                    # What SQLite itself does after some errors, such as a full disk.
                    connection.exec_driver_sql("ROLLBACK")

        with pytest.raises(DatabaseUnavailable, match="an error before undid the transaction"):
            swallow()
        assert reasons(database) == []

    def test_a_savepoint_may_fail(self, database) -> None:
        row = {"bot": BOT, "at_ms": 1, "equity": 1.0, "exposure": 0.0, "drawdown": 0.0}
        with database.writing() as connection:
            connection.execute(equity_marks.insert().values(row))
            with pytest.raises(SQLAlchemyError), connection.begin_nested():
                connection.execute(equity_marks.insert().values(row))
        with database.reading() as connection:
            assert connection.scalar(select(func.count()).select_from(equity_marks)) == 1


class TestErrors:
    def test_a_second_row_of_the_same_key_is_a_conflict(self, database) -> None:
        row = {"bot": BOT, "at_ms": 1, "equity": 1.0, "exposure": 0.0, "drawdown": 0.0}
        with database.writing() as connection:
            connection.execute(equity_marks.insert().values(row))
        with (
            pytest.raises(RecordConflict, match="a row breaks a rule of its table"),
            database.writing() as connection,
        ):
            connection.execute(equity_marks.insert().values(row))

    def test_a_missing_table_is_named(self, database) -> None:
        with database.writing() as connection:
            connection.execute(text("DROP TABLE switches"))
        message = "a table is missing: run `aurum database upgrade` .*switches"
        with pytest.raises(DatabaseUnavailable, match=message) as caught:
            reasons(database)
        assert caught.value.url == database.url
        assert caught.value.reason.startswith("a table is missing")

    def test_a_locked_database_is_not_waited_for_longer_than_told(self, database) -> None:
        with (
            open_database(database.engine.url, timeout_seconds=0.05) as hasty,
            database.writing(),
            pytest.raises(DatabaseUnavailable, match="it is locked"),
        ):
            throw(hasty)
        throw(database)
        assert reasons(database) == ["test"]

    def test_readers_wait_for_nobody(self, database) -> None:
        with database.writing() as connection:
            connection.execute(switches.insert().values(ROW))
            assert reasons(database) == []

    def test_more_threads_than_connections_are_told_so(self, database_address) -> None:
        with open_database(database_address, timeout_seconds=0.2) as database:
            inside, leave = threading.Barrier(16), threading.Event()

            def hold(_: int) -> None:
                with database.reading():
                    inside.wait(timeout=20)
                    leave.wait(timeout=20)

            with ThreadPoolExecutor(15) as pool:
                held = [pool.submit(hold, number) for number in range(15)]
                try:
                    inside.wait(timeout=20)
                    with pytest.raises(DatabaseUnavailable, match="connections are in use"):
                        reasons(database)
                finally:
                    leave.set()
                for one in held:
                    one.result()

    def test_a_value_that_no_column_takes(self, database) -> None:
        with (
            pytest.raises(DatabaseUnavailable, match="not a value for JSON"),
            database.writing() as connection,
        ):
            connection.execute(risk_states.insert().values(bot=BOT, at_ms=1, state={"a": object()}))


class TestValues:
    def test_json_comes_back_without_nan(self, database) -> None:
        state = {"nan": math.nan, "inf": math.inf, "text": "ü\u0000", "list": [1, 2.5, None]}
        with database.writing() as connection:
            connection.execute(risk_states.insert().values(bot=BOT, at_ms=1, state=state))
        with database.reading() as connection:
            got = connection.scalar(select(risk_states.c.state))
        assert got == {**state, "nan": None, "inf": None}

    def test_numpy_numbers_are_numbers(self, database) -> None:
        state = {"float": np.float64(0.5), "int": np.int64(3), "array": np.arange(2)}
        with database.writing() as connection:
            connection.execute(risk_states.insert().values(bot=BOT, at_ms=1, state=state))
        with database.reading() as connection:
            assert connection.scalar(select(risk_states.c.state)) == {
                "float": 0.5,
                "int": 3,
                "array": [0, 1],
            }

    def test_times_beyond_32_bits_and_floats_are_exact(self, database) -> None:
        row = {
            "bot": BOT,
            "at_ms": 2**53 + 1,
            "equity": 0.1 + 0.2,
            "exposure": 1e-300,
            "drawdown": 0.1,
        }
        with database.writing() as connection:
            connection.execute(equity_marks.insert().values(row))
        with database.reading() as connection:
            assert connection.execute(select(equity_marks)).mappings().one() == row


class TestOneDatabase:
    def test_it_says_what_it_is(self, database) -> None:
        assert database.persistent
        assert database.kind == database.engine.url.get_backend_name()
        assert "%40" not in database.url
        assert "pass" not in database.url

    def test_it_opens_again_after_it_was_closed(self, database) -> None:
        throw(database)
        database.close()
        assert reasons(database) == ["test"]

    def test_threads_share_what_is_in_memory(self, memory) -> None:
        assert not memory.persistent
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: throw(memory, str(number)), range(20)))
        assert sorted(map(int, reasons(memory))) == list(range(20))

    def test_in_memory_everything_ends_with_the_database(self, memory) -> None:
        throw(memory)
        with open_database("sqlite://") as other:
            assert reasons(other) == []

    def test_in_memory_nesting_is_refused_and_not_waited_for(self, memory) -> None:
        with (
            pytest.raises(DatabaseUnavailable, match="connections are in use"),
            memory.reading(),
            memory.reading(),
        ):
            pass


def test_sqlite_is_set_up_to_survive(tmp_path) -> None:
    def pragmas(connection, *names: str) -> list[object]:
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    with open_database(f"sqlite:///{tmp_path}/a.sqlite", timeout_seconds=1.5) as database:
        with database.reading() as connection:
            assert pragmas(connection, "journal_mode", "synchronous") == ["wal", 1]
            assert pragmas(connection, "foreign_keys", "busy_timeout") == [1, 1500]
        with database.writing(durable=True) as connection:
            assert pragmas(connection, "synchronous") == [2]
        with database.writing() as connection:
            assert pragmas(connection, "synchronous") == [1]
