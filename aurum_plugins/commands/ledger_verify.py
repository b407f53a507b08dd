"""`aurum ledger verify`: whether every entry is as it was written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.options import ConfigFiles
from aurum_plugins.errors import ConfigurationError

if TYPE_CHECKING:
    from aurum_plugins.commands.ledger_request import BotLedger

EXIT_DAMAGED: Final = 2
_HEAD: Final = re.compile(r"(\d{1,18}):([0-9a-f]{64})", re.ASCII)


def verify(
    head: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER:DIGEST",
            help="An entry as an earlier statement or `verify` showed it; it must still be so.",
        ),
    ] = None,
    bot: Annotated[
        str | None,
        typer.Option("--bot", "-b", metavar="NAME", help="One bot; every ledger by default."),
    ] = None,
    config: ConfigFiles = None,
) -> None:
    """Look at every entry, its digest and its sums; exit status 2 names the first that is wrong.

    A ledger whose last entries were cut off looks whole: only somebody who kept the number and
    digest of one of them can tell, with --head. Nothing is changed, and no funds are moved.

    **Examples**

    `aurum ledger verify`

    `aurum ledger verify --bot freqtrade --head "12:$(cat digest.txt)"`
    """
    kept = None if head is None else _kept(head)
    from aurum_plugins.commands.ledger_request import open_ledger, open_ledgers  # noqa: PLC0415

    if kept is not None:
        with open_ledger(config, bot, WallClock()) as one:
            sound = _is_sound(one) and _is_kept(one, *kept)
    else:
        with open_ledgers(config, bot, WallClock()) as found:
            # Each of them is told of, also after one that is not sound.
            verdicts = [_is_sound(one) for one in found]
            sound = all(verdicts)
    if not sound:
        raise typer.Exit(EXIT_DAMAGED)


def _is_sound(found: BotLedger) -> bool:
    seen = found.ledger.verify()
    if not seen.sound:
        _complain(f"{found.bot}: entry {seen.bad} {seen.reason}")
        return False
    said = f"{found.bot}: {seen.head.number:,} entries, all as they were written; head "
    Console().print(Text(f"{said}{seen.head.number}:{seen.head.digest}"), soft_wrap=True)
    return True


def _is_kept(found: BotLedger, number: int, digest: str) -> bool:
    entries = found.ledger.entries()
    if number > len(entries):
        _complain(f"{found.bot}: entry {number} is gone; the ledger ends with {len(entries)}")
        return False
    if entries[number - 1].digest != digest:
        _complain(f"{found.bot}: entry {number} is not the one that was kept")
        return False
    return True


def _kept(head: str) -> tuple[int, str]:
    found = _HEAD.fullmatch(head.strip())
    if found is None or not int(found.group(1)):
        rule = "must be an entry's number, a colon and its digest of 64 characters"
        raise ConfigurationError("--head", rule, head[:100])
    return int(found.group(1)), found.group(2)


def _complain(text: str) -> None:
    Console(stderr=True).print(Text(text, "red"), soft_wrap=True)
