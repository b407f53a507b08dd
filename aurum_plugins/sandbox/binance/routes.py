"""Every endpoint of the Binance dialect."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from aurum_plugins.clock import Clock
from aurum_plugins.sandbox.binance import (
    account,
    exchange_info,
    market_data,
    tickers,
    trading,
    wallet,
    weights,
)
from aurum_plugins.sandbox.binance.call import Answer, Call, SignedCall, Venue
from aurum_plugins.sandbox.binance.endpoint import Endpoint
from aurum_plugins.sandbox.binance.rate_limits import RateLimits
from aurum_plugins.sandbox.binance.weights import Weight
from aurum_plugins.sandbox.market import Market
from aurum_plugins.sandbox.matching import MatchingEngine


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KLINES = "symbol interval startTime endTime timeZone limit"
_TICKER = "symbol symbols type symbolStatus"
_WINDOW = "symbol symbols type windowSize symbolStatus"
_TRADING_DAY = "symbol symbols type timeZone symbolStatus"
_ORDER = (
    "symbol side type timeInForce quantity quoteOrderQty price newClientOrderId strategyId "
    "strategyType stopPrice trailingDelta icebergQty newOrderRespType selfTradePreventionMode"
)
_REFERENCE = "symbol orderId origClientOrderId"
fixed = weights.fixed


def _get(
    name: str, path: str, handler: Callable[[Call], Answer], weight: Weight, parameters: str
) -> Endpoint:
    return Endpoint(
        f"binance.{name}", "GET", f"/api/v3/{path}", handler, weight, _names(parameters)
    )


def _signed(
    name: str,
    request: str,
    handler: Callable[[SignedCall], Answer],
    weight: Weight,
    parameters: str,
    *,
    counts_orders: bool = False,
) -> Endpoint:
    method, path = request.split()
    return Endpoint(
        f"binance.{name}",
        method,
        f"/api/v3/{path}",
        handler,
        weight,
        _names(parameters),
        signed=True,
        counts_orders=counts_orders,
    )


def _wallet(name: str, request: str, handler: Callable[[SignedCall], Answer]) -> Endpoint:
    # Wallet endpoints have limits of their own at Binance: they weigh nothing here.
    method, path = request.split()
    return Endpoint(
        f"binance.wallet.{name}", method, f"/sapi/{path}", handler, fixed(0), None, signed=True
    )


PUBLIC = (
    _get("ping", "ping", market_data.ping, fixed(1), ""),
    _get("time", "time", market_data.time, fixed(1), ""),
    _get(
        "exchange_info",
        "exchangeInfo",
        exchange_info.exchange_info,
        fixed(20),
        "symbol symbols permissions showPermissionSets symbolStatus",
    ),
    _get("klines", "klines", market_data.klines, fixed(2), _KLINES),
    _get("klines.ui", "uiKlines", market_data.klines, fixed(2), _KLINES),
    _get("depth", "depth", market_data.depth, weights.depth, "symbol limit symbolStatus"),
    _get("trades", "trades", market_data.trades, fixed(25), "symbol limit"),
    _get(
        "trades.historical",
        "historicalTrades",
        market_data.historical_trades,
        fixed(25),
        "symbol limit fromId",
    ),
    _get(
        "trades.aggregate",
        "aggTrades",
        market_data.aggregate_trades,
        fixed(4),
        "symbol fromId startTime endTime limit",
    ),
    _get("avg_price", "avgPrice", market_data.weighted_average_price, fixed(2), "symbol"),
    _get("ticker.day", "ticker/24hr", tickers.day_ticker, weights.day_ticker, _TICKER),
    _get("ticker.price", "ticker/price", tickers.price_ticker, weights.by_symbol(2, 4), _TICKER),
    _get("ticker.book", "ticker/bookTicker", tickers.book_ticker, weights.by_symbol(2, 4), _TICKER),
    _get("ticker.window", "ticker", tickers.rolling_ticker, weights.window_ticker, _WINDOW),
    _get(
        "ticker.trading_day",
        "ticker/tradingDay",
        tickers.trading_day_ticker,
        weights.window_ticker,
        _TRADING_DAY,
    ),
)
SIGNED = (
    _signed("order.new", "POST order", trading.new_order, fixed(1), _ORDER, counts_orders=True),
    _signed(
        "order.test",
        "POST order/test",
        trading.new_order_test,
        weights.by_name("computeCommissionRates", 20, 1),
        f"{_ORDER} computeCommissionRates",
    ),
    _signed("order.query", "GET order", trading.query_order, fixed(4), _REFERENCE),
    _signed(
        "order.cancel",
        "DELETE order",
        trading.cancel_order,
        fixed(1),
        f"{_REFERENCE} newClientOrderId cancelRestrictions",
    ),
    _signed(
        "order.open", "GET openOrders", trading.open_orders, weights.by_symbol(6, 80), "symbol"
    ),
    _signed(
        "order.cancel_open", "DELETE openOrders", trading.cancel_open_orders, fixed(1), "symbol"
    ),
    _signed(
        "order.all",
        "GET allOrders",
        trading.all_orders,
        fixed(20),
        "symbol orderId startTime endTime limit",
    ),
    Endpoint(
        "binance.order.cancel_replace",
        "POST",
        "/api/v3/order/cancelReplace",
        trading.cancel_replace,
        fixed(1),
        None,
        signed=True,
    ),
    _signed("account", "GET account", account.account, fixed(20), "omitZeroBalances"),
    _signed(
        "account.commission", "GET account/commission", account.commission, fixed(20), "symbol"
    ),
    _signed(
        "trades.mine",
        "GET myTrades",
        account.my_trades,
        weights.by_name("orderId", 5, 20),
        "symbol orderId startTime endTime fromId limit",
    ),
    _signed("rate_limit.order", "GET rateLimit/order", account.order_rate_limit, fixed(40), ""),
)
WALLET = (
    Endpoint(
        "binance.wallet.system_status",
        "GET",
        "/sapi/v1/system/status",
        wallet.system_status,
        fixed(0),
        None,
    ),
    _wallet("capital_config", "GET v1/capital/config/getall", wallet.coins),
    _wallet("trade_fee", "GET v1/asset/tradeFee", wallet.trade_fee),
    _wallet("user_assets", "POST v3/asset/getUserAsset", wallet.user_assets),
    _wallet("bnb_burn", "GET v1/bnbBurn", wallet.bnb_burn),
    _wallet("account_status", "GET v1/account/status", wallet.account_status),
    _wallet("api_trading_status", "GET v1/account/apiTradingStatus", wallet.api_trading_status),
    _wallet("api_restrictions", "GET v1/account/apiRestrictions", wallet.api_restrictions),
    _wallet("delist_schedule", "GET v1/spot/delist-schedule", wallet.nothing_listed),
    _wallet("margin.pairs", "GET v1/margin/allPairs", wallet.nothing_listed),
    _wallet("margin.isolated_pairs", "GET v1/margin/isolated/allPairs", wallet.nothing_listed),
    _wallet("margin.assets", "GET v1/margin/allAssets", wallet.nothing_listed),
    _wallet("deposits", "GET v1/capital/deposit/hisrec", wallet.nothing_listed),
    _wallet("withdrawals", "GET v1/capital/withdraw/history", wallet.nothing_listed),
    _wallet("withdraw", "POST v1/capital/withdraw/apply", wallet.not_here),
)
ENDPOINTS: tuple[Endpoint, ...] = PUBLIC + SIGNED + WALLET


def routes(
    market: Market, engine: MatchingEngine, clock: Clock, limits: RateLimits
) -> list[web.RouteDef]:
    """The routes of the Binance dialect, for an aiohttp application.

    Parameters
    ----------
    market : Market
        What can be seen.
    engine : MatchingEngine
        What can be traded, and by whom.
    clock : Clock
        Says when a request arrives.
    limits : RateLimits
        How much a client may ask for.

    Notes
    -----
    A middleware may put an `ActiveFaults` into `request["faults"]`.
    """
    venue = Venue(market, engine, clock, limits)
    return [endpoint.route(venue) for endpoint in ENDPOINTS]
