"""The `aurum` command."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.commands import database, models
from aurum_plugins.commands.demo import demo
from aurum_plugins.commands.doctor import doctor
from aurum_plugins.commands.evaluate import evaluate
from aurum_plugins.commands.features import features
from aurum_plugins.commands.kill import kill
from aurum_plugins.commands.quality import quality
from aurum_plugins.commands.rearm import rearm
from aurum_plugins.commands.sandbox import sandbox
from aurum_plugins.commands.soak import soak
from aurum_plugins.commands.status import status
from aurum_plugins.commands.tune import tune
from aurum_plugins.commands.venues import venues
from aurum_plugins.commands.why import why
from aurum_plugins.errors import AurumError

EXIT_REFUSED = 2

app = typer.Typer(
    name="aurum",
    help=(
        "AurumBotX: plugins for freqtrade, and a simulated exchange to run them on.\n\n"
        "New here? `aurum demo` starts both and trades; `aurum doctor` says what is missing."
    ),
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(demo)
app.command()(sandbox)
app.command()(doctor)
app.command()(why)
app.command()(status)
app.command()(venues)
app.command()(kill)
app.command()(rearm)
app.command()(features)
app.command()(quality)
app.command()(evaluate)
app.command()(tune)
app.command()(soak)
app.add_typer(models.app, name="models")
app.add_typer(database.app, name="database")


def main() -> None:
    """Run the command line; an expected error becomes one sentence and exit status 2."""
    try:
        app()
    except AurumError as error:
        message = Text.assemble(("Error: ", "red"), str(error))
        Console(stderr=True).print(message, soft_wrap=True)
        sys.exit(EXIT_REFUSED)


if __name__ == "__main__":
    main()
