"""A running bot as a question sees it: read from memory, in the thread that talks to Telegram."""

from __future__ import annotations

import logging
from typing import Any

from aurum_plugins.monitoring.reports import AccountReport
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.strategies.account_told import account_report
from aurum_plugins.telegram.asked_bot import AskedBot

logger = logging.getLogger(__name__)


def asked_bot(bot: Any, now_ms: int) -> AskedBot:
    """Look at a bot without waiting for its loop, its database or its exchange.

    Parameters
    ----------
    bot : freqtrade.freqtradebot.FreqtradeBot
        Whose strategy is one of ours.
    now_ms : int
        UTC milliseconds.
    """
    account, marked_ms = _account(bot)
    return AskedBot(
        config=bot.config,
        timeframe=bot.strategy.timeframe,
        state=str(bot.state),
        now_ms=now_ms,
        pairs=tuple(getattr(bot, "active_pair_whitelist", None) or ()),
        account=account,
        marked_ms=marked_ms,
    )


def _account(bot: Any) -> tuple[AccountReport | None, int | None]:
    """What the desk found when it last took stock; nothing before it did."""
    desk = bot.strategy._desk  # noqa: SLF001 - asking for it would make one where there is none
    try:
        stock = desk.stock
        if stock.marks is None and stock.account.cash == 0:
            return None, None
        limits = RiskSettings.from_config(bot.config)
        marked_ms = None if stock.marks is None else stock.marks.at_ms
        return account_report(stock, (), limits), marked_ms
    except Exception:
        logger.exception("The account could not be looked at for Telegram.")
        return None, None
