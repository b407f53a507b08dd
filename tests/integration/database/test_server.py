"""A PostgreSQL server that goes away, comes back, and does not let everybody in."""

from __future__ import annotations

import pytest
from postgres_server import PASSWORD, PostgresServer
from sqlalchemy import delete, text

from aurum_plugins.database import DatabaseUnavailable, open_database
from aurum_plugins.database.schema import switches
from aurum_plugins.database.schema_version import HEAD
from aurum_plugins.database.status import read_status

ROW = {"bot": "b", "state": "s", "reason": "x", "by": "b", "at_ms": 1}


@pytest.fixture
def url(postgres: PostgresServer):
    made = postgres.new_database()
    yield made
    postgres.drop(made)


def test_after_a_restart_it_goes_on(postgres, url) -> None:
    with open_database(url) as database:
        with database.writing() as connection:
            connection.execute(switches.insert().values(ROW))
        postgres.stop()
        try:
            with (
                pytest.raises(DatabaseUnavailable, match="the server does not answer"),
                database.reading(),
            ):
                pass
        finally:
            postgres.start()
        with database.writing() as connection:
            connection.execute(switches.insert().values(ROW))
        assert read_status(database).rows["switches"] == 2


def test_a_server_that_goes_in_mid_transaction_undoes_it(postgres, url) -> None:
    with open_database(url) as database:

        def interrupted() -> None:
            with database.writing() as connection:
                connection.execute(switches.insert().values(ROW))
                postgres.stop()

        try:
            with pytest.raises(DatabaseUnavailable):
                interrupted()
        finally:
            postgres.start()
        assert read_status(database).rows["switches"] == 0


def test_nobody_gets_in_by_the_wrong_password(postgres, url) -> None:
    wrong = postgres.url(url.database, password="wrong-one")
    with pytest.raises(DatabaseUnavailable, match="does not accept the user or") as caught:
        open_database(wrong)
    for secret in ("wrong-one", PASSWORD):
        assert secret not in str(caught.value) + repr(caught.value.__cause__)
    with pytest.raises(DatabaseUnavailable, match="does not accept the user or"):
        open_database(postgres.url(url.database, user="nobody"))


def test_a_database_that_is_missing_is_named(postgres) -> None:
    with pytest.raises(DatabaseUnavailable, match="no database of this name: create it"):
        open_database(postgres.url("nowhere"))


def test_a_port_where_nobody_listens(postgres) -> None:
    with pytest.raises(DatabaseUnavailable, match="the server does not answer") as caught:
        open_database(postgres.url().set(port=1))
    assert caught.value.url == "postgresql+psycopg://aurum:***@127.0.0.1:1/postgres"


def test_a_user_who_may_only_read(postgres, url) -> None:
    open_database(url).close()
    postgres.execute("CREATE USER reader PASSWORD 'reader'")
    postgres.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", url.database)
    try:
        with open_database(postgres.url(url.database, "reader", "reader")) as database:
            assert read_status(database).version == HEAD
            with (
                pytest.raises(DatabaseUnavailable, match="the user may not do this"),
                database.writing() as connection,
            ):
                connection.execute(delete(switches))
    finally:
        postgres.execute("DROP OWNED BY reader", url.database)
        postgres.execute("DROP USER reader")


def test_an_answer_that_takes_too_long_is_given_up(url) -> None:
    with (
        open_database(url, timeout_seconds=0.2) as database,
        pytest.raises(DatabaseUnavailable, match="an answer took too long"),
        database.reading() as connection,
    ):
        connection.execute(text("SELECT pg_sleep(20)"))
