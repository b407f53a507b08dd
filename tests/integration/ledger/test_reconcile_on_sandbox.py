"""`aurum ledger reconcile` asks a simulated exchange, on loopback, with the bot's keys.

The orders are real ones of ccxt's; freqtrade's tables hold what freqtrade would have booked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt
import pytest
from booked_trades import trade_rows
from freqtrade.persistence import Order, Trade
from settled import LEDGER
from typer.testing import CliRunner

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import WallClock
from aurum_plugins.commands import ledger as command
from aurum_plugins.database import open_database
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.market_data.simulated_venues import venue_urls
from aurum_plugins.sandbox.config import AccountConfig, SandboxConfig
from aurum_plugins.sandbox.server import SandboxServer
from aurum_plugins.strategies.settled_trades import settled_trades

SECRET = "a-secret-of-the-sandbox"
# A purse of BNB that lasts, none, and one that is empty after some fills.
RICH, WITHOUT, POOR, OTHER = "rich-in-bnb", "without-bnb", "poor-in-bnb", "rich-too"
BNB = {RICH: "1", WITHOUT: "0", POOR: "0.0005", OTHER: "1"}


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    accounts = tuple(
        AccountConfig(
            api_key=key,
            secret=SECRET,
            balances={"USDT": Decimal(100_000), "BNB": Decimal(bnb)},
            pay_fees_in_bnb=bool(Decimal(bnb)),
        )
        for key, bnb in BNB.items()
    )
    config = SandboxConfig(port=0, seed=3, accounts=accounts, request_weight=None)
    with SandboxServer(config) as running:
        yield running


class Trader:
    """Buys and sells, and books it as freqtrade does.

    Parameters
    ----------
    server : SandboxServer
    key : str
        Of the account.
    """

    def __init__(self, server: SandboxServer, key: str) -> None:
        self.config = {
            "dry_run": False,
            "stake_currency": "USDT",
            "db_url": "sqlite:///trades.sqlite",
            "exchange": {
                "name": "binance",
                "key": key,
                "secret": SECRET,
                "ccxt_config": {"urls": {"api": venue_urls("binance", server.url)}},
            },
            "aurum": {"ledger": dict(LEDGER)},
        }
        Path("user_data").mkdir(exist_ok=True)
        Path("user_data/config.json").write_text(json.dumps(self.config))
        own = self.config["exchange"]
        self.api = ccxt.binance(
            {**own["ccxt_config"], "apiKey": key, "secret": SECRET, "enableRateLimit": False}
            | {"options": {"fetchMarkets": {"types": ["spot"]}}}
        )
        self.api.load_markets()

    def round_trip(self, pair: str, stake: float) -> Trade:
        base = pair.partition("/")[0]
        price = self.api.fetch_ticker(pair)["last"]
        bought = self.api.create_order(pair, "market", "buy", self._amount(pair, stake / price))
        fee = bought["fee"] or {"currency": bought["fees"][-1]["currency"], "cost": None}
        taken = fee["cost"] if fee["currency"] == base else 0.0
        amount = self._amount(pair, bought["filled"] - (taken or 0.0))
        sold = self.api.create_order(pair, "market", "sell", amount)
        profit = sold["cost"] * 0.999 - bought["cost"] * 1.001
        return self._book(pair, bought, sold, taken, profit)

    def _amount(self, pair: str, amount: float) -> float:
        return float(self.api.amount_to_precision(pair, amount))

    def _book(self, pair: str, bought: Any, sold: Any, taken: float, profit: float) -> Trade:
        opened, closed = (
            datetime.fromtimestamp(one["timestamp"] / 1_000, UTC).replace(tzinfo=None)
            for one in (bought, sold)
        )
        own, quote = (one["fee"] or one["fees"][-1] for one in (bought, sold))
        trade = Trade(
            pair=pair,
            base_currency=pair.partition("/")[0],
            stake_currency="USDT",
            exchange="binance",
            stake_amount=bought["cost"],
            amount=bought["filled"],
            open_rate=bought["average"],
            fee_open=0.001,
            fee_open_currency=own["currency"],
            fee_close=0.001,
            fee_close_currency=quote["currency"],
            fee_close_cost=quote["cost"],
            is_open=False,
            open_date=opened,
            close_date=closed,
            close_profit_abs=profit,
        )
        for one in (bought, sold):
            trade.orders.append(Order.parse_from_ccxt_object(one, pair, one["side"]))
        trade.orders[0].ft_fee_base = taken or None
        Trade.session.add(trade)
        Trade.commit()
        return trade

    def settle(self) -> None:
        settings = LedgerSettings.from_config(self.config)
        with open_database("sqlite:///user_data/aurum.sqlite") as database:
            bot = bot_identity(self.config)
            FeeLedger(database, bot, settings, WallClock()).settle(settled_trades("USDT"))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    with trade_rows("sqlite:///trades.sqlite"):
        yield


def reconciled() -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(command.app, ("reconcile", "--json"))
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, json.loads(result.stdout)


def traded(server: SandboxServer, key: str, stake: float = 500.0) -> Trader:
    trader = Trader(server, key)
    for pair in ("BTC/USDT", "ETH/USDT", "BTC/USDT"):
        trader.round_trip(pair, stake)
    trader.settle()
    return trader


@pytest.mark.parametrize(
    ("key", "currencies"), [(RICH, {"BNB"}), (WITHOUT, {"BTC", "ETH", "USDT"})]
)
def test_books_and_fills_agree(server, key: str, currencies: set[str]) -> None:
    traded(server, key)
    status, document = reconciled()
    assert status == 0, document
    assert document["trades"]["compared"] == 3
    fills = document["fills"]
    assert fills["compared"] == 6
    assert set(fills["taken"]) == currencies
    account = server.exchange.engine.account(key)
    assert account is not None
    taken: dict[str, Decimal] = {}
    for fill in account.fills:
        taken[fill.commission_asset] = taken.get(fill.commission_asset, 0) + fill.commission
    assert {name: Decimal(amount) for name, amount in fills["taken"].items()} == taken
    assert fills["fills"] == len(account.fills)


def test_bnb_that_ran_out_shows_in_the_fees(server) -> None:
    """The purse pays some fills; freqtrade goes on to think that one currency paid all of them."""
    trader = traded(server, POOR)
    trade = Trade.session.get(Trade, 3)
    assert trade is not None
    assert trade.fee_close_currency == "USDT"
    trade.fee_close_currency = "BNB"
    Trade.commit()
    status, document = reconciled()
    assert status == 1
    assert {"BNB", "USDT"} <= set(document["fills"]["taken"])
    found = document["fills"]["differences"]
    told = [(one["what"], one["booked"]) for one in found if " sell " in one["subject"]]
    assert ("fee currency", "BNB") in told
    assert trader.config["exchange"]["secret"] not in json.dumps(document)


def test_amounts_and_prices_that_differ_are_told(server) -> None:
    traded(server, OTHER)
    first = Trade.session.get(Trade, 1)
    assert first is not None
    bought, sold = first.orders
    bought.filled += 0.001
    sold.average *= 1.001
    Trade.commit()
    status, document = reconciled()
    assert status == 1
    found = {(one["subject"].split()[1], one["what"]) for one in document["fills"]["differences"]}
    assert found == {("buy", "amount"), ("sell", "average price")}
    # The ledger's fee was of less than freqtrade says now.
    assert [one["what"] for one in document["trades"]["differences"]] == ["fee"]


def test_wrong_keys_are_named_and_not_shown(server) -> None:
    trader = Trader(server, OTHER)
    trader.round_trip("BTC/USDT", 100.0)
    trader.settle()
    trader.config["exchange"]["secret"] = "not-the-secret"
    Path("user_data/config.json").write_text(json.dumps(trader.config))
    result = CliRunner().invoke(command.app, ("reconcile",))
    assert "binance did not tell the account's fills" in str(result.exception)
    assert "not-the-secret" not in str(result.exception)
