"""freqtrade as the desk's host: real trades, orders and locks, in its database and in memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from closed_trades import kept_in_database, kept_in_memory
from freqtrade.exceptions import DDosProtection, ExchangeError, TemporaryError
from freqtrade.persistence import LocalTrade, Order, PairLocks, Trade
from freqtrade.persistence.models import PairLock
from strategy_provider import Provider, Wallets

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.venue_candle import VenueCandle
from aurum_plugins.strategies.freqtrade_host import FreqtradeHost
from aurum_plugins.strategies.last_prices import FRESH_MS, LastPrices
from aurum_plugins.trading.host import Fate

NOW = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000)


@pytest.fixture(params=[kept_in_memory, kept_in_database], ids=["memory", "database"])
def books(request) -> Iterator[str]:
    """freqtrade keeps trades and locks in memory as in a backtest, or in its database."""
    with ExitStack() as stack:
        stack.enter_context(request.param([]))
        if request.param is kept_in_database:
            PairLock.session = Trade.session
        PairLocks.timeframe = "1h"
        PairLocks.reset_locks()
        yield "memory" if request.param is kept_in_memory else "database"
        PairLocks.reset_locks()
        PairLocks.timeframe = ""


def new_host(**config: Any) -> FreqtradeHost:
    known = {"stake_currency": "USDT", "max_open_trades": 3, "dry_run": True}
    strategy = SimpleNamespace(
        config={**known, **config}, wallets=Wallets(), dp=Provider(), timeframe="1h"
    )
    return FreqtradeHost(strategy)


@pytest.fixture
def host(books) -> FreqtradeHost:
    return new_host()


@pytest.fixture
def add(books) -> Callable[..., Any]:
    """`add(pair, orders, **fields)` has freqtrade keep a trade."""

    def keep(pair: str = "ETH/USDT", *orders: Order, **fields: Any) -> Any:
        known = {
            "pair": pair,
            "exchange": "binance",
            "base_currency": pair.partition("/")[0],
            "stake_currency": "USDT",
            "stake_amount": 1_000.0,
            "amount": 10.0,
            "amount_requested": 10.0,
            "open_rate": 100.0,
            "fee_open": 0.001,
            "fee_close": 0.001,
            "is_open": True,
            "open_date": NOW,
            "stop_loss": 90.0,
            "leverage": 1.0,
            "is_short": False,
        }
        if books == "memory":
            trade = LocalTrade(**{**known, **fields})
            trade.orders = list(orders)
            for order in orders:
                order._trade_bt = trade
            LocalTrade.add_bt_trade(trade)
            return trade
        row = Trade(**{**known, **fields})
        row.orders = list(orders)
        Trade.session.add(row)
        Trade.commit()
        Trade.session.expire_all()
        return row

    return keep


number = iter(range(10**6))


def order(side: str = "buy", *, is_open: bool = True, **fields: Any) -> Order:
    known = {
        "ft_order_side": side,
        "ft_pair": "ETH/USDT",
        "ft_is_open": is_open,
        "ft_amount": 10.0,
        "ft_price": 100.0,
        "order_id": str(next(number)),
        "status": "open" if is_open else "closed",
        "symbol": "ETH/USDT",
        "side": side,
        "price": 100.0,
        "amount": 10.0,
        "filled": 0.0,
        "remaining": 10.0,
        "order_date": NOW,
    }
    return Order(**{**known, **fields})


class TestAccount:
    def test_without_trades_it_is_the_cash(self, host):
        account = host.account()
        assert account.cash == account.equity == 10_000
        assert account.positions == ()

    def test_a_position_is_worth_its_last_known_price(self, host, add):
        add("ETH/USDT")
        host.prices["ETH/USDT"] = 120.0
        (position,) = host.account().positions
        assert (position.pair, position.amount, position.ordered) == ("ETH/USDT", 10.0, 0.0)
        assert (position.price, position.open_rate, position.stop) == (120.0, 100.0, 90.0)
        assert host.account().equity == 11_200

    def test_a_bot_asks_for_the_price_of_what_it_held_before(self, host, add, books):
        add("ETH/USDT")
        (position,) = host.account().positions
        if books == "memory":
            assert math.isnan(position.price)
        else:
            assert position.price == host.prices["ETH/USDT"] == 99.9

    def test_without_a_price_the_equity_is_not_known(self, host, add):
        host._strategy.dp.book = {"bids": [], "asks": []}
        add("ETH/USDT")
        assert math.isnan(host.account().equity)

    @pytest.mark.parametrize("stop", [None, 0.0])
    def test_a_position_without_a_stop_has_none(self, host, add, stop):
        add(stop_loss=stop)
        assert math.isnan(host.account().positions[0].stop)

    def test_closed_trades_are_no_positions(self, host, add):
        add(is_open=False, close_date=NOW, close_profit_abs=1.0, amount=10.0)
        assert host.account().positions == ()

    def test_an_order_that_waits_is_ordered_and_not_held(self, host, add):
        add("ETH/USDT", order(), amount=0.0)
        host.prices["ETH/USDT"] = 100.0
        (position,) = host.account().positions
        assert (position.amount, position.ordered) == (0.0, 10.0)
        assert position.exposure == 1_000

    def test_of_an_order_that_is_filling_each_part_counts_once(self, host, add):
        add("ETH/USDT", order(filled=4.0, remaining=6.0), amount=0.0)
        (position,) = host.account().positions
        assert (position.amount, position.ordered) == (4.0, 6.0)

    def test_exits_and_orders_that_are_done_are_not_ordered(self, host, add):
        done = order(is_open=False, filled=10.0, remaining=0.0)
        add("ETH/USDT", done, order("sell", filled=3.0, remaining=7.0))
        (position,) = host.account().positions
        assert (position.amount, position.ordered) == (10.0, 0.0)


class TestPriceElsewhere:
    """While the exchange is dark, positions are worth what other venues say."""

    @pytest.fixture
    def clock(self, host) -> VirtualClock:
        clock = VirtualClock(ms(NOW))
        host.prices = LastPrices(clock)
        return clock

    @staticmethod
    def price(host) -> float:
        (position,) = host.account().positions
        return position.price

    def test_it_counts_once_our_own_is_old_and_is_not_kept(self, host, add, clock):
        add("ETH/USDT")
        host.prices["ETH/USDT"] = 120.0
        told = {"ETH/USDT": 90.0}
        host.elsewhere = told.get
        assert self.price(host) == 120.0
        clock.advance(FRESH_MS)
        assert self.price(host) == 120.0
        clock.advance(1)
        assert self.price(host) == 90.0
        assert host.account().equity == 10_900
        told["ETH/USDT"] = 91.0
        assert self.price(host) == 91.0
        host.prices["ETH/USDT"] = 119.0
        assert self.price(host) == 119.0

    @pytest.mark.parametrize("nothing", [None, 0.0, math.nan])
    def test_where_nobody_knows_the_last_one_stays(self, host, add, clock, nothing):
        add("ETH/USDT")
        host.prices["ETH/USDT"] = 120.0
        host.elsewhere = lambda _: nothing
        clock.advance(FRESH_MS + 1)
        assert self.price(host) == 120.0

    def test_over_a_restart_it_goes_before_the_order_book(self, host, add, clock):
        add("ETH/USDT")
        host._strategy.dp.book = ExchangeError("dark")
        host.elsewhere = lambda _: 90.0
        assert self.price(host) == 90.0
        host.elsewhere = lambda _: None
        assert math.isnan(self.price(host))

    def test_without_venues_nothing_changes(self, host, add, clock):
        add("ETH/USDT")
        host.prices["ETH/USDT"] = 120.0
        clock.advance(FRESH_MS * 100)
        assert self.price(host) == 120.0


class TestCandle:
    @pytest.fixture
    def frame(self) -> pd.DataFrame:
        dates = pd.date_range("2026-01-01", periods=3, freq="1h", tz="UTC")
        figures = {"open": 1.0, "high": 4.0, "low": 0.5, "close": 2.0}
        return pd.DataFrame({"date": dates, **figures, "volume": [0.0, 7.0, math.nan]})

    @pytest.fixture
    def told(self, frame) -> FreqtradeHost:
        made = new_host(exchange={"name": "binance"})
        made._strategy.dp = Provider(frame)
        return made

    def test_it_is_the_exchange_s_own(self, told):
        open_ms = ms(datetime(2026, 1, 1, 1, tzinfo=UTC))
        assert told.candle("ETH/USDT", open_ms) == VenueCandle(
            "binance", "ETH/USDT", "USDT", open_ms, 1.0, 4.0, 0.5, 2.0, 7.0
        )

    @pytest.mark.parametrize("hour", [3, 23])
    def test_one_that_is_not_there(self, told, hour):
        assert told.candle("ETH/USDT", ms(datetime(2026, 1, 1, hour, tzinfo=UTC))) is None

    @pytest.mark.parametrize("frame", [None, pd.DataFrame()], ids=["none", "empty"])
    def test_before_any_was_fetched(self, frame):
        told = new_host(exchange={"name": "binance"})
        told._strategy.dp.candles = frame
        assert told.candle("ETH/USDT", ms(NOW)) is None

    def test_figures_that_are_missing_are_not_made_up(self, told):
        found = told.candle("ETH/USDT", ms(datetime(2026, 1, 1, 2, tzinfo=UTC)))
        assert math.isnan(found.volume)


class TestCapital:
    """A part of the account that the bot may use: what it spends is told by its books."""

    @pytest.fixture
    def host(self, books) -> FreqtradeHost:
        return new_host(available_capital=10_000)

    def test_what_is_held_was_paid_for(self, host, add):
        add()
        host.prices["ETH/USDT"] = 100.0
        assert host.account().cash == 9_000
        assert host.account().equity == 10_000

    @pytest.mark.parametrize("filled", [0.0, 0.1, 4.0, 9.9])
    def test_an_order_on_its_way_is_neither_a_gain_nor_a_loss(self, host, add, filled):
        add("ETH/USDT", order(filled=filled, remaining=10 - filled), amount=0.0)
        host.prices["ETH/USDT"] = 100.0
        assert host.account().equity == pytest.approx(10_000)
        assert host.account().exposure == pytest.approx(1_000)

    def test_nor_is_an_exit_on_its_way(self, host, add):
        add("ETH/USDT", order("sell", filled=6.0, remaining=4.0))
        host.prices["ETH/USDT"] = 100.0
        assert host.account().equity == pytest.approx(10_000)


class TestBalance:
    """The whole account of an exchange: its balance and the books are of different moments."""

    @pytest.fixture
    def live(self) -> Iterator[FreqtradeHost]:
        with kept_in_database([]):
            yield new_host(dry_run=False)

    @pytest.fixture
    def keep(self, live) -> Callable[..., Trade]:
        def keep(*orders: Order, **fields: Any) -> Trade:
            known = {
                "pair": "ETH/USDT",
                "exchange": "binance",
                "stake_amount": 1_000.0,
                "amount": 10.0,
                "open_rate": 100.0,
                "fee_open": 0.0,
                "fee_close": 0.0,
                "open_date": NOW,
                "is_open": True,
            }
            trade = Trade(**{**known, **fields})
            trade.orders = list(orders)
            Trade.session.add(trade)
            Trade.commit()
            live.prices["ETH/USDT"] = 100.0
            return trade

        return keep

    @pytest.mark.parametrize("balance", [10_000, 9_600, 9_000])
    def test_whenever_it_was_asked_a_filling_entry_is_no_loss(self, live, keep, balance):
        assert live.account().equity == 10_000
        keep(order(filled=4.0, remaining=6.0), amount=0.0)
        live._strategy.wallets.total = balance
        assert live.account().equity == pytest.approx(10_000)

    @pytest.mark.parametrize("balance", [9_000, 9_600, 10_000])
    def test_nor_is_a_filling_exit_a_gain(self, live, keep, balance):
        live._strategy.wallets.total = 9_000
        trade = keep()
        assert live.account().equity == 10_000
        trade.orders.append(order("sell", filled=6.0, remaining=4.0))
        Trade.commit()
        live._strategy.wallets.total = balance
        assert live.account().equity == pytest.approx(10_000)

    def test_a_deposit_counts_as_soon_as_no_order_is_open(self, live, keep):
        assert live.account().cash == 10_000
        trade = keep(order(), amount=0.0)
        live._strategy.wallets.total = 15_000
        assert live.account().cash == 10_000
        trade.orders[0].ft_is_open, trade.amount = False, 10.0
        Trade.commit()
        live._strategy.wallets.total = 14_000
        assert live.account().equity == 15_000

    def test_after_a_start_amid_orders_the_equity_is_not_known(self, live, keep):
        keep(order(filled=4.0, remaining=6.0), amount=0.0)
        assert math.isnan(live.account().equity)

    def test_what_was_earned_stays(self, live, keep):
        keep(is_open=False, close_date=NOW, close_profit_abs=50.0)
        live._strategy.wallets.total = 10_050
        assert live.account().equity == 10_050
        keep(order(), amount=0.0)
        assert live.account().equity == pytest.approx(10_050)


class TestClosedTrades:
    def test_each_has_its_profit_and_its_time(self, host, add):
        add(is_open=False, close_date=NOW, close_profit_abs=-12.5)
        add()
        (closed,) = host.closed_trades(0)
        assert (closed.pair, closed.closed_ms, closed.profit) == ("ETH/USDT", ms(NOW), -12.5)
        assert isinstance(closed.trade_id, int)

    def test_a_trade_that_closed_at_that_moment_counts_and_an_earlier_one_does_not(self, host, add):
        add(is_open=False, close_date=NOW, close_profit_abs=1.0)
        assert len(host.closed_trades(ms(NOW))) == 1
        assert len(host.closed_trades(ms(NOW) + 1)) == 0

    def test_an_unknown_profit_is_none(self, host, add):
        add(is_open=False, close_date=NOW, close_profit_abs=None)
        assert host.closed_trades(0)[0].profit == 0.0

    def test_a_time_before_the_epoch_is_all_time(self, host, add):
        add(is_open=False, close_date=NOW, close_profit_abs=1.0)
        assert len(host.closed_trades(-86_400_000)) == 1


class TestSlots:
    def test_open_trades_take_them(self, host, add):
        assert host.free_slots() == 3
        add()
        add("SOL/USDT", is_open=False, close_date=NOW, close_profit_abs=0.0)
        assert host.free_slots() == 2

    def test_without_a_limit_there_are_always_some(self, books):
        assert new_host(max_open_trades=math.inf).free_slots() > 1_000


class TestLocks:
    @pytest.fixture(autouse=True)
    def nothing_locked(self, books):
        yield
        if books == "database":
            PairLock.session.query(PairLock).delete()
            PairLock.session.commit()

    def test_a_locked_pair_says_why_and_until_when(self, host):
        until = NOW + 5 * HOUR
        PairLocks.lock_pair("ETH/USDT", until, "loss", now=NOW)
        candle = ms(NOW.replace(minute=0))
        assert host.locked("ETH/USDT", candle) == "loss until 2026-01-01 18:00"
        assert host.locked("SOL/USDT", candle) is None

    def test_a_lock_ends(self, host):
        PairLocks.lock_pair("ETH/USDT", NOW + HOUR, "loss", now=NOW)
        assert host.locked("ETH/USDT", ms(NOW + 3 * HOUR)) is None

    def test_a_lock_of_the_other_side_locks_nothing(self, host):
        PairLocks.lock_pair("ETH/USDT", NOW + 5 * HOUR, "loss", now=NOW, side="short")
        assert host.locked("ETH/USDT", ms(NOW)) is None

    def test_all_pairs_may_be_locked(self, host):
        candle = ms(NOW.replace(minute=0))
        assert host.all_locked(candle) is None
        PairLocks.lock_pair("*", NOW + 5 * HOUR, None, now=NOW)
        assert host.all_locked(candle) == " until 2026-01-01 18:00"
        assert host.locked("ETH/USDT", candle) == host.all_locked(candle)
        assert host.all_locked(ms(NOW + 5 * HOUR)) is None


class TestFate:
    def test_without_a_trade_the_order_is_gone(self, host):
        assert host.fate("ETH/USDT", ms(NOW)) is Fate.GONE

    def test_an_order_whose_answer_was_lost_is_not_gone(self, host):
        asked = ("ETH/USDT", "buy")
        record = SimpleNamespace(unsettled=lambda *of: ["an order"] if of == asked else [])
        orders = SimpleNamespace(record=record)
        host._strategy.dp._exchange = SimpleNamespace(aurum_orders=orders)
        assert host.fate("ETH/USDT", ms(NOW)) is Fate.UNKNOWN
        assert host.fate("SOL/USDT", ms(NOW)) is Fate.GONE

    def test_an_order_that_waits(self, host, add):
        add("ETH/USDT", order(), amount=0.0)
        assert host.fate("ETH/USDT", ms(NOW)) is Fate.WAITING
        assert host.fate("SOL/USDT", ms(NOW)) is Fate.GONE

    def test_an_order_that_filled(self, host, add):
        add("ETH/USDT", order(is_open=False, filled=10.0, remaining=0.0))
        assert host.fate("ETH/USDT", ms(NOW)) is Fate.FILLED

    def test_a_trade_that_is_closed_was_filled(self, host, add):
        add(is_open=False, close_date=NOW + HOUR, close_profit_abs=1.0)
        assert host.fate("ETH/USDT", ms(NOW)) is Fate.FILLED

    def test_a_trade_of_before_is_another_entry_s(self, host, add):
        add("ETH/USDT", order(is_open=False, filled=10.0, remaining=0.0))
        assert host.fate("ETH/USDT", ms(NOW) + 1_000) is Fate.FILLED
        assert host.fate("ETH/USDT", ms(NOW) + 1_001) is Fate.GONE

    def test_of_two_trades_the_first_since_then_is_meant(self, host, add):
        add("ETH/USDT", order(is_open=False, filled=10.0), open_date=NOW + HOUR)
        add("ETH/USDT", order(), amount=0.0)
        assert host.fate("ETH/USDT", ms(NOW)) is Fate.WAITING


class TestMarket:
    def test_the_order_book_has_its_time(self):
        book = new_host().order_book("ETH/USDT")
        assert book.bids[0] == (99.9, 500.0)
        assert book.asks == ((100.0, 500.0), (100.1, 500.0))
        assert abs(book.at_ms - ms(datetime.now(UTC))) < 5_000

    def test_levels_may_say_more(self):
        host = new_host()
        host._strategy.dp.book = {"bids": [["1", "2", 7]], "asks": [["3", "4", 7]]}
        assert host.order_book("ETH/USDT").asks == ((3.0, 4.0),)

    @pytest.mark.parametrize("error", [ExchangeError, TemporaryError, DDosProtection])
    def test_an_exchange_that_gives_none(self, error):
        host = new_host()
        host._strategy.dp.book = error("down")
        assert host.order_book("ETH/USDT") is None

    def test_limits(self):
        limits = new_host().limits("ETH/USDT")
        assert (limits.smallest_notional, limits.largest_notional) == (5.0, None)
        assert (limits.smallest_amount, limits.largest_amount) == (0.001, 9_000.0)

    @pytest.mark.parametrize("limits", [None, {}, {"cost": {}, "amount": {}}])
    def test_a_market_without_limits(self, limits):
        host = new_host()
        host._strategy.dp.limits = limits
        assert set(vars(host.limits("ETH/USDT")).values()) == {None}
