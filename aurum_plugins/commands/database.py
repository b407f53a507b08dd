"""`aurum database`: what is kept, where, and bringing its tables up to date."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aurum_plugins.commands.options import ConfigFiles

if TYPE_CHECKING:
    from aurum_plugins.database import Database
    from aurum_plugins.database.status import DatabaseStatus

app = typer.Typer(
    name="database",
    help="Say what is kept and where; bring the tables up to date.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
# Nobody's order waits for this command, so it may be patient.
_TIMEOUT_SECONDS = 10.0
_MEGABYTE = 1_000_000


@app.command()
def status(
    config: ConfigFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document instead.")] = False,
) -> None:
    """Say where the database is, which version its tables have, and how much they hold.

    The file of an SQLite database is checked from end to end, and exit status 2 says that it is
    damaged. Nothing is changed, and a running bot is not disturbed.

    **Examples**

    `aurum database status`

    `AURUM_DATABASE_URL=postgresql://aurum:password@localhost/aurum aurum database status --json`
    """
    from aurum_plugins.database.status import read_status  # noqa: PLC0415

    with _opened(config, migrate=False) as database:
        found = read_status(database)
    if as_json:
        typer.echo(orjson.dumps(asdict(found), option=orjson.OPT_INDENT_2).decode())
    else:
        Console().print(_table(found))


@app.command()
def upgrade(config: ConfigFiles = None) -> None:
    """Make the database if there is none, and bring its tables up to date.

    A bot does the same when it starts. Either every step is done or none.

    **Example**

    `aurum database upgrade`
    """
    from aurum_plugins.database.schema_version import HEAD  # noqa: PLC0415

    with _opened(config, migrate=True) as database:
        said = f"{database.url}: its tables are up to date (version {HEAD})"
        Console().print(Text(said), soft_wrap=True)


def _opened(config: ConfigFiles, *, migrate: bool) -> Database:
    # SQLAlchemy takes a while to load.
    from aurum_plugins.commands.configuration_files import read_configuration  # noqa: PLC0415
    from aurum_plugins.database import database_url, open_database  # noqa: PLC0415

    url = database_url(read_configuration(config))
    return open_database(url, migrate=migrate, timeout_seconds=_TIMEOUT_SECONDS)


def _table(found: DatabaseStatus) -> Table:
    table = Table("fact", "value", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    facts = {
        "database": found.url,
        "kind": found.kind,
        "version": found.version or "none",
        "size": f"{found.size_bytes / _MEGABYTE:.1f} MB",
        **{name: f"{rows} rows" for name, rows in found.rows.items()},
    }
    for fact, value in facts.items():
        table.add_row(fact, Text(value, overflow="fold"))
    return table
