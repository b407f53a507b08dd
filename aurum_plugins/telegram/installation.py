"""What registration does to freqtrade's Telegram class: see `aurum_plugins.plugin`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from telegram.ext import Application

from aurum_plugins.clock import WallClock
from aurum_plugins.telegram.command_list import HELP, is_key
from aurum_plugins.telegram.settings import USUAL_API, TelegramSettings

logger = logging.getLogger(__name__)


def new_application(telegram: Any, stock: Callable[[Any], Any]) -> Any:
    """The application that freqtrade builds, at the address configured, with our commands.

    Parameters
    ----------
    telegram : freqtrade.rpc.telegram.Telegram
    stock : callable
        freqtrade's own method.
    """
    config: Mapping[str, Any] = telegram._config  # noqa: SLF001 - no other way to it
    api = TelegramSettings.from_config(config).api
    if api == USUAL_API:
        app = stock(telegram)
    else:
        builder = Application.builder().token(config["telegram"]["token"])
        app = builder.base_url(f"{api}/bot").base_file_url(f"{api}/file/bot").build()
    try:
        # Takes a strategy's imports, which a bot has made by now.
        from aurum_plugins.telegram.bot_commands import BotCommands  # noqa: PLC0415

        BotCommands(telegram, WallClock()).add_to(app)
    except Exception:
        # freqtrade's own commands are worth more than ours.
        logger.exception("The Telegram bot goes without the commands of AurumBotX.")
    return app


def init_keyboard(telegram: Any, stock: Callable[[Any], None]) -> None:
    """Let freqtrade check the keys of a custom keyboard that are not ours.

    Parameters
    ----------
    telegram : freqtrade.rpc.telegram.Telegram
    stock : callable
        freqtrade's own method.

    Raises
    ------
    freqtrade.exceptions.OperationalException
        If neither it nor we know a key.
    """
    config = telegram._config  # noqa: SLF001 - no other way to it
    wanted = config["telegram"].get("keyboard") or []
    theirs = [[key for key in row if not is_key(key)] for row in wanted]
    if theirs == wanted:
        stock(telegram)
        return
    telegram._config = {**config, "telegram": {**config["telegram"], "keyboard": theirs}}  # noqa: SLF001
    try:
        stock(telegram)
    finally:
        telegram._config = config  # noqa: SLF001
    telegram._keyboard = wanted  # noqa: SLF001


async def send_help(telegram: Any) -> None:
    """List our commands, in a message after freqtrade's own."""
    await telegram._send_msg(HELP, parse_mode="HTML")  # noqa: SLF001 - as its own commands do
