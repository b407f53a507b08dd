"""The wallet endpoints (`/sapi`) that clients ask for before they trade.

There are no deposits, withdrawals, margin or earnings here: lists of such are empty.
"""

from __future__ import annotations

from typing import Any

from aurum_plugins.sandbox.binance.account import assets
from aurum_plugins.sandbox.binance.call import Answer, Call, SignedCall
from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.binance.render import amount, balance
from aurum_plugins.sandbox.matching import Account


def system_status(_call: Call) -> Answer:
    """`GET /sapi/v1/system/status`."""
    return {"status": 0, "msg": "normal"}


def account_status(_call: SignedCall) -> Answer:
    """`GET /sapi/v1/account/status`."""
    return {"data": "Normal"}


def api_trading_status(_call: SignedCall) -> Answer:
    """`GET /sapi/v1/account/apiTradingStatus`."""
    data = {"isLocked": False, "plannedRecoverTime": 0, "triggerCondition": {}, "updateTime": 0}
    return {"data": data}


def api_restrictions(_call: SignedCall) -> Answer:
    """`GET /sapi/v1/account/apiRestrictions`: a key that may read and trade spot."""
    return {
        "ipRestrict": False,
        "createTime": 0,
        "enableReading": True,
        "enableSpotAndMarginTrading": True,
        "enableWithdrawals": False,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": False,
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enablePortfolioMarginTrading": False,
    }


def coins(call: SignedCall) -> Answer:
    """`GET /sapi/v1/capital/config/getall`: every asset, without a network to move it on."""
    call.venue.engine.advance(call.now_ms)
    return [_coin(call.account, asset) for asset in assets(call)]


def user_assets(call: SignedCall) -> Answer:
    """`POST /sapi/v3/asset/getUserAsset`: what the account holds; of one `asset` if named."""
    call.venue.engine.advance(call.now_ms)
    wanted = call.parameters.text("asset")
    rows = (balance(call.account, each) for each in assets(call) if wanted in {None, each})
    nothing = amount(None)
    extra = {"freeze": nothing, "withdrawing": nothing, "ipoable": nothing, "btcValuation": "0"}
    return [row | extra for row in rows if row["free"] != nothing or row["locked"] != nothing]


def trade_fee(call: SignedCall) -> Answer:
    """`GET /sapi/v1/asset/tradeFee`: of one symbol or of all."""
    market, fees = call.market, call.venue.engine.fees
    symbols = [call.instrument().symbol] if "symbol" in call.parameters else market.instruments
    return [
        {
            "symbol": symbol,
            "makerCommission": f"{fees.maker.normalize():f}",
            "takerCommission": f"{fees.taker.normalize():f}",
        }
        for symbol in symbols
    ]


def bnb_burn(call: SignedCall) -> Answer:
    """`GET /sapi/v1/bnbBurn`: whether commission is paid in BNB."""
    return {"spotBNBBurn": call.account.pay_fees_in_bnb, "interestBNBBurn": False}


def nothing_listed(_call: SignedCall) -> Answer:
    """Schedules and markets that this venue does not have."""
    return []


def not_here(_call: SignedCall) -> Answer:
    """Refuses what moves funds off the venue."""
    raise BinanceError(-1020, "This operation is not supported.")


def _coin(owner: Account, asset: str) -> dict[str, Any]:
    held = balance(owner, asset)
    nothing = amount(None)
    return {
        "coin": asset,
        "depositAllEnable": False,
        "withdrawAllEnable": False,
        "name": asset,
        "free": held["free"],
        "locked": held["locked"],
        "freeze": nothing,
        "withdrawing": nothing,
        "ipoing": nothing,
        "ipoable": nothing,
        "storage": nothing,
        "isLegalMoney": False,
        "trading": True,
        "networkList": [],
    }
