"""`aurum ledger reconcile`: the ledger, freqtrade's trades and the exchange's fills together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import orjson
import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.options import ConfigFiles

if TYPE_CHECKING:
    from aurum_plugins.ledger.fill_reconciliation import FillReconciliation
    from aurum_plugins.ledger.reconciliation import Reconciliation

EXIT_DIFFERENCES: Final = 1


def reconcile(
    exchange: Annotated[
        bool,
        typer.Option(help="Also ask the exchange for the account's fills (live bots only)."),
    ] = True,
    config: ConfigFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document instead.")] = False,
) -> None:
    """Hold the ledger against freqtrade's trades, and these against the exchange's own fills.

    The bot is the configuration's. Of each closed trade the fee must be booked that is due. Of each
    order of a live bot, amount, average price and fee must be as the exchange tells them with the
    configuration's keys: amounts and prices may differ by one step of the market. The exit status
    is 1 if anything differs. All is only read: nothing is corrected, and no funds are moved.

    **Examples**

    `aurum ledger reconcile`

    `aurum ledger reconcile -c user_data/live.json --no-exchange --json`
    """
    from aurum_plugins.commands.ledger_reconciling import reconciled  # noqa: PLC0415

    trades, fills = reconciled(config, WallClock(), ask_exchange=exchange)
    if as_json:
        document = {"trades": _document(trades), "fills": fills and _fills_document(fills)}
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(trades, "closed trades", ("the ledger", "due"))
        if fills is not None:
            _print(fills, "orders", ("freqtrade", "the exchange"))
            _print_fees(fills)
    if trades.differences or (fills is not None and fills.differences):
        raise typer.Exit(EXIT_DIFFERENCES)


def _print(found: Reconciliation, what: str, books: tuple[str, str]) -> None:
    from aurum_plugins.commands.ledger_tables import differences_table  # noqa: PLC0415

    console = Console()
    for note in found.notes:
        Console(stderr=True).print(Text(f"Note: {note}", "yellow"), soft_wrap=True)
    number = len(found.differences)
    result = f"{number} difference{'' if number == 1 else 's'}" if number else "no difference"
    title = f"{found.compared:,} {what} compared: {result}"
    if number:
        console.print(differences_table(title, books, found.differences))
    else:
        console.print(Text(title), soft_wrap=True)


def _print_fees(found: FillReconciliation) -> None:
    said = (
        f"Fees of {found.fills:,} fills that the exchange took: {_in_words(found.taken)}; "
        f"freqtrade's profits are reckoned with {_in_words(found.reckoned)}"
    )
    Console().print(Text(said), soft_wrap=True)


def _in_words(amounts: Mapping[str, Any]) -> str:
    from aurum_plugins.ledger.money_words import money  # noqa: PLC0415

    return (
        " and ".join(f"{money(n)} {currency}" for currency, n in sorted(amounts.items())) or "none"
    )


def _document(found: Reconciliation) -> dict[str, Any]:
    return {
        "compared": found.compared,
        "differences": [dict(vars(difference)) for difference in found.differences],
        "notes": list(found.notes),
    }


def _fills_document(found: FillReconciliation) -> dict[str, Any]:
    fees = {"taken": found.taken, "reckoned": found.reckoned}
    told = {name: {of: f"{n:f}" for of, n in sums.items()} for name, sums in fees.items()}
    return {**_document(found), "fills": found.fills, **told}
