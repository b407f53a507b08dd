"""Reading the three books that `aurum ledger reconcile` compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import Clock
from aurum_plugins.commands.bot_database import open_bot_database
from aurum_plugins.commands.configuration_files import read_configuration
from aurum_plugins.commands.exchange_fills import exchange_client, fetch_fills, market_steps
from aurum_plugins.commands.ledger_request import with_environment
from aurum_plugins.commands.trade_database import trade_database
from aurum_plugins.database.database import Database
from aurum_plugins.database.schema import orders as recorded_orders
from aurum_plugins.ledger.booked_order import BookedOrder
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.fill_reconciliation import FillReconciliation, reconcile_fills
from aurum_plugins.ledger.reconciliation import Reconciliation, reconcile_trades
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.ledger.settled_trade import SettledTrade


def reconciled(
    config: Sequence[Path] | None, clock: Clock, *, ask_exchange: bool
) -> tuple[Reconciliation, FillReconciliation | None]:
    """What came of comparing the books of the configuration's bot.

    Parameters
    ----------
    config : sequence of pathlib.Path or None
        freqtrade's configuration files; None: its usual one. freqtrade's environment variables
        count, too: keys often come that way.
    clock : Clock
    ask_exchange : bool

    Returns
    -------
    Reconciliation, FillReconciliation or None
        Ledger against trades; orders against fills, None if the exchange was not asked, as it never
        is about a dry run.

    Raises
    ------
    aurum_plugins.errors.AurumError
        If one of the books cannot be read.
    """
    # Plugins of freqtrade, which takes seconds to load.
    from aurum_plugins.strategies.booked_orders import booked_orders  # noqa: PLC0415
    from aurum_plugins.strategies.settled_trades import settled_trades  # noqa: PLC0415

    settings = with_environment(read_configuration(config))
    live = not settings.get("dry_run", True)
    with open_bot_database(settings) as database:
        with trade_database(settings) as connection:
            trades = settled_trades(str(settings.get("stake_currency", "")), connection)
            orders = booked_orders(connection) if live and ask_exchange else None
        of_trades = _trades(database, trades, settings, clock, live=live)
        if orders is None:
            return of_trades, None
        return of_trades, _fills(database, orders, settings)


def _trades(
    database: Database,
    trades: Sequence[SettledTrade],
    settings: Mapping[str, Any],
    clock: Clock,
    *,
    live: bool,
) -> Reconciliation:
    terms, bot = LedgerSettings.from_config(settings), bot_identity(settings)
    if not terms.enabled:
        return Reconciliation(0, (), ("aurum.ledger is off: no trade was held against the ledger",))
    ledger = FeeLedger(database, bot, terms, clock)
    due = {key: fee.amount for key, fee in ledger.due(trades).items()}
    entries, now_ms = ledger.entries(), clock.now_ms()
    return reconcile_trades(trades, due, entries, now_ms, may_begin_anew=not live)


def _fills(
    database: Database, orders: Sequence[BookedOrder], settings: Mapping[str, Any]
) -> FillReconciliation:
    written = recorded_orders.c
    query = select(written.exchange_order_id).where(written.bot == bot_identity(settings))
    with database.reading() as connection:
        own = {name for (name,) in connection.execute(query) if name is not None}
    with exchange_client(settings) as api:
        fills = fetch_fills(api, [order for order in orders if not order.is_open])
        steps = market_steps(api, {order.pair for order in orders})
    return reconcile_fills(orders, fills, steps, own)
