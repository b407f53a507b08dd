"""`aurum ledger collect`: what came in for an invoice is entered."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.ledger_options import LedgerBot, Note, Yes
from aurum_plugins.commands.options import ConfigFiles
from aurum_plugins.errors import ConfigurationError


def collect(
    invoice: Annotated[
        int, typer.Argument(metavar="INVOICE", min=1, help="Its number, as `report` shows it.")
    ],
    amount: Annotated[
        str | None,
        typer.Option(
            metavar="AMOUNT", help="What was received; all that is outstanding by default."
        ),
    ] = None,
    note: Note = "",
    yes: Yes = False,
    bot: LedgerBot = None,
    config: ConfigFiles = None,
) -> None:
    """Enter what was received for an invoice; you are asked first.

    It is written down, and stays. No funds are moved: they were paid elsewhere. Less than the
    invoice leaves the rest outstanding, more is refused.

    **Examples**

    `aurum ledger collect 3`

    `aurum ledger collect 3 --amount 12.50 --note "bank transfer of 2 December"`
    """
    from aurum_plugins.commands.ledger_request import open_ledger  # noqa: PLC0415
    from aurum_plugins.commands.ledger_tables import NO_FUNDS  # noqa: PLC0415
    from aurum_plugins.ledger.errors import UnknownInvoice  # noqa: PLC0415
    from aurum_plugins.ledger.invoice import invoices  # noqa: PLC0415
    from aurum_plugins.ledger.money_words import money  # noqa: PLC0415

    received = None if amount is None else _decimal(amount)
    with open_ledger(config, bot, WallClock()) as found:
        known = {one.number: one for one in invoices(found.ledger.entries())}
        if invoice not in known:
            raise UnknownInvoice(invoice)
        meant = known[invoice]
        if not yes and meant.outstanding:
            told = money(meant.outstanding if received is None else received)
            _say(NO_FUNDS)
            question = f"Enter that {told} {meant.currency} were received for invoice {invoice} of "
            typer.confirm(f"{question}{found.bot}?", abort=True)
        entry = found.ledger.collect(invoice, received, note)
    rest = meant.outstanding - entry.amount
    left = f"{money(rest)} {meant.currency} are outstanding" if rest else "it is paid in full"
    amount_in_words = f"{money(entry.amount)} {entry.currency}"
    _say(f"{found.bot}: {amount_in_words} received for invoice {invoice}; {left}")


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ConfigurationError("--amount", "must be a number such as 12.50", text)
    return number


def _say(text: str) -> None:
    Console().print(Text(text), soft_wrap=True)
