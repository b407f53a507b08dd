"""`aurum ledger reconcile` on files, and on an exchange that is made up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ccxt
import pytest
from booked_trades import add, order, trade_rows
from freqtrade.persistence import Trade
from settled import LEDGER
from sqlalchemy import insert
from typer.testing import CliRunner

from aurum_plugins.clock import WallClock
from aurum_plugins.commands import exchange_fills
from aurum_plugins.commands import ledger as command
from aurum_plugins.commands.exchange_fills import (
    FillsUnavailable,
    exchange_client,
    fetch_fills,
    market_steps,
)
from aurum_plugins.commands.trade_database import trade_database, trade_database_url
from aurum_plugins.database import DatabaseUnavailable, open_database
from aurum_plugins.database.schema import orders
from aurum_plugins.errors import AurumError, ConfigurationError
from aurum_plugins.ledger.booked_order import BookedOrder
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.fill_reconciliation import Steps
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.strategies.settled_trades import settled_trades

CONFIG: dict[str, Any] = {
    "stake_currency": "USDT",
    "db_url": "sqlite:///trades.sqlite",
    "exchange": {"name": "binance", "key": "a-key", "secret": "a-secret-of-mine"},
    "aurum": {"ledger": dict(LEDGER)},
}


@pytest.fixture
def books(tmp_path, monkeypatch) -> Iterator[None]:
    """One closed trade in freqtrade's database, and a database of ours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    Path("user_data").mkdir()
    configure()
    with trade_rows("sqlite:///trades.sqlite"):
        add(
            order("1", "buy", 0, ft_fee_base=0.002),
            order("2", "sell", 60),
            fee_open_currency="BTC",
            fee_close_currency="USDT",
            fee_close_cost=0.1,
        )
        with open_database("sqlite:///user_data/aurum.sqlite"):
            yield


def configure(**changes: Any) -> None:
    Path("user_data/config.json").write_text(json.dumps({**CONFIG, **changes}))


def settle(bot: str = "freqtrade (dry run)") -> None:
    settings = LedgerSettings.from_config(CONFIG)
    with open_database("sqlite:///user_data/aurum.sqlite") as database:
        FeeLedger(database, bot, settings, WallClock()).settle(settled_trades("USDT"))


def reconciled(*arguments: str) -> tuple[int, dict[str, Any]]:
    result = invoke("--json", *arguments)
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, json.loads(result.stdout)


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(command.app, ("reconcile", *arguments), env={"COLUMNS": "250"})


def refusal(*arguments: str) -> AurumError:
    error = invoke(*arguments).exception
    assert isinstance(error, AurumError), error
    return error


class Told:
    """What an exchange tells of one pair, a page at a time."""

    precisionMode = ccxt.TICK_SIZE  # noqa: N815 - ccxt's name

    def __init__(self, *fills: dict[str, Any], page: int = 500) -> None:
        self.fills = fills
        self.page = page
        self.asked: list[int] = []

    def fetch_my_trades(self, _pair: str, since: int, limit: int) -> list[dict[str, Any]]:
        self.asked.append(since)
        found = [fill for fill in self.fills if fill["timestamp"] >= since]
        return found[: min(self.page, limit)]

    def market(self, _pair: str) -> dict[str, Any]:
        return {"precision": {"amount": "0.00001", "price": "0.01"}}


def fill(number: int, order_id: str, at_ms: int, amount: str = "2", **fee: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "order": order_id,
        "side": "buy",
        "timestamp": at_ms,
        "amount": amount,
        "price": "50",
        "cost": None,
        "fees": [{"currency": "BTC", "cost": "0.002"}] if not fee else [fee],
    }


def wanted(order_id: str, at_ms: int, filled: str = "2") -> BookedOrder:
    amounts = (Decimal(filled), Decimal(50))
    return BookedOrder(
        1, order_id, "BTC/USDT", "buy", at_ms, False, *amounts, "BTC", None, Decimal(0)
    )


def with_exchange(monkeypatch, told: Told) -> None:
    @contextmanager
    def client(_settings: Any) -> Iterator[Told]:
        yield told

    monkeypatch.setattr("aurum_plugins.commands.ledger_reconciling.exchange_client", client)


def test_books_that_agree(books) -> None:
    settle()
    status, document = reconciled()
    assert status == 0
    assert document == {"trades": {"compared": 1, "differences": [], "notes": []}, "fills": None}
    assert invoke().stdout.strip() == "1 closed trades compared: no difference"


