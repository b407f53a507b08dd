"""`aurum kill`: nothing is opened any more, from the bots' next loop on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.bot_option import BotName
from aurum_plugins.commands.options import ConfigFiles
from aurum_plugins.errors import AurumError, ConfigurationError

if TYPE_CHECKING:
    from aurum_plugins.database.database import Database
    from aurum_plugins.risk.switch import Switch, SwitchState

EXIT_NOT_THROWN = 2
# freqtrade's own default.
_LOOP_SECONDS = 5
_INSTEAD = (
    "A bot that cannot write its decisions to its database opens nothing either, but do not rely "
    "on that: stop the bot. Press Ctrl+C where it runs, send /stop to its Telegram bot, or use "
    "`docker compose stop bot`. Nobody watches the positions and orders of a stopped bot: close "
    "them on the exchange, or with /forceexit all before you stop it."
)


def kill(
    flat: Annotated[
        bool, typer.Option("--flat", help="Cancel entry orders and sell all positions, too.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Stop the selling of --flat; still open nothing.")
    ] = False,
    bot: BotName = None,
    reason: Annotated[
        str, typer.Option("--reason", "-r", help="Kept beside the switch.")
    ] = "by hand",
    config: ConfigFiles = None,
) -> None:
    """Let no bot open positions any more, at once and without a question.

    It works while bots run and lasts over restarts, until `aurum rearm`. Positions are left to
    their own stops and exits, or sold with **--flat**. Without --bot it is for every bot of the
    database; a name without "(dry run)" or "(live)" means both. The exit status is 2 if the switch
    was NOT thrown.

    **Examples**

    `aurum kill`

    `aurum kill --flat --bot freqtrade --reason "prices look wrong"`
    """
    from aurum_plugins.commands.bot_database import open_bot_database  # noqa: PLC0415
    from aurum_plugins.commands.configuration_files import read_configuration  # noqa: PLC0415
    from aurum_plugins.commands.operator_name import operator_name  # noqa: PLC0415
    from aurum_plugins.monitoring.known_bots import meant_bots  # noqa: PLC0415
    from aurum_plugins.risk.kill_switch import KillSwitch  # noqa: PLC0415
    from aurum_plugins.risk.switch import EVERY_BOT, SwitchState  # noqa: PLC0415
    from aurum_plugins.risk.switch_words import undoing_command  # noqa: PLC0415

    asked = SwitchState.FLAT if flat else SwitchState.HALTED
    thrown: list[Switch] = []
    try:
        if flat and keep:
            raise ConfigurationError("--keep", "cannot be given together with --flat", keep)
        settings = read_configuration(config)
        scopes = (EVERY_BOT,) if bot is None else meant_bots(bot)
        database = open_bot_database(settings, migrate=True)
        for scope in scopes:
            switch = KillSwitch(database, scope, WallClock())
            thrown.append(switch.throw(asked, reason, operator_name(), lower=keep))
    except (AurumError, OSError) as error:
        _say_not_thrown(error, thrown)
        raise typer.Exit(EXIT_NOT_THROWN) from None
    with database:
        _say_thrown(database, thrown, asked)
        _say_whom_it_reaches(database, thrown)
    console = Console()
    seconds = f"{_loop_seconds(settings):g} s"
    when = f"A running bot obeys at its next loop, at most {seconds} after the present one ends."
    undo = undoing_command(EVERY_BOT if bot is None else bot)
    console.print(Text(when), soft_wrap=True)
    console.print(Text(f"To undo it: {undo}"), soft_wrap=True)


def _say_not_thrown(error: Exception, thrown: Sequence[Switch]) -> None:
    errors = Console(stderr=True)
    but = f" (for {', '.join(entry.bot for entry in thrown)} it was)" if thrown else ""
    said = Text.assemble((f"The kill switch was NOT thrown{but}: ", "bold red"), str(error))
    errors.print(said, soft_wrap=True)
    errors.print(Text(_INSTEAD), soft_wrap=True)


def _say_thrown(database: Database, thrown: Sequence[Switch], asked: SwitchState) -> None:
    from aurum_plugins.risk.switch import EVERY_BOT  # noqa: PLC0415

    names = " and ".join(entry.bot for entry in thrown)
    whom = f"every bot of {database.url}" if names == EVERY_BOT else f"{names} in {database.url}"
    states = {entry.state: entry.state.sentence for entry in thrown}
    text = Text.assemble(("Thrown", "bold"), f" for {whom}: {'; '.join(states.values())}.")
    Console().print(text, soft_wrap=True)
    if any(entry.state is not asked for entry in thrown):
        Console().print("It was flat already, and stays so; --keep would stop the selling.")


def _say_whom_it_reaches(database: Database, thrown: Sequence[Switch]) -> None:
    """The state read back for each bot, and whether it ever used this database."""
    from aurum_plugins.elapsed_time import elapsed  # noqa: PLC0415
    from aurum_plugins.monitoring.known_bots import known_bots  # noqa: PLC0415
    from aurum_plugins.monitoring.last_decision import last_decision  # noqa: PLC0415
    from aurum_plugins.risk.kill_switch import KillSwitch  # noqa: PLC0415
    from aurum_plugins.risk.switch import EVERY_BOT  # noqa: PLC0415

    console, errors = Console(), Console(stderr=True)
    clock = WallClock()
    scopes = tuple(entry.bot for entry in thrown)
    seen = False
    try:
        for bot in known_bots(database) if scopes == (EVERY_BOT,) else scopes:
            state = KillSwitch(database, bot, clock).read().state
            last = last_decision(database, bot)
            age = "none" if last is None else f"{elapsed(last.decided_ms, clock.now_ms())} ago"
            console.print(Text(f"  {bot}: {state}; last decision: {age}"), soft_wrap=True)
            seen |= last is not None
    except AurumError as error:
        errors.print(Text(f"It could not be read back: {error}", "yellow"), soft_wrap=True)
        return
    if not seen:
        doubt = (
            "No such bot ever decided anything in this database. Is it the one that yours uses, "
            "and is this its name? `aurum status` lists the bots that are known."
        )
        errors.print(Text(doubt, "yellow"), soft_wrap=True)


def _loop_seconds(settings: Mapping[str, Any]) -> float:
    internals = settings.get("internals")
    seconds = internals.get("process_throttle_secs") if isinstance(internals, Mapping) else None
    return seconds if isinstance(seconds, int | float) else _LOOP_SECONDS
