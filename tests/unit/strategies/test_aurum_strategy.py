from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from closed_trades import kept_in_memory
from freqtrade.exceptions import OperationalException
from predicting_strategy import SHORT
from strategy_provider import Provider, Wallets, rising_leader

from aurum_plugins.reasons import Action, Reason

# Every breakout is bought.
PLAIN = {"bear_entries": "all", "forecasts": "off", "cost_multiple": 0}


@pytest.fixture
def ready(load, market, analysed) -> Iterator[tuple[Any, pd.DataFrame]]:
    """A backtested strategy with short windows, and the candles that it has analysed."""
    with kept_in_memory([]):
        strategy = load(SHORT, stake_currency="USDT", max_open_trades=3, dry_run=True)
        strategy.wallets = Wallets()
        yield strategy, analysed(strategy, market())


def trade_at(candles: pd.DataFrame, row: int, **fields: Any) -> SimpleNamespace:
    rate = float(candles["close"].iloc[row - 1])
    known = {
        "open_rate": rate,
        "open_date_utc": candles["date"].iloc[row].to_pydatetime(),
        "stop_loss": rate * 0.65,
        "initial_stop_loss": rate * 0.65,
        "is_short": False,
        "leverage": 1.0,
    }
    return SimpleNamespace(**{**known, **fields})


def stop_of(strategy: Any, trade: SimpleNamespace, rate: float, *, after_fill: bool) -> float:
    return strategy.custom_stoploss(
        pair="BTC/USDT",
        trade=trade,
        current_time=datetime.now(UTC),
        current_rate=rate,
        current_profit=0.0,
        after_fill=after_fill,
    )


def stake_of(strategy: Any, at: datetime, proposed: float = 1_000, limit: float = 1e6) -> float:
    return strategy.custom_stake_amount(
        pair="BTC/USDT",
        current_time=at,
        current_rate=100.0,
        proposed_stake=proposed,
        min_stake=5.0,
        max_stake=limit,
        leverage=1.0,
        entry_tag="breakout",
        side="long",
    )


def test_freqtrade_loads_it_with_the_documented_defaults(load):
    strategy = load()
    assert strategy.timeframe == "1h"
    assert strategy.can_short is False
    assert strategy.entry_candles.value == 480
    assert strategy.exit_candles.value == 240
    assert strategy.stop_multiple == 10
    assert [rule["method"] for rule in strategy.protections] == [
        "AurumCooldown",
        "AurumConsecutiveLosses",
        "AurumPairExpectancy",
        "AurumDailyLoss",
    ]


def test_startup_covers_every_length_hyperopt_may_try_in_one_request(load):
    config: dict[str, Any] = {"strategy": "AurumStrategy"}
    strategy = load()
    assert strategy.startup_candle_count == strategy.entry_candles.high + 2 == 962
    assert strategy.startup_candle_count < 1_000
    assert load({"atr_candles": 2_000}, **config).startup_candle_count == 2_002
    longest = dict.fromkeys(SHORT, 2_000)
    assert load(longest).startup_candle_count < 4_999


def test_startup_covers_the_market_leader_s_mean_where_it_is_asked_for(load):
    # freqtrade fetches as many candles of the leader as of the pair.
    assert load(SHORT).startup_candle_count == 102
    assert load(SHORT, aurum={"policy": {"regime_candles": 300}}).startup_candle_count == 302
    assert load(SHORT, aurum={"policy": PLAIN}).startup_candle_count == 26


def test_freqtrade_keeps_the_candles_of_the_market_leader(load):
    assert load().informative_pairs() == [("BTC/USDT", "1d")]
    other = {"market_leader": "ETH/USDT", "regime_timeframe": "4h"}
    assert load(aurum={"policy": other}).informative_pairs() == [("ETH/USDT", "4h")]
    assert load(aurum={"policy": PLAIN}).informative_pairs() == []


def test_lengths_follow_the_configuration(load):
    strategy = load(SHORT, aurum={"policy": PLAIN})
    entry, leave = strategy.entry_candles, strategy.exit_candles
    assert (entry.low, entry.value, entry.high) == (6, 12, 24)
    assert (leave.low, leave.value, leave.high) == (3, 6, 12)


def test_so_do_the_stop_and_the_threshold(load):
    aurum = {"risk": {"stop_multiple": 4.0}, "policy": {"enter_probability": 0.58}}
    strategy = load(aurum=aurum)
    stop, threshold = strategy.atr_multiple, strategy.enter_probability
    assert (stop.low, stop.value, stop.high) == (2.0, 4.0, 8.0)
    assert (threshold.low, threshold.value, threshold.high) == pytest.approx((0.53, 0.58, 0.63))
    assert strategy.stop_multiple == 4.0


@pytest.mark.parametrize("probability", [0.0, 0.02, 1.0])
def test_a_threshold_stays_a_probability(load, probability):
    policy = {"enter_probability": probability, "leave_probability": 0.0}
    threshold = load(aurum={"policy": policy}).enter_probability
    assert 0 <= threshold.low <= threshold.value <= threshold.high <= 1


