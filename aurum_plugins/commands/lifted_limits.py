"""Letting a bot's loss limits start anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.bot_database import open_bot_database
from aurum_plugins.commands.configuration_files import read_configuration
from aurum_plugins.monitoring.known_bots import known_bots, meant_known_bots
from aurum_plugins.trading.risk_states import RiskStates


def lift_limits(bot: str | None, config: Sequence[Path] | None, *, ask: bool) -> None:
    """Let the limits of a bot, or of all that the database knows, start anew.

    Parameters
    ----------
    bot : str or None
        As `--bot` gives it; None: all of them.
    config : sequence of pathlib.Path or None
        freqtrade's configuration files.
    ask : bool
        Ask before anything is written.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the database does not know the bot.
    aurum_plugins.database.DatabaseUnavailable
        If it cannot be written.
    """
    with open_bot_database(read_configuration(config)) as database:
        known = known_bots(database)
        bots = known if bot is None else meant_known_bots(bot, known)
        if ask and bots:
            question = f"Let the loss limits of {' and '.join(bots)} start anew?"
            typer.confirm(question, abort=True, err=True)
        for name in bots:
            RiskStates(database, name, WallClock()).lift()
            line = f"{name}: the next mark of the equity is the new peak; the day and week begin"
            Console().print(Text(line), soft_wrap=True)
        if not bots:
            Console().print(Text("no bot has written anything yet"), soft_wrap=True)
