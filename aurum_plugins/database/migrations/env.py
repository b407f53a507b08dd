"""Run by Alembic: migrates over the connection that `upgrade` passes on."""

from __future__ import annotations

from alembic import context

from aurum_plugins.database.schema import metadata
from aurum_plugins.database.schema_version import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # SQLite changes a column only by copying its table.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