def test_two_strategies_do_not_share_their_lengths(load):
    short, long = load(SHORT), load()
    assert (short.entry_candles.value, long.entry_candles.value) == (12, 480)
    assert short.decided is not long.decided


def test_hyperopt_finds_its_spaces(load):
    strategy = load(SHORT)
    strategy.ft_load_hyper_params()
    spaces = {name: sorted(found) for name, found in strategy._ft_hyper_params.items()}
    assert spaces == {
        "buy": ["enter_probability", "entry_candles"],
        "sell": ["atr_multiple", "exit_candles"],
    }


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"breakout": {"entry_candles": -1}}, r"^aurum\.breakout\.entry_candles: .*got -1"),
        ({"breakout": {"atr_multiple": 3}}, r"^aurum\.breakout\.atr_multiple: unknown setting"),
        ({"policy": {"bear_entries": "some"}}, r"^aurum\.policy\.bear_entries: "),
        ({"policy": {"leave_probability": 0.6}}, r"must be below enter_probability, 0\.51"),
        ({"risk": {"stop_multiple": 0}}, r"^aurum\.risk\.stop_multiple: "),
        ({"risk": {"group_cap": 0.1}}, r"^aurum\.risk\.group_cap: .*at least position_cap"),
    ],
)
def test_a_wrong_setting_becomes_freqtrades_own_error_and_names_the_key(load, section, message):
    with pytest.raises(OperationalException, match=message):
        load(aurum=section)


def test_entries_and_exits_are_tagged(ready):
    _, candles = ready
    entries, exits = candles[candles["enter_long"] == 1], candles[candles["exit_long"] == 1]
    assert len(entries) > 5
    assert len(exits) > 5
    assert set(entries["enter_tag"]) == {"breakout"}
    assert set(exits["exit_tag"]) == {"breakdown"}
    assert (entries["close"] > entries["channel_high"]).all()
    assert (exits["close"] < exits["channel_low"]).all()


def test_actions_and_reasons_stand_beside_the_signals(ready):
    _, candles = ready
    assert (candles["action"] == Action.ENTER).sum() == (candles["enter_long"] == 1).sum()
    assert (candles["action"] == Action.EXIT).sum() == (candles["exit_long"] == 1).sum()
    assert set(candles["reason"]) <= {int(reason) for reason in Reason}
    assert candles.loc[candles["action"] == Action.ENTER, "reason"].eq(Reason.BREAKOUT).all()


def test_what_was_decided_is_there_for_the_desk(ready):
    strategy, candles = ready
    for row in (30, 200, 399):
        at_ms = int((candles["date"].iloc[row] + timedelta(hours=1)).timestamp() * 1_000)
        found = strategy.decided.newest("BTC/USDT", at_ms)
        assert found.action == candles["action"].iloc[row]
        assert found.reason == candles["reason"].iloc[row]
        assert found.figure("close") == candles["close"].iloc[row]


def test_in_a_falling_market_nothing_is_entered_without_forecasts(load, market, analysed):
    strategy = load(SHORT)
    falling = rising_leader()
    falling["close"] = falling["close"].to_numpy()[::-1]
    strategy.dp.leader = falling
    got = analysed(strategy, market())
    assert (got["enter_long"] == 1).sum() == 0
    assert (got["reason"] == Reason.BEAR_MARKET).sum() > 5
    strategy.dp.leader = falling.iloc[:0]
    got = analysed(strategy, market())
    assert (got["enter_long"] == 1).sum() == 0
    assert (got["reason"] == Reason.MARKET_UNKNOWN).sum() > 5
    assert (got["exit_long"] == 1).sum() > 5


def test_hyperopt_s_own_values_count(ready, market, analysed):
    strategy, candles = ready
    strategy.entry_candles.value = 24
    got = analysed(strategy, market())
    assert (got["enter_long"] == 1).sum() < (candles["enter_long"] == 1).sum()


def test_every_plotted_column_exists(ready):
    strategy, candles = ready
    plots = [strategy.plot_config["main_plot"], *strategy.plot_config["subplots"].values()]
    # There is a probability only where something forecasts.
    assert {column for plot in plots for column in plot} - {"probability"} <= set(candles.columns)


@pytest.mark.parametrize("cut", [1, 5, 13, 100, 399])
def test_no_column_looks_ahead(ready, cut, market, analysed):
    strategy, whole = ready
    prefix = analysed(strategy, market().iloc[:cut])
    assert set(prefix.columns) <= set(whole.columns)
    for column in prefix.columns:
        old, new = whole[column].iloc[:cut], prefix[column]
        same = (old == new) | (old.isna() & new.isna())
        assert same.all(), column


def test_signals_of_thousandfold_prices_are_the_same(ready, market, analysed):
    strategy, candles = ready
    scaled = market()
    scaled[["open", "high", "low", "close"]] *= 1_000
    strategy.dp.leader["close"] *= 1_000
    got = analysed(strategy, scaled)
    for column in ("enter_long", "exit_long", "action", "reason"):
        pd.testing.assert_series_equal(got[column], candles[column])


