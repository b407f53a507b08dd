"""The ledger in a running bot: what each closed trade makes due is booked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from freqtrade.persistence import Trade

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import WallClock
from aurum_plugins.database import Database
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.strategies.settled_trades import settled_trades

logger = logging.getLogger(__name__)


def fee_booking(config: dict[str, Any], database: Database) -> Callable[[], None] | None:
    """What brings the ledger up to date with freqtrade's closed trades; None where it is off.

    To be called in a thread that trading does not wait for: it reads all closed trades, on a
    connection of its own.

    Parameters
    ----------
    config : dict
        freqtrade's configuration.
    database : Database
        Stays the caller's, and open.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If a setting breaks a rule.
    """
    settings = LedgerSettings.from_config(config)
    if not settings.enabled:
        return None
    ledger = FeeLedger(database, bot_identity(config), settings, WallClock())
    currency = config["stake_currency"]

    def book() -> None:
        with Trade.session.get_bind().connect() as connection:
            trades = settled_trades(currency, connection)
        for entry in ledger.settle(trades):
            logger.info(
                "Ledger: %s of %s %s for %s.",
                *(entry.kind.value, entry.amount, entry.currency, entry.trade),
            )

    return book
