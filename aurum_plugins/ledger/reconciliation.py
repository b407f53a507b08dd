"""The ledger against the trades that it charges for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.ledger.difference import Difference
from aurum_plugins.ledger.ledger_entry import EntryKind, LedgerEntry
from aurum_plugins.ledger.money_words import money
from aurum_plugins.ledger.settled_trade import SettledTrade

_OF_TRADES: Final = (EntryKind.ACCRUAL, EntryKind.REVERSAL)
# A bot books the fee within seconds of the close.
_BOOKED_WITHIN_MS: Final = MINUTE_MS
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True)
class Reconciliation:
    """What came of holding two books against each other.

    Attributes
    ----------
    compared : int
        Trades, or orders.
    differences : tuple of Difference
        Empty: they agree.
    notes : tuple of str
        What is no difference, and still to be known.
    """

    compared: int
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]


def reconcile_trades(
    trades: Sequence[SettledTrade],
    due: Mapping[str, Decimal],
    entries: Sequence[LedgerEntry],
    now_ms: int,
    *,
    may_begin_anew: bool,
) -> Reconciliation:
    """Hold what the ledger charged against what is due.

    Parameters
    ----------
    trades : sequence of SettledTrade
        All of freqtrade's database.
    due : mapping of str to decimal.Decimal
        The fee of each trade, by its key; absent: nothing.
    entries : sequence of LedgerEntry
        All of the bot's.
    now_ms : int
        UTC milliseconds. A trade that closed within the last minute may not be booked yet.
    may_begin_anew : bool
        Whether the trade database may have been deleted, as those of dry runs are: trades that are
        no longer there are then noted only.
    """
    booked: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry.kind in _OF_TRADES:
            booked[entry.trade] += entry.amount
    told = {trade.key: trade for trade in trades}
    differences, notes = [], []
    for key, trade in told.items():
        owed, charged = due.get(key, _NOTHING), booked.get(key, _NOTHING)
        if owed == charged:
            continue
        if key not in booked and now_ms - trade.closed_ms < _BOOKED_WITHIN_MS:
            notes.append(f"{key} closed just now; its fee is not booked yet")
        else:
            amounts = (f"{money(amount)} {trade.currency}" for amount in (charged, owed))
            differences.append(Difference(key, "fee", *amounts))
    gone = {key: amount for key, amount in booked.items() if amount and key not in told}
    if gone and may_begin_anew:
        notes.append(_gone_in_words(gone))
    else:
        differences += [
            Difference(key, "fee of a trade that freqtrade does not have", money(amount), "nothing")
            for key, amount in gone.items()
        ]
    return Reconciliation(len(told), tuple(differences), tuple(notes))


def _gone_in_words(gone: Mapping[str, Decimal]) -> str:
    trades = f"{len(gone)} trade{'' if len(gone) == 1 else 's'} with fees in the ledger"
    return (
        f"{trades} not in freqtrade's database, such as {next(iter(gone))}: a dry run's may have "
        "begun anew"
    )