def test_broken_candles_give_no_signal(load, market, analysed):
    strategy = load(SHORT)
    broken = market()
    broken[["open", "high", "low", "close", "volume"]] = float("nan")
    got = analysed(strategy, broken)
    assert not (got["enter_long"] == 1).any()
    assert not (got["exit_long"] == 1).any()
    assert set(got["reason"]) == {Reason.BAD_CANDLE}


class TestStake:
    @pytest.fixture
    def at(self, ready) -> Callable[..., float]:
        """`at(row)`: the stake after the candle before that row has closed."""
        strategy, candles = ready

        def stake(row: int, **more: float) -> float:
            now = candles["date"].iloc[row].to_pydatetime()
            strategy.bot_loop_start(now)
            return stake_of(strategy, now, **more)

        return stake

    def test_it_is_scaled_to_the_volatility_of_the_last_closed_candle(self, ready, at):
        sigma = ready[1]["volatility"].iloc[199]
        assert sigma > 0.4
        assert at(200) == pytest.approx(1_000 * 0.4 / sigma)
        assert at(200, limit=7.0) == 7.0

    def test_without_a_known_volatility_there_is_none(self, at):
        assert at(3) == 0.0

    def test_before_any_candle_there_is_none(self, ready):
        strategy, candles = ready
        before = candles["date"].iloc[0].to_pydatetime()
        strategy.bot_loop_start(before)
        assert stake_of(strategy, before) == 0.0


class TestAge:
    @pytest.fixture
    def age_exit(self, load) -> Any:
        """`age_exit(longest, hours)`: what is said of a position that is so many hours old."""

        def ask(longest: int | None, hours: float) -> str | None:
            opened = datetime(2026, 1, 1, tzinfo=UTC)
            risk = {"longest_hold_candles": longest}
            strategy = load(SHORT, aurum={"risk": risk})
            trade = SimpleNamespace(open_date_utc=opened)
            now = opened + timedelta(hours=hours)
            return strategy.custom_exit("BTC/USDT", trade, now, 1.0, current_profit=0.0)

        return ask

    @pytest.mark.parametrize(("longest", "hours"), [(None, 999), (3, 2.9)])
    def test_a_young_position_is_not_left(self, longest, hours, age_exit):
        assert age_exit(longest, hours) is None

    def test_one_is_left_at_the_age_that_is_set(self, age_exit):
        assert age_exit(3, 3) == "time_exit"


class TestStop:
    def test_it_lies_so_many_ranges_under_the_entry(self, ready):
        strategy, candles = ready
        trade = trade_at(candles, 200)
        wanted = trade.open_rate - 10 * candles["atr"].iloc[199]
        for rate in (trade.open_rate, trade.open_rate * 1.07):
            got = stop_of(strategy, trade, rate, after_fill=True)
            assert rate * (1 - got) == pytest.approx(wanted)

    def test_it_is_set_once(self, ready):
        strategy, candles = ready
        trade = trade_at(candles, 200, stop_loss=90.0, initial_stop_loss=65.0)
        assert stop_of(strategy, trade, trade.open_rate, after_fill=False) is None

    def test_one_that_was_missed_at_the_fill_is_made_up_for(self, ready):
        strategy, candles = ready
        trade = trade_at(candles, 200)
        late = stop_of(strategy, trade, trade.open_rate, after_fill=False)
        assert late == stop_of(strategy, trade, trade.open_rate, after_fill=True)
        assert late > 0

    def test_it_never_lies_outside_the_outer_limit(self, ready):
        strategy, candles = ready
        strategy.atr_multiple.value = 100.0
        trade = trade_at(candles, 200)
        got = stop_of(strategy, trade, trade.open_rate, after_fill=True)
        assert got == pytest.approx(0.35)

    def test_a_price_already_under_it_is_stopped_at_once(self, ready):
        strategy, candles = ready
        trade = trade_at(candles, 200)
        assert stop_of(strategy, trade, trade.open_rate * 0.7, after_fill=True) == 1e-6

    def test_without_a_known_range_it_stays_where_it_is(self, ready, load):
        strategy, candles = ready
        assert stop_of(strategy, trade_at(candles, 3), 100.0, after_fill=True) is None
        blind = load(SHORT)
        blind.dp = Provider()
        assert stop_of(blind, trade_at(candles, 200), 100.0, after_fill=True) is None

    def test_asking_for_it_tells_the_price(self, ready):
        strategy, candles = ready
        stop_of(strategy, trade_at(candles, 200), 123.0, after_fill=False)
        assert strategy.host.prices == {"BTC/USDT": 123.0}


def test_the_market_s_trend_is_a_column(ready):
    _, candles = ready
    assert (candles["market_trend_share"] > 0).all()
    assert np.isfinite(candles["market_trend_share"]).all()
