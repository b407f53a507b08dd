"""Signed endpoints on funds, fills and fees."""

from __future__ import annotations

from zlib import crc32

from aurum_plugins.sandbox.binance import render
from aurum_plugins.sandbox.binance.call import Answer, SignedCall
from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.binance.render import amount
from aurum_plugins.sandbox.matching.fees import DISCOUNT, FEE_ASSET

# Commission as whole basis points, in the oldest fields of `account`.
BASIS_POINTS = 10_000


def account(call: SignedCall) -> Answer:
    """`GET /api/v3/account`."""
    fees, owner = call.venue.engine.fees, call.account
    call.venue.engine.advance(call.now_ms)
    shown = [render.balance(owner, asset) for asset in assets(call)]
    if call.parameters.flag("omitZeroBalances"):
        nothing = amount(None)
        shown = [row for row in shown if row["free"] != nothing or row["locked"] != nothing]
    changes = (order.updated_ms for order in owner.orders.values())
    return {
        "makerCommission": int(fees.maker * BASIS_POINTS),
        "takerCommission": int(fees.taker * BASIS_POINTS),
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": _rates(call),
        "canTrade": True,
        "canWithdraw": False,
        "canDeposit": False,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": max(changes, default=0),
        "accountType": "SPOT",
        "balances": shown,
        "permissions": ["SPOT"],
        "uid": crc32(owner.api_key.encode()),
    }


def my_trades(call: SignedCall) -> Answer:
    """`GET /api/v3/myTrades`: the account's own fills in one symbol, oldest first."""
    sent = call.parameters
    first, start, end = sent.integer("fromId"), sent.integer("startTime"), sent.integer("endTime")
    if first is not None and not (start is None and end is None):
        raise BinanceError.combination()
    fills = call.venue.engine.fills(
        call.account,
        call.instrument().symbol,
        now_ms=call.now_ms,
        order_id=sent.integer("orderId"),
        from_id=first,
        start_ms=start,
        end_ms=end,
        limit=sent.limit(500, 1_000),
    )
    return [render.trade(fill) for fill in fills]


def commission(call: SignedCall) -> Answer:
    """`GET /api/v3/account/commission`."""
    nothing = {name: amount(None) for name in ("maker", "taker", "buyer", "seller")}
    in_bnb = call.account.pay_fees_in_bnb
    return {
        "symbol": call.instrument().symbol,
        "standardCommission": _rates(call),
        "specialCommission": nothing,
        "taxCommission": nothing,
        "discount": {
            "enabledForAccount": in_bnb,
            "enabledForSymbol": True,
            "discountAsset": FEE_ASSET,
            "discount": amount(DISCOUNT),
        },
    }


def order_rate_limit(call: SignedCall) -> Answer:
    """`GET /api/v3/rateLimit/order`: orders of the account in the running windows."""
    limits = call.venue.limits
    counts = limits.order_counts(call.account.api_key)
    rows = zip(limits.describe_orders(), counts)
    return [{**row, "count": count} for row, count in rows if row["limit"] is not None]


def assets(call: SignedCall) -> list[str]:
    """Every asset that is traded here or held by the account, in alphabetical order."""
    names = set(call.account.balances.assets())
    for instrument in call.market.instruments.values():
        names |= {instrument.base, instrument.quote}
    return sorted(names)


def _rates(call: SignedCall) -> dict[str, str]:
    fees = call.venue.engine.fees
    return {
        "maker": amount(fees.maker),
        "taker": amount(fees.taker),
        "buyer": amount(None),
        "seller": amount(None),
    }