def test_a_fee_that_is_missing_is_told_with_status_1(books) -> None:
    status, document = reconciled()
    assert status == 1
    (found,) = document["trades"]["differences"]
    assert (found["what"], found["booked"], found["found"]) == ("fee", "0.00 USDT", "2.50 USDT")
    text = invoke().stdout
    assert "1 closed trades compared: 1 difference" in text
    assert "the ledger" in text


def test_freqtrades_database_is_only_read(books) -> None:
    before = Path("trades.sqlite").read_bytes()
    reconciled()
    assert Path("trades.sqlite").read_bytes() == before
    with (
        pytest.raises(DatabaseUnavailable, match="read-only"),
        trade_database(CONFIG) as connection,
    ):
        connection.execute(Trade.__table__.delete())


def test_a_ledger_that_is_off_is_noted(books) -> None:
    configure(aurum={})
    status, document = reconciled()
    assert status == 0
    assert document["trades"]["notes"] == [
        "aurum.ledger is off: no trade was held against the ledger"
    ]
    assert "Note: aurum.ledger is off" in invoke().stderr


def test_a_dry_run_asks_no_exchange_and_a_live_bot_may_be_told_not_to(books, monkeypatch) -> None:
    monkeypatch.setattr(exchange_fills, "ccxt", None)
    settle("freqtrade (live)")
    configure(dry_run=False)
    status, document = reconciled("--no-exchange")
    assert (status, document["fills"]) == (0, None)


def test_what_freqtrade_reads_from_the_environment_counts(books, monkeypatch) -> None:
    settle("elsewhere (dry run)")
    monkeypatch.setenv("FREQTRADE__BOT_NAME", "elsewhere")
    assert reconciled()[0] == 0


def test_fills_of_a_live_bot_are_held_against_its_orders(books, monkeypatch) -> None:
    settle("freqtrade (live)")
    configure(dry_run=False)
    opened = settled_trades("USDT")[0].opened_ms
    sold = fill(2, "2", opened + 3_600_000, currency="USDT", cost="0.1")
    with_exchange(monkeypatch, Told(fill(1, "1", opened), sold))
    status, document = reconciled()
    assert status == 0, document
    assert document["fills"] == {
        "compared": 2,
        "differences": [],
        "notes": [],
        "fills": 2,
        "taken": {"BTC": "0.002", "USDT": "0.1"},
        "reckoned": {"USDT": "0.20000000"},
    }
    text = " ".join(invoke().stdout.split())
    assert "2 orders compared: no difference" in text
    assert "Fees of 2 fills that the exchange took: 0.002 BTC and 0.10 USDT" in text
    assert "freqtrade's profits are reckoned with 0.20 USDT" in text


def test_a_fill_of_ours_that_freqtrade_lost_is_told(books, monkeypatch) -> None:
    settle("freqtrade (live)")
    configure(dry_run=False)
    row = {"client_order_id": "ours", "bot": "freqtrade (live)", "pair": "BTC/USDT"}
    row |= {"side": "buy", "order_type": "limit", "amount": "1", "state": "settled", "detail": ""}
    row |= {"exchange_order_id": "99", "sent_ms": 0, "updated_ms": 0}
    with (
        open_database("sqlite:///user_data/aurum.sqlite") as database,
        database.writing() as connection,
    ):
        connection.execute(insert(orders).values(row))
    opened = settled_trades("USDT")[0].opened_ms
    sold = fill(2, "2", opened + 3_600_000, currency="BNB", cost="0.0001")
    with_exchange(monkeypatch, Told(fill(1, "1", opened), fill(3, "99", opened + 1), sold))
    status, document = reconciled()
    assert status == 1
    found = [(one["subject"], one["what"]) for one in document["fills"]["differences"]]
    assert found == [
        ("BTC/USDT sell order 2 of trade 1", "fee currency"),
        ("BTC/USDT order 99", "amount"),
    ]


def test_pages_are_asked_for_until_every_order_is_complete() -> None:
    told = Told(*(fill(n, "1", 10_000 + n, "0.5") for n in range(4)), page=2)
    found = fetch_fills(told, [wanted("1", 10_000)])
    assert [one.fill_id for one in found] == ["0", "1", "2", "3"]
    assert found[0].cost == Decimal("25.0")
    assert told.asked == [5_000, 10_001, 10_002]


def test_an_order_that_is_known_already_costs_no_request() -> None:
    told = Told(fill(1, "1", 10_000), fill(2, "2", 20_000))
    assert len(fetch_fills(told, [wanted("2", 20_000), wanted("1", 10_000)])) == 2
    assert told.asked == [5_000]


def test_what_the_exchange_does_not_have_is_not_asked_for_ever() -> None:
    told = Told(fill(1, "1", 10_000, "1"))
    assert len(fetch_fills(told, [wanted("1", 10_000), wanted("7", 90_000)])) == 1
    assert told.asked == [5_000, 10_000, 85_000]


