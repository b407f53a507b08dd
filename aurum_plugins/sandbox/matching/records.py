"""Accounts, and what can be asked about them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.matching.accounts import Account
from aurum_plugins.sandbox.matching.errors import UnknownOrder
from aurum_plugins.sandbox.matching.history import find_order, page
from aurum_plugins.sandbox.matching.live import LiveOrder
from aurum_plugins.sandbox.matching.orders import Fill, Order
from aurum_plugins.sandbox.matching.passage import Passage
from aurum_plugins.sandbox.matching.reconciliation import differences


class Records:
    """The side of the engine that answers questions.

    Parameters
    ----------
    market : Market
        Knows the symbols.
    passage : Passage
        Holds the waiting orders and lets time pass over them.
    """

    def __init__(self, market: Market, passage: Passage) -> None:
        self.market = market
        self._passage = passage
        self._accounts: dict[str, Account] = {}

    def open_account(
        self,
        api_key: str,
        secret: str,
        balances: Mapping[str, Decimal],
        pay_fees_in_bnb: bool = False,
    ) -> Account:
        """Open an account with funds.

        Raises
        ------
        ConfigurationError
            If the key has an account already, or a balance is negative or not finite.
        """
        if api_key in self._accounts:
            raise ConfigurationError("api_key", "opens one account only", f"{api_key[:4]}...")
        account = Account(api_key, secret, balances, pay_fees_in_bnb=pay_fees_in_bnb)
        self._accounts[api_key] = account
        return account

    def account(self, api_key: str) -> Account | None:
        """The account of a key, or None. Call `advance` first to see its balances of now."""
        return self._accounts.get(api_key)

    def advance(self, now_ms: int) -> None:
        """Let time pass: resting orders fill, stops trigger. Never goes backwards."""
        self._passage.advance(now_ms)

    def query(
        self,
        account: Account,
        symbol: str,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
        now_ms: int,
    ) -> Order:
        """An order, named by either id; of several with one client order id, the newest.

        Raises
        ------
        UnknownOrder
            If there is none.
        InvalidRequest
            If neither id is given.
        """
        self.advance(now_ms)
        self.market.instrument(symbol)
        order = find_order(account, symbol, order_id, client_order_id)
        if order is None:
            raise UnknownOrder(symbol, order_id or client_order_id or "")
        return order

    def open_orders(
        self, account: Account, symbol: str | None = None, *, now_ms: int
    ) -> list[Order]:
        """Open orders of one symbol or of all, oldest first."""
        self.advance(now_ms)
        if symbol is not None:
            self.market.instrument(symbol)
        return [live.order for live in self._open(account, symbol)]

    def all_orders(
        self,
        account: Account,
        symbol: str,
        *,
        now_ms: int,
        order_id: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = 500,
    ) -> list[Order]:
        """At most `limit` orders, oldest first, open or not; bounds are inclusive.

        With `order_id` (the first to show) or `start_ms` the oldest that qualify, otherwise the
        newest. Times are those of acceptance, UTC milliseconds.
        """
        self.advance(now_ms)
        self.market.instrument(symbol)
        return page(
            [order for order in account.orders.values() if order.symbol == symbol],
            number=lambda order: order.order_id,
            time_ms=lambda order: order.created_ms,
            from_id=order_id,
            start_ms=start_ms,
            end_ms=end_ms,
            limit=limit,
        )

    def fills(
        self,
        account: Account,
        symbol: str,
        *,
        now_ms: int,
        order_id: int | None = None,
        from_id: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = 500,
    ) -> list[Fill]:
        """At most `limit` fills, oldest first, of one order or of all; bounds are inclusive.

        With `from_id` (the first trade to show) or `start_ms` the oldest that qualify, otherwise
        the newest.
        """
        self.advance(now_ms)
        self.market.instrument(symbol)
        return page(
            [
                fill
                for fill in account.fills
                if fill.symbol == symbol and order_id in {None, fill.order_id}
            ],
            number=lambda fill: fill.trade_id,
            time_ms=lambda fill: fill.time_ms,
            from_id=from_id,
            start_ms=start_ms,
            end_ms=end_ms,
            limit=limit,
        )

    def reconcile(self, account: Account) -> dict[str, Decimal]:
        """What the balances hold beyond what fills and open orders explain; empty when exact."""
        return differences(account, self.market.instruments)

    def _open(self, account: Account, symbol: str | None = None) -> list[LiveOrder]:
        return self._passage.waiting(account, symbol)
