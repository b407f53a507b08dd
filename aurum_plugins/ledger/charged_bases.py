"""What the fees of a set of trades are taken of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from aurum_plugins.ledger.charge import Charge
from aurum_plugins.ledger.exact import total
from aurum_plugins.ledger.settings import FeeBase


def charged_bases(charges: Iterable[Charge]) -> dict[str, Decimal]:
    """The basis of each trade's fee, in the order in which the trades closed.

    Of the notional: the notional. Of profits: by how far the trade lifted the cumulative profit
    of its currency above every level that it had before, at first above 0 (the high-water mark,
    each currency by itself); so their sum is the highest that the cumulative profit ever stood,
    and a gain that only makes up for losses is free.

    Parameters
    ----------
    charges : iterable of Charge
        One for each trade, in any order.

    Returns
    -------
    dict
        `SettledTrade.key` to an amount of 0 or more, quote currency.
    """
    bases: dict[str, Decimal] = {}
    cumulative: defaultdict[str, Decimal] = defaultdict(Decimal)
    mark: defaultdict[str, Decimal] = defaultdict(Decimal)
    for charge in sorted(charges, key=lambda one: (one.closed_ms, one.trade)):
        of = charge.currency
        if charge.base is FeeBase.NOTIONAL:
            bases[charge.trade] = charge.figure
            continue
        cumulative[of] = total((cumulative[of], charge.figure))
        beyond = total((cumulative[of], mark[of].copy_negate()))
        bases[charge.trade] = max(beyond, Decimal(0))
        mark[of] = max(mark[of], cumulative[of])
    return bases