@pytest.mark.parametrize(
    ("mode", "told", "step"),
    [
        (ccxt.TICK_SIZE, "0.001", "0.001"),
        (ccxt.DECIMAL_PLACES, "3", "0.001"),
        (ccxt.SIGNIFICANT_DIGITS, "5", "1E-8"),
        (ccxt.TICK_SIZE, None, "1E-8"),
    ],
)
def test_steps_of_a_market(mode: int, told: str | None, step: str) -> None:
    market = {"precision": {"amount": told, "price": told}}
    api = SimpleNamespace(precisionMode=mode, market=lambda _pair: market)
    assert market_steps(api, ["BTC/USDT"]) == {"BTC/USDT": Steps(Decimal(step), Decimal(step))}


def test_a_fee_may_be_told_as_one_or_not_at_all() -> None:
    one = {**fill(1, "1", 10_000), "fees": None, "fee": {"currency": "BNB", "cost": "0.1"}}
    none = {**fill(2, "1", 10_000), "fees": [], "fee": None, "cost": "77"}
    first, second = fetch_fills(Told(one, none), [wanted("1", 10_000, "4")])
    assert first.fees == {"BNB": Decimal("0.1")}
    assert (second.fees, second.cost) == ({}, Decimal(77))


def test_an_exchange_must_be_known_and_have_keys() -> None:
    unknown = {"exchange": {"name": "nowhere"}}
    with pytest.raises(ConfigurationError, match=r"exchange\.name: must be one that ccxt knows"):
        exchange_client(unknown).__enter__()
    with (
        pytest.raises(FillsUnavailable, match="apiKey"),
        exchange_client({"exchange": {"name": "binance"}}),
    ):
        pass


def test_an_exchange_must_tell_fills(monkeypatch) -> None:
    class Silent(ccxt.binance):
        def describe(self) -> dict[str, Any]:
            return self.deep_extend(super().describe(), {"has": {"fetchMyTrades": False}})

    monkeypatch.setattr(ccxt, "binance", Silent)
    with pytest.raises(ConfigurationError, match="tells nobody their fills"):
        exchange_client(CONFIG).__enter__()


def test_errors_of_the_exchange_show_no_secret() -> None:
    with (
        pytest.raises(FillsUnavailable) as caught,
        exchange_client(offline()),
    ):
        raise ccxt.AuthenticationError("wrong: a-secret-of-mine\nand a-key")
    assert "a-secret-of-mine" not in str(caught.value)
    assert "a-key" not in str(caught.value)
    assert caught.value.exchange == "binance"


def offline() -> dict[str, Any]:
    """A configuration whose markets are known without asking."""
    markets = {"markets": {}, "markets_by_id": {}, "markets_loaded": True}
    return {**CONFIG, "exchange": {**CONFIG["exchange"], "ccxt_config": markets}}


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "sqlite:///tradesv3.dryrun.sqlite"),
        (
            {"dry_run": True, "db_url": "sqlite:///tradesv3.sqlite"},
            "sqlite:///tradesv3.dryrun.sqlite",
        ),
        ({"dry_run": False}, "sqlite:///tradesv3.sqlite"),
        ({"dry_run": False, "db_url": "sqlite:////x/y.sqlite"}, "sqlite:////x/y.sqlite"),
    ],
)
def test_trades_are_where_freqtrade_keeps_them(settings: dict[str, Any], url: str) -> None:
    assert str(trade_database_url(settings)) == url


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("no url, but a-secret", r"must be the URL of a database \(got '\(hidden\)'\)"),
        ("nosuch://user:a-secret@host/x", "must name a kind of database whose driver is installed"),
    ],
)
def test_a_url_that_is_of_no_use_is_refused_without_its_password(url: str, rule: str) -> None:
    with (
        pytest.raises(ConfigurationError, match=rf"db_url: {rule}") as caught,
        trade_database({"db_url": url}),
    ):
        pass
    assert "a-secret" not in str(caught.value)


def test_a_database_of_trades_that_is_not_there_is_not_made(books) -> None:
    configure(db_url="sqlite:///elsewhere.sqlite")
    error = refusal()
    assert "freqtrade made no database of trades yet" in str(error)
    assert not Path("elsewhere.sqlite").exists()
    configure(db_url="sqlite://")
    assert "it is in memory" in str(refusal())
    Path("torn.sqlite").write_text("no database, " * 99)
    configure(db_url="sqlite:///torn.sqlite")
    assert isinstance(refusal(), DatabaseUnavailable)
