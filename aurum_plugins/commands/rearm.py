"""`aurum rearm`: the bots may open positions again."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.bot_option import BotName
from aurum_plugins.commands.options import ConfigFiles


def rearm(
    bot: BotName = None,
    reason: Annotated[
        str, typer.Option("--reason", "-r", help="Kept beside the switch.")
    ] = "by hand",
    limits: Annotated[
        bool,
        typer.Option(
            "--limits",
            help="Let the loss limits start anew instead: drawdown, day, week, losses in a row.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: ConfigFiles = None,
) -> None:
    """Undo `aurum kill`; you are told who threw the switch, and why, and asked.

    Without --bot that is the switch of every bot. One that was thrown for a single bot stays
    thrown until it is re-armed under that bot's name. What the loss limits refuse they go on
    refusing: --limits lets these start anew, from the equity of the next moment on.

    **Examples**

    `aurum rearm`

    `aurum rearm --bot freqtrade --reason "prices are right again"`

    `aurum rearm --limits --bot freqtrade`
    """
    if limits:
        from aurum_plugins.commands.lifted_limits import lift_limits  # noqa: PLC0415

        lift_limits(bot, config, ask=not yes)
        return
    from aurum_plugins.commands.bot_database import open_bot_database  # noqa: PLC0415
    from aurum_plugins.commands.configuration_files import read_configuration  # noqa: PLC0415
    from aurum_plugins.commands.operator_name import operator_name  # noqa: PLC0415
    from aurum_plugins.monitoring.known_bots import known_bots, meant_known_bots  # noqa: PLC0415
    from aurum_plugins.risk.kill_switch import KillSwitch  # noqa: PLC0415
    from aurum_plugins.risk.kill_switch_errors import UnknownSwitchState  # noqa: PLC0415
    from aurum_plugins.risk.switch import EVERY_BOT  # noqa: PLC0415
    from aurum_plugins.risk.switch_history import last_entries  # noqa: PLC0415
    from aurum_plugins.risk.switch_words import (  # noqa: PLC0415
        is_thrown,
        name_in_words,
        switch_in_words,
        undoing_command,
    )

    clock = WallClock()
    with open_bot_database(read_configuration(config)) as database:
        known = known_bots(database)
        everyone = bot is None or bot.strip() == EVERY_BOT
        scopes = (EVERY_BOT,) if everyone else meant_known_bots(bot, known)
        with database.reading() as connection:
            entries = last_entries(connection, scopes)
        thrown = [entry for entry in entries.values() if is_thrown(entry)]
        for entry in thrown:
            _say(f"{name_in_words(entry.bot)}: {switch_in_words(entry, clock.now_ms())}")
        if not thrown:
            _say(f"{' and '.join(map(name_in_words, scopes))}: armed already")
        elif not yes:
            typer.confirm("Let positions be opened again?", abort=True, err=True)
        for entry in thrown:
            # What it raises is about the other switch, which is looked at below.
            with suppress(UnknownSwitchState):
                switch = KillSwitch(database, entry.bot, clock)
                switch.rearm(reason, operator_name(), seen=entry.number)
            _say(f"{name_in_words(entry.bot)}: armed, from the next loop on")
        with database.reading() as connection:
            others = last_entries(connection, known if everyone else (EVERY_BOT,))
    for entry in filter(is_thrown, others.values()):
        what = f"{name_in_words(entry.bot)}: {switch_in_words(entry, clock.now_ms())}"
        _say(f"Still thrown: {what} (to undo it: {undoing_command(entry.bot)})")


def _say(text: str) -> None:
    Console().print(Text(text), soft_wrap=True)
