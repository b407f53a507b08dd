"""`aurum ledger invoice`: what is accrued becomes an invoice."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.ledger_options import LedgerBot, Note, Yes
from aurum_plugins.commands.options import ConfigFiles


def invoice(
    note: Note = "",
    yes: Yes = False,
    bot: LedgerBot = None,
    config: ConfigFiles = None,
) -> None:
    """Invoice what is accrued, one invoice for each currency; you are asked first.

    An entry is written, and stays. Nothing is sent to anybody, and no funds are moved. Credits
    that are larger than what is accrued wait for the next invoice.

    **Examples**

    `aurum ledger invoice`

    `aurum ledger invoice --bot freqtrade --note "November" --yes`
    """
    from aurum_plugins.commands.ledger_request import open_ledger  # noqa: PLC0415
    from aurum_plugins.commands.ledger_tables import NO_FUNDS  # noqa: PLC0415
    from aurum_plugins.ledger.money_words import money  # noqa: PLC0415

    with open_ledger(config, bot, WallClock()) as found:
        payable = [total for total in found.ledger.totals() if total.accrued > 0]
        if not payable:
            _say(f"{found.bot}: nothing is accrued that was not invoiced.")
            return
        amounts = " and ".join(f"{money(total.accrued)} {total.currency}" for total in payable)
        if not yes:
            _say(NO_FUNDS)
            typer.confirm(f"Invoice {amounts} to {found.bot}?", abort=True)
        for entry in found.ledger.invoice(note):
            amount = f"{money(entry.amount)} {entry.currency}"
            _say(f"{found.bot}: invoice {entry.invoice} of {amount} (entry {entry.number})")


def _say(text: str) -> None:
    Console().print(Text(text), soft_wrap=True)
