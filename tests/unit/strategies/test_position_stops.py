"""Stops and exits during a news shock, on freqtrade's own trades and with its own bookkeeping."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ccxt import TICK_SIZE
from closed_trades import kept_in_database, kept_in_memory
from freqtrade.enums import RunMode
from freqtrade.persistence import LocalTrade, Trade, init_db
from freqtrade.persistence.custom_data import CustomDataWrapper, _CustomData
from freqtrade.persistence.models import _request_id_ctx_var
from recorded_news import put, shock_at
from strategy_provider import Provider, Wallets

from aurum_plugins.database import database_url, open_database
from aurum_plugins.reasons import Reason
from aurum_plugins.signals import Decided
from aurum_plugins.strategies import DecidingStrategy
from aurum_plugins.strategies.trade_stop import KEY, TradeStop
from aurum_plugins.trading.drawn_stop import DrawnStop

PAIR = "BTC/USDT"
HOUR = timedelta(hours=1)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = 48
CLOSED = FIRST + ROWS * HOUR
SHOCK = CLOSED - timedelta(minutes=1)


class Decides(DecidingStrategy):
    timeframe = "1h"
    stop_multiple = 10.0
    _ft_stop_uses_after_fill = True

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    populate_entry_trend = populate_exit_trend = populate_indicators


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000)


@pytest.fixture
def strategy(tmp_path, monkeypatch, request) -> Iterator[Decides]:
    """A backtest over hourly candles that close at 100, with ranges of 1."""
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    made = Decides(
        {
            "stake_currency": "USDT",
            "max_open_trades": 3,
            "dry_run": True,
            "user_data_dir": tmp_path,
            "timeframe": "1h",
            "exchange": {"name": "binance"},
            "aurum": {"sentiment": {"shock": getattr(request, "param", {})}},
        }
    )
    rows = ROWS + 5
    candles = pd.DataFrame({"date": pd.date_range(FIRST, periods=rows, freq="1h")})
    made.dp, made.wallets = Provider(candles, RunMode.BACKTEST, (PAIR,)), Wallets()
    figures = {
        "close": np.full(rows, 100.0),
        "average_range": np.full(rows, 1.0),
        "annual_volatility_share": np.full(rows, 0.4),
    }
    reasons = np.full(rows, int(Reason.NO_BREAKOUT))
    made.remember(PAIR, candles, Decided(np.zeros(rows, dtype=np.int64), reasons, figures))
    database = open_database(database_url(made.config))
    put(database, *shock_at(ms(SHOCK)))
    with kept_in_memory([]):
        CustomDataWrapper.reset_custom_data()
        yield made
    database.close()


def trade(opened: datetime = CLOSED - 5 * HOUR) -> LocalTrade:
    made = LocalTrade(
        id=1,
        pair=PAIR,
        open_rate=100.0,
        open_date=opened,
        amount=1.0,
        stake_amount=100.0,
        fee_open=0.0,
        fee_close=0.0,
        is_open=True,
        exchange="binance",
        leverage=1.0,
        price_precision=0.01,
        precision_mode_price=TICK_SIZE,
    )
    LocalTrade.add_bt_trade(made)
    return made


def candle(strategy: Decides, held: Any, at: datetime, **prices: float) -> list[str]:
    """What freqtrade does with a trade in a candle: why it leaves."""
    strategy.bot_loop_start(at)
    shown = {"rate": 100.0, "low": 99.5, "high": 103.0, **prices}
    rate = shown.pop("rate")
    found = strategy.should_exit(held, rate, at, enter=False, exit_=False, **shown)
    return [exit_.exit_reason for exit_ in found]


def fill(strategy: Decides, held: Any, at: datetime) -> None:
    strategy.ft_stoploss_adjust(100.0, held, at, 0.0, 0, after_fill=True)


class TestTighten:
    def test_a_stop_is_drawn_below_what_is_known_when_the_candle_opens(self, strategy) -> None:
        held = trade()
        fill(strategy, held, CLOSED - 5 * HOUR)
        assert candle(strategy, held, CLOSED - HOUR) == []
        assert held.stop_loss == 90.0
        assert candle(strategy, held, CLOSED) == []
        # Not 102: the candle's highest price is not known yet.
        assert held.stop_loss == 99.0
        assert held.get_custom_data(KEY) == [ms(SHOCK), 99.0]
        assert candle(strategy, held, CLOSED + HOUR, rate=99.2, low=98.9) == ["trailing_stop_loss"]

    def test_another_fill_and_the_end_of_the_shock_leave_it_there(self, strategy) -> None:
        held = trade()
        fill(strategy, held, CLOSED - 5 * HOUR)
        candle(strategy, held, CLOSED)
        fill(strategy, held, CLOSED + HOUR)
        assert held.stop_loss == 99.0
        fill(strategy, held, CLOSED + 100 * HOUR)
        assert held.stop_loss == 99.0
        assert held.get_custom_data(KEY) == [ms(SHOCK), 99.0]

    def test_one_that_is_lost_with_a_crash_is_drawn_again(self, strategy) -> None:
        held = trade()
        fill(strategy, held, CLOSED - 5 * HOUR)
        candle(strategy, held, CLOSED)
        # What was kept was committed before the trade itself.
        held.stop_loss = 90.0
        candle(strategy, held, CLOSED + HOUR)
        assert held.stop_loss == 99.0

    def test_a_candle_that_opens_below_is_left_at_its_open(self, strategy) -> None:
        held = trade()
        fill(strategy, held, CLOSED - 5 * HOUR)
        reasons = candle(strategy, held, CLOSED, rate=98.0, low=97.0, high=98.5)
        assert reasons[0] == "news_shock"

    def test_the_stop_of_the_entry_counts_where_it_is_nearer(self, strategy) -> None:
        held = trade()
        strategy.ft_stoploss_adjust(100.0, held, CLOSED - 5 * HOUR, 0.0, 0)
        assert held.stop_loss == 90.0

    @pytest.mark.parametrize("strategy", [{"brake": "off"}], indirect=True)
    def test_the_brake_may_be_off(self, strategy) -> None:
        held = trade()
        fill(strategy, held, CLOSED - 5 * HOUR)
        assert candle(strategy, held, CLOSED, rate=98.0, low=97.0) == []
        assert held.stop_loss == 90.0

    def test_a_price_under_it_stops_in_a_running_bot(self, strategy, monkeypatch) -> None:
        desk = strategy.desk()
        desk.begin_loop(ms(CLOSED))
        monkeypatch.setattr(Decides, "trades_live", True)
        held = trade()
        fill(strategy, held, CLOSED)
        assert held.stop_loss == 99.0
        distance = strategy.custom_stoploss(
            pair=PAIR, trade=held, current_time=CLOSED, current_rate=80.0, after_fill=False
        )
        assert distance == pytest.approx(1e-6)

    def test_in_a_running_bot_the_price_of_now_counts(self, strategy, monkeypatch) -> None:
        desk = strategy.desk()
        desk.begin_loop(ms(CLOSED))
        monkeypatch.setattr(Decides, "trades_live", True)
        held = trade()
        fill(strategy, held, CLOSED - 5 * HOUR)
        distance = strategy.custom_stoploss(
            pair=PAIR, trade=held, current_time=CLOSED, current_rate=96.0, after_fill=False
        )
        assert 96.0 * (1 - distance) == pytest.approx(95.0)
        assert strategy.custom_exit(PAIR, held, CLOSED, 94.0) is None


@pytest.mark.parametrize("strategy", [{"brake": "exit"}], indirect=True)
class TestExit:
    def test_positions_are_given_up(self, strategy) -> None:
        held = trade()
        assert candle(strategy, held, CLOSED - HOUR) == []
        assert candle(strategy, held, CLOSED) == ["news_shock"]

    def test_orders_that_wait_are_cancelled(self, strategy) -> None:
        strategy.bot_loop_start(CLOSED)
        waiting = trade()
        asked = {"pair": PAIR, "trade": waiting, "order": None}
        assert strategy.check_entry_timeout(**asked, current_time=CLOSED)
        assert not strategy.check_entry_timeout(**asked, current_time=CLOSED - HOUR)


def test_it_is_kept_with_a_trade_in_the_database() -> None:
    with kept_in_database([]):
        held = Trade(
            pair=PAIR,
            stake_amount=1.0,
            amount=1.0,
            open_rate=1.0,
            fee_open=0.0,
            fee_close=0.0,
            exchange="binance",
            is_open=True,
        )
        Trade.session.add(held)
        Trade.commit()
        assert TradeStop(held).load() is None
        TradeStop(held).save(DrawnStop(ms(SHOCK), 99.125))
        TradeStop(held).save(DrawnStop(ms(SHOCK) + 1, 99.25))
        Trade.session.expire_all()
        assert TradeStop(held).load() == DrawnStop(ms(SHOCK) + 1, 99.25)


def test_requests_of_the_api_keep_no_connection_of_freqtrade(tmp_path) -> None:
    with kept_in_database([]):
        init_db(f"sqlite:///{tmp_path / 'trades.sqlite'}")
        held = SimpleNamespace(
            get_custom_data=lambda key: (
                CustomDataWrapper.get_custom_data(trade_id=1, key=key) or None
            )
        )
        # freqtrade's pool has fifteen.
        for request in range(20):
            token = _request_id_ctx_var.set(str(request))
            try:
                assert TradeStop(held).load() is None
            finally:
                _request_id_ctx_var.reset(token)
        assert _CustomData.session.get_bind().pool.checkedout() == 0
