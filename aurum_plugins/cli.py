"""The `aurum` command."""

from __future__ import annotations

import gc
import sys

import typer

from aurum_plugins.commands.on_demand import BRIEF, MARKUP, CommandsOnDemand
from aurum_plugins.errors import AurumError

EXIT_REFUSED = 2

app = typer.Typer(
    name="aurum",
    cls=CommandsOnDemand,
    no_args_is_help=True,
    rich_markup_mode=MARKUP,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def aurum() -> None:
    """AurumBotX: plugins for freqtrade, and a simulated exchange to run them on.

    New here? `aurum demo` starts both and trades; `aurum doctor` says what is missing.
    """


def main() -> None:
    """Run the command line; an expected error becomes one sentence and exit status 2."""
    is_brief = sys.argv[1:2] and sys.argv[1] in BRIEF
    if is_brief:
        # To look for garbage among what was imported takes a third of such a command's time, and
        # there is none: its process ends before it could use up memory.
        gc.disable()
    try:
        app()
    except AurumError as error:
        from rich.console import Console  # noqa: PLC0415 - takes a while, for errors only
        from rich.text import Text  # noqa: PLC0415

        message = Text.assemble(("Error: ", "red"), str(error))
        Console(stderr=True).print(message, soft_wrap=True)
        sys.exit(EXIT_REFUSED)
    finally:
        if is_brief:
            gc.freeze()


if __name__ == "__main__":
    main()
