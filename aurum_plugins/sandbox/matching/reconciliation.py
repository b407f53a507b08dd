"""An audit: balances must follow from the fills and the open orders alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.matching.accounts import Account
from aurum_plugins.sandbox.matching.orders import Side


def differences(account: Account, instruments: Mapping[str, Instrument]) -> dict[str, Decimal]:
    """What the account holds beyond what its history explains, by asset.

    Parameters
    ----------
    account : Account
        With its initial balances, its fills and its orders.
    instruments : mapping of str to Instrument
        By symbol.

    Returns
    -------
    dict of str to decimal.Decimal
        Key `BTC` for a total that does not follow from the fills, key `BTC locked` for a locked
        amount that does not follow from the open orders. Empty when the books agree.
    """
    expected: defaultdict[str, Decimal] = defaultdict(Decimal, account.initial)
    for fill in account.fills:
        instrument = instruments[fill.symbol]
        sign = 1 if fill.side is Side.BUY else -1
        expected[instrument.base] += sign * fill.quantity
        expected[instrument.quote] -= sign * fill.quote_quantity
        expected[fill.commission_asset] -= fill.commission

    locked: defaultdict[str, Decimal] = defaultdict(Decimal)
    for order in account.orders.values():
        instrument = instruments[order.symbol]
        asset = instrument.quote if order.side is Side.BUY else instrument.base
        locked[asset] += order.reserved

    balances = account.balances
    found: dict[str, Decimal] = {}
    for asset in sorted({*balances.assets(), *expected, *locked}):
        found[asset] = balances.total(asset) - expected[asset]
        found[f"{asset} locked"] = balances.locked(asset) - locked[asset]
    return {what: amount for what, amount in found.items() if amount}
