"""What a backtest would have earned with the fee, after freqtrade's own tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aurum_plugins.ledger.due_fees import due_fees
from aurum_plugins.ledger.money_words import share
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.strategies.backtested_trades import backtested_trades
from aurum_plugins.strategies.settled_trades import exactly

_CAPTION: Final = (
    "freqtrade's own figures are those without the fee. It is charged on paper: it was not taken "
    "off the balance that the backtest traded with."
)


def print_fees(results: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Print the result of each strategy with and without the fee, where the ledger is on.

    Every trade of the backtest counts: `aurum.ledger.since` is about trades that were made.

    Parameters
    ----------
    results : mapping
        freqtrade's, of the whole backtest.
    config : mapping
        A whole freqtrade configuration.
    """
    settings = LedgerSettings.from_config(config).model_copy(update={"since": ""})
    if settings.enabled:
        for name, result in results.get("strategy", {}).items():
            Console().print(_table(name, result, settings))


def _table(name: str, result: Mapping[str, Any], settings: LedgerSettings) -> Table:
    currency = str(result["stake_currency"])
    trades = backtested_trades(result["trades"], currency)
    fees = [due.amount for due in due_fees(trades, settings).values() if due.amount]
    gross = sum((trade.profit for trade in trades), Decimal(0))
    fee = sum(fees, Decimal(0))
    balance = exactly(result["starting_balance"])
    table = Table(
        title=f"{name} with the fee",
        title_justify="left",
        caption=_CAPTION,
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("")
    for heading in (currency, f"of {balance.normalize():,f} {currency}"):
        table.add_column(Text(heading), justify="right")
    terms = f"{share(settings.rate or Decimal(0))} of {settings.base}"
    taken = f"fee, {terms}, {_charged(len(fees), len(trades))}"
    lines = (("result without the fee", gross), (taken, -fee), ("result with the fee", gross - fee))
    for label, amount in lines:
        part = f"{amount / balance:+.2%}".replace("%", " %") if balance else "-"
        table.add_row(Text(label), f"{amount:+,.2f}", part)
    return table


def _charged(charged: int, trades: int) -> str:
    return f"{charged:,} of {trades:,} trade{'' if trades == 1 else 's'} charged"
