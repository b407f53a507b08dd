"""`aurum starts`: configurations that ran well, and going back to one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.commands.bot_option import BotName
from aurum_plugins.errors import ConfigurationError

app = typer.Typer(name="starts", invoke_without_command=True, rich_markup_mode="markdown")

Which = Annotated[
    str | None,
    typer.Argument(
        metavar="START",
        help="As listed, or how it begins; the bot's last good one by default.",
        show_default=False,
    ),
]
UserData = Annotated[
    Path,
    typer.Option(
        "--userdir",
        "--user-data-dir",
        metavar="DIRECTORY",
        help="The bot's user data folder, as freqtrade was told of it.",
    ),
]
USER_DATA = Path("user_data")


@app.callback()
def starts(
    context: typer.Context,
    bot: BotName = None,
    userdir: UserData = USER_DATA,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON document instead; times are UTC.")
    ] = False,
) -> None:
    """List the configurations that bots ran well with, and what differs from them now.

    A running bot keeps a copy of its configuration files once it has run well for 10 minutes: no
    error in the last 30 loops, and every pair decided on. No configuration is read here, since it
    may be what is wrong. Variables of the environment are named, never kept.

    **Examples**

    `aurum starts`

    `aurum starts diff`

    `aurum starts restore 20261123T0915 --userdir /srv/bot/user_data`
    """
    if context.invoked_subcommand is not None:
        _refuse_misplaced(context.invoked_subcommand, bot, userdir, as_json=as_json)
        return
    from aurum_plugins.commands.starts_request import asked_starts, open_starts  # noqa: PLC0415
    from aurum_plugins.commands.starts_tables import (  # noqa: PLC0415
        starts_document,
        starts_table,
    )

    kept = open_starts(userdir)
    found, damaged = asked_starts(kept, bot)
    if as_json:
        document = starts_document(found, damaged)
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
        return
    if found:
        Console().print(starts_table(found))
    elif not damaged:
        _say(f"No start was kept yet in {kept.folder}; a bot keeps one when it has run well.")
    for error in damaged:
        _say(str(error), "yellow")


@app.command()
def diff(which: Which = None, bot: BotName = None, userdir: UserData = USER_DATA) -> None:
    """Show how today's files differ from those of a start: what was there, then what is now.

    Secrets are masked; where one has changed, two masked lines say so.

    **Examples**

    `aurum starts diff`

    `aurum starts diff 20261123T0915 --bot 'freqtrade (live)'`
    """
    from aurum_plugins.commands.starts_request import chosen_start, open_starts  # noqa: PLC0415
    from aurum_plugins.commands.starts_words import print_changes, surroundings  # noqa: PLC0415
    from aurum_plugins.starts.changes import changes_since  # noqa: PLC0415

    start = chosen_start(open_starts(userdir), which, bot)
    if not print_changes(start, changes_since(start), backwards=False):
        _say(f"The files are as in {start.id}.")
    for sentence in surroundings(start):
        _say(sentence, "yellow")


@app.command()
def restore(
    which: Which = None,
    bot: BotName = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    userdir: UserData = USER_DATA,
) -> None:
    """Give the files of a start the content that they had; you are shown what changes, and asked.

    What is there now is kept first, as a start of its own: restoring that one undoes this. A bot
    that runs goes on as it is until it loads its configuration again.

    **Examples**

    `aurum starts restore`

    `aurum starts restore 20261123T0915 --yes`
    """
    from aurum_plugins.commands.starts_request import chosen_start, open_starts  # noqa: PLC0415
    from aurum_plugins.commands.starts_words import (  # noqa: PLC0415
        how_to_go_on,
        print_changes,
        shared_words,
        shown_path,
        surroundings,
    )
    from aurum_plugins.starts.changes import changes_since  # noqa: PLC0415
    from aurum_plugins.starts.restoring import files_to_write  # noqa: PLC0415
    from aurum_plugins.starts.restoring import restore as write_back  # noqa: PLC0415

    kept = open_starts(userdir)
    start = chosen_start(kept, which, bot)
    changes = changes_since(start)
    wanted = files_to_write(changes)
    print_changes(start, changes, backwards=True)
    for sentence in surroundings(start):
        _say(sentence, "yellow")
    if not wanted:
        _say(f"Nothing to restore: the files are as in {start.id}. `aurum starts` lists others.")
        return
    for sentence in shared_words(kept, start, wanted):
        _say(sentence, "yellow")
    if not yes:
        files = "this file" if len(wanted) == 1 else f"these {len(wanted)} files"
        typer.confirm(f"Restore {files} as of {start.id}?", abort=True, err=True)
    restored = write_back(kept, start)
    if restored is None:
        _say(f"Nothing to restore any more: the files are as in {start.id}.")
        return
    for path in restored.written:
        _say(f"Restored: {shown_path(path)}")
    for sentence in how_to_go_on(start, restored.undo, userdir):
        _say(sentence)


def _refuse_misplaced(command: str, bot: str | None, userdir: Path, *, as_json: bool) -> None:
    """Options of the list would be lost on another command, and the wrong bot restored."""
    if as_json:
        raise ConfigurationError("--json", "is an option of the list alone", command)
    rule = f"must stand after `{command}`: aurum starts {command}"
    if bot is not None:
        raise ConfigurationError("--bot", f"{rule} --bot NAME", bot)
    if userdir != USER_DATA:
        raise ConfigurationError("--userdir", f"{rule} --userdir DIRECTORY", str(userdir))


def _say(text: str, style: str = "") -> None:
    Console().print(Text(text, style), soft_wrap=True)
