"""What freqtrade's bot does besides, where its strategy is one of ours.

`aurum_plugins.plugin` completes freqtrade's class with it. Whatever else it needs is loaded by the
strategy: a bot with another one pays for nothing.
"""

from __future__ import annotations

import logging
from contextlib import nullcontext
from typing import Any

logger = logging.getLogger(__name__)


def take_over_lost_orders(bot: Any) -> None:
    """Book orders that were lost when a process died: see `strategies.recovered_orders`.

    Parameters
    ----------
    bot : type
        `freqtrade.freqtradebot.FreqtradeBot`.
    """
    stock = bot.process

    def process(self: Any) -> None:
        recovered = getattr(self.strategy, "recovered", None)
        if recovered is not None:
            recovered.look()
            for pair in recovered.entries():
                _enter_again(self, pair, recovered.stake(pair))
        stock(self)

    bot.process = process


def survive_interrupted_writes(bot: Any) -> None:
    """Let a bot that Ctrl-C met in the midst of a write to its database end as usual.

    The write was undone by the interruption, and until that is acknowledged the database's session
    refuses everything: open orders would not be cancelled, nor would anything be saved at the end.
    What the write held is asked from the exchange at the next start.

    Parameters
    ----------
    bot : type
        `freqtrade.freqtradebot.FreqtradeBot`.
    """
    stock = bot.cleanup

    def cleanup(self: Any) -> None:
        if _reporting(self) is not None:
            _acknowledge_undone_write()
        stock(self)

    bot.cleanup = cleanup


def report_on_itself(bot: Any) -> None:
    """Let bots tell of themselves, from start to end: see `strategies.bot_reporting`.

    Parameters
    ----------
    bot : type
        `freqtrade.freqtradebot.FreqtradeBot`.
    """
    stock_init, stock_process, stock_cleanup = bot.__init__, bot.process, bot.cleanup

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        stock_init(self, *args, **kwargs)
        reporting = _reporting(self)
        if reporting is not None:
            reporting.begin(self)

    def process(self: Any) -> None:
        reporting = _reporting(self)
        with nullcontext() if reporting is None else reporting.loop():
            stock_process(self)

    def cleanup(self: Any) -> None:
        try:
            stock_cleanup(self)
        finally:
            reporting = _reporting(self)
            if reporting is not None:
                reporting.end(self)

    bot.__init__, bot.process, bot.cleanup = init, process, cleanup


def _reporting(bot: Any) -> Any:
    # A bot that could not be set up may have no strategy.
    return getattr(getattr(bot, "strategy", None), "aurum_reporting", None)


def _acknowledge_undone_write() -> None:
    from freqtrade.persistence import Trade  # noqa: PLC0415 - freqtrade loads this
    from sqlalchemy.exc import PendingRollbackError  # noqa: PLC0415 - only where needed

    # A bot that could not be set up may have no session.
    if not hasattr(Trade, "session"):
        return
    try:
        Trade.commit()
    except PendingRollbackError:
        Trade.rollback()
        logger.warning(
            "Interrupted while it wrote to its database: that write is undone. What it held is "
            "asked from the exchange at the next start."
        )


def _enter_again(bot: Any, pair: str, stake: float) -> None:
    from freqtrade.exceptions import FreqtradeException  # noqa: PLC0415 - freqtrade loads this

    from aurum_plugins.strategies.recovered_orders import TAG  # noqa: PLC0415 - only where needed

    try:
        with bot._exit_lock:  # noqa: SLF001 - as freqtrade's own entries do
            entered = bot.execute_entry(pair, stake, enter_tag=TAG)
    except FreqtradeException as error:
        entered = False
        logger.warning("%s: an order that was lost could not be taken over: %s", pair, error)
    if not entered:
        logger.error("%s: a position of ours has no trade, and so no stop.", pair)
