"""An account of the simulated exchange."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pydantic import SecretStr

from aurum_plugins.sandbox.matching.balances import Balances
from aurum_plugins.sandbox.matching.orders import Fill, Order


class Account:
    """One client: key, secret, funds, orders.

    Parameters
    ----------
    api_key : str
        Names the account in requests.
    secret : str
        Signs them; never shown.
    balances : mapping of str to decimal.Decimal
        Funds to begin with, by asset.
    pay_fees_in_bnb : bool
        Whether commission is taken in BNB, at a discount, while enough of it is free.

    Attributes
    ----------
    initial : dict of str to decimal.Decimal
        The funds to begin with.
    balances : Balances
        The funds now.
    orders : dict of int to Order
        Every order ever accepted, by id, oldest first.
    fills : list of Fill
        Every fill, oldest first.
    """

    def __init__(
        self,
        api_key: str,
        secret: str,
        balances: Mapping[str, Decimal],
        *,
        pay_fees_in_bnb: bool = False,
    ) -> None:
        self.api_key = api_key
        self.secret = SecretStr(secret)
        self.initial = dict(balances)
        self.balances = Balances(balances)
        self.pay_fees_in_bnb = pay_fees_in_bnb
        self.orders: dict[int, Order] = {}
        self.fills: list[Fill] = []

    def __repr__(self) -> str:
        return f"Account({self.api_key!r}, {len(self.orders)} orders)"
