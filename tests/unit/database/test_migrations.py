"""The migrations give exactly the tables that the code knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from aurum_plugins.database import open_database
from aurum_plugins.database.migrations import upgrade
from aurum_plugins.database.schema import metadata
from aurum_plugins.database.schema_version import VERSION_TABLE, VERSIONS, stored_version

KEPT = {"bot": "bot", "state": {"peak": 1.5}, "at_ms": 7}
SCRIPTS = ScriptDirectory(str(Path(upgrade.__file__).parent))


def test_the_versions_are_those_of_the_files() -> None:
    oldest_first = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
    assert tuple(oldest_first) == VERSIONS


def test_migrating_gives_exactly_the_tables_of_the_schema(database) -> None:
    options = {"compare_server_default": True, "version_table": VERSION_TABLE}
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_a_difference_would_be_seen(database) -> None:
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE switches ADD COLUMN more INTEGER"))
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert [step[0] for step in compare_metadata(context, metadata)] == ["remove_column"]


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_keys_are_named_and_ordered_as_in_the_schema(database, table) -> None:
    """Which a comparison of metadata does not look at."""
    with database.reading() as connection:
        found = inspect(connection).get_pk_constraint(table.name)
    assert found["constrained_columns"] == [column.name for column in table.primary_key]
    assert found["name"] == f"pk_{table.name}"


def test_a_database_of_the_version_before_keeps_its_rows(database_address, monkeypatch) -> None:
    to_version = upgrade.command.upgrade
    monkeypatch.setattr(
        upgrade.command, "upgrade", lambda config, _: to_version(config, VERSIONS[-2])
    )
    with open_database(database_address) as before, before.writing() as connection:
        assert stored_version(connection) == VERSIONS[-2]
        connection.execute(metadata.tables["risk_states"].insert().values(KEPT))
    monkeypatch.undo()
    with open_database(database_address) as after, after.reading() as connection:
        assert stored_version(connection) == VERSIONS[-1]
        found = connection.execute(metadata.tables["risk_states"].select()).one()
        assert dict(found._mapping) == KEPT
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_optuna_may_live_beside(database_address) -> None:
    """It keeps its own version in `alembic_version`."""
    import optuna

    url = database_address.render_as_string(hide_password=False)
    with open_database(database_address):
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        optuna.create_study(storage=url, study_name="beside")
    with open_database(database_address) as database, database.reading() as connection:
        assert inspect(connection).has_table("studies")
        assert connection.scalar(text("SELECT count(*) FROM switches")) == 0
