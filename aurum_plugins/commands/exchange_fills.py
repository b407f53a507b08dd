"""An account's own fills, asked of the exchange with the bot's keys; nothing is ordered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final

import ccxt

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.errors import AurumError, ConfigurationError
from aurum_plugins.ledger.booked_order import BookedOrder
from aurum_plugins.ledger.fill import Fill
from aurum_plugins.ledger.fill_reconciliation import UNIT, Steps
from aurum_plugins.market_data.venues.public_api import OPTIONS
from aurum_plugins.redaction import Redactor
from aurum_plugins.sentiment.one_line import one_line

# As far as clocks of freqtrade and of the exchange may be apart; freqtrade allows the same.
_OFFSET_MS: Final = 5 * SECOND_MS
_PAGE: Final = 500
_LONGEST_ERROR: Final = 300
# ccxt's name of a key, and the names that freqtrade takes for it, the first that is set.
_KEYS: Final = {
    "apiKey": ("api_key", "apiKey", "key"),
    "secret": ("secret",),
    "password": ("password",),
    "uid": ("uid",),
    "accountId": ("account_id", "accountId"),
    "walletAddress": ("wallet_address", "walletAddress"),
    "privateKey": ("private_key", "privateKey"),
}


class FillsUnavailable(AurumError):
    """The exchange did not tell the account's fills.

    Attributes
    ----------
    exchange : str
    """

    def __init__(self, exchange: str, reason: str) -> None:
        self.exchange = exchange
        super().__init__(f"{exchange} did not tell the account's fills: {reason}")


@contextmanager
def exchange_client(settings: Mapping[str, Any]) -> Iterator[Any]:
    """ccxt's class of the configuration's exchange, with its markets loaded.

    Parameters
    ----------
    settings : mapping
        A whole freqtrade configuration.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If there is no such exchange, or it tells no fills, or keys are missing.
    FillsUnavailable
        For whatever ccxt raises meanwhile; without secrets.
    """
    exchange = settings.get("exchange", {})
    name = str(exchange.get("name", "")).lower()
    if name not in ccxt.exchanges:
        raise ConfigurationError("exchange.name", "must be one that ccxt knows", name)
    keys = {ours: _first(exchange, names) for ours, names in _KEYS.items()}
    ours = {"enableRateLimit": True, "options": OPTIONS.get(name, {})}
    more = (exchange.get("ccxt_config", {}), exchange.get("ccxt_sync_config", {}))
    api = getattr(ccxt, name)(ccxt.Exchange.deep_extend(ours, *more, keys))
    if not api.has["fetchMyTrades"]:
        raise ConfigurationError("exchange.name", "tells nobody their fills (fetchMyTrades)", name)
    # Amounts as the exchange wrote them, not the nearest binary numbers.
    api.number = str
    try:
        api.check_required_credentials()
        api.load_markets()
        yield api
    except ccxt.BaseError as error:
        said = one_line(Redactor(settings).mask(str(error)), _LONGEST_ERROR)
        raise FillsUnavailable(name, said or type(error).__name__) from None
    finally:
        api.session.close()


def fetch_fills(api: Any, orders: Iterable[BookedOrder]) -> list[Fill]:
    """The fills of these orders, and of others that the exchange told along with them.

    It is asked from the time of each order on of which too little is known so far: long ago costs
    no more requests than lately, and an exchange may tell as much at once as it likes.

    Parameters
    ----------
    api : ccxt.Exchange
    orders : iterable of BookedOrder

    Raises
    ------
    ccxt.BaseError
    """
    by_pair: defaultdict[str, list[BookedOrder]] = defaultdict(list)
    for order in orders:
        by_pair[order.pair].append(order)
    return [fill for pair, own in by_pair.items() for fill in _fills_of_pair(api, pair, own)]


def market_steps(api: Any, pairs: Iterable[str]) -> dict[str, Steps]:
    """The smallest changes of amounts and prices; 1e-8 where the exchange tells none."""
    return {
        pair: Steps(*(_step(api, api.market(pair)["precision"][of]) for of in ("amount", "price")))
        for pair in pairs
    }


def _fills_of_pair(api: Any, pair: str, orders: Sequence[BookedOrder]) -> list[Fill]:
    known: dict[str, Fill] = {}
    filled: defaultdict[str, Decimal] = defaultdict(Decimal)
    for order in sorted(orders, key=lambda order: order.at_ms):
        since_ms = order.at_ms - _OFFSET_MS
        while filled[order.order_id] + UNIT < order.filled:
            page = [_fill(pair, told) for told in api.fetch_my_trades(pair, since_ms, _PAGE)]
            for fill in page:
                if fill.fill_id not in known:
                    known[fill.fill_id] = fill
                    filled[fill.order_id] += fill.amount
            last_ms = max((fill.at_ms for fill in page), default=since_ms)
            if last_ms <= since_ms:
                break
            since_ms = last_ms
    return list(known.values())


def _fill(pair: str, told: Mapping[str, Any]) -> Fill:
    fees: defaultdict[str, Decimal] = defaultdict(Decimal)
    for fee in told.get("fees") or [told.get("fee") or {}]:
        if fee.get("currency") and fee.get("cost") is not None:
            fees[str(fee["currency"])] += Decimal(str(fee["cost"]))
    amount, price = Decimal(str(told["amount"])), Decimal(str(told["price"]))
    cost = told.get("cost")
    return Fill(
        fill_id=str(told["id"]),
        order_id=str(told["order"]),
        pair=pair,
        side=str(told["side"]),
        at_ms=int(told["timestamp"]),
        amount=amount,
        cost=amount * price if cost is None else Decimal(str(cost)),
        fees=dict(fees),
    )


def _step(api: Any, precision: Any) -> Decimal:
    if precision is None or api.precisionMode == ccxt.SIGNIFICANT_DIGITS:
        return UNIT
    told = Decimal(str(precision))
    return Decimal(10) ** -int(told) if api.precisionMode == ccxt.DECIMAL_PLACES else told


def _first(exchange: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((exchange[name] for name in names if exchange.get(name)), None)
