from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from freqtrade.exceptions import OperationalException
from predicting_strategy import SHORT


class Provider:
    """What the strategy asks of freqtrade's data provider."""

    def __init__(self, candles: pd.DataFrame) -> None:
        self.candles = candles

    def get_analyzed_dataframe(self, pair: str, timeframe: str) -> tuple[pd.DataFrame, datetime]:
        return self.candles, datetime.now(UTC)


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


@pytest.fixture
def ready(load, market, analysed) -> tuple[Any, pd.DataFrame]:
    """A strategy with short windows and the candles that it has analysed."""
    strategy = load(SHORT)
    candles = analysed(strategy, market())
    strategy.dp = Provider(candles)
    return strategy, candles


def test_freqtrade_loads_it_with_the_documented_defaults(load):
    strategy = load()
    assert strategy.timeframe == "1h"
    assert strategy.can_short is False
    assert strategy.entry_candles.value == 480
    assert strategy.exit_candles.value == 240
    assert strategy.protections == [{"method": "AurumCooldown", "stop_duration_candles": 2}]


def test_startup_covers_every_length_hyperopt_may_try_in_one_request(load):
    config: dict[str, Any] = {"strategy": "AurumStrategy"}
    strategy = load()
    assert strategy.startup_candle_count == strategy.entry_candles.high + 2 == 962
    assert strategy.startup_candle_count < 1_000
    assert load({"atr_candles": 2_000}, **config).startup_candle_count == 2_002
    longest = dict.fromkeys(SHORT, 2_000)
    assert load(longest).startup_candle_count < 4_999


def test_lengths_follow_the_configuration(load):
    strategy = load(SHORT)
    entry, leave = strategy.entry_candles, strategy.exit_candles
    assert (entry.low, entry.value, entry.high) == (6, 12, 24)
    assert (leave.low, leave.value, leave.high) == (3, 6, 12)
    assert strategy.startup_candle_count == 26


def test_two_strategies_do_not_share_their_lengths(load):
    short, long = load(SHORT), load()
    assert (short.entry_candles.value, long.entry_candles.value) == (12, 480)


def test_hyperopt_finds_its_spaces(load):
    strategy = load(SHORT)
    strategy.ft_load_hyper_params()
    spaces = {name: sorted(found) for name, found in strategy._ft_hyper_params.items()}
    assert spaces == {"buy": ["entry_candles"], "sell": ["atr_multiple", "exit_candles"]}


def test_a_wrong_setting_becomes_freqtrades_own_error_and_names_the_key(load):
    with pytest.raises(OperationalException, match=r"aurum\.breakout\.entry_candles: .*got -1"):
        load({"entry_candles": -1})


def test_entries_and_exits_are_tagged(ready):
    _, candles = ready
    entries, exits = candles[candles["enter_long"] == 1], candles[candles["exit_long"] == 1]
    assert len(entries) > 5
    assert len(exits) > 5
    assert set(entries["enter_tag"]) == {"breakout"}
    assert set(exits["exit_tag"]) == {"breakdown"}
    assert (entries["close"] > entries["channel_high"]).all()
    assert (exits["close"] < exits["channel_low"]).all()


def test_every_plotted_column_exists(ready):
    strategy, candles = ready
    plots = [strategy.plot_config["main_plot"], *strategy.plot_config["subplots"].values()]
    assert {column for plot in plots for column in plot} <= set(candles.columns)


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
    got = analysed(strategy, scaled)
    for column in ("enter_long", "exit_long"):
        pd.testing.assert_series_equal(got[column], candles[column])


def test_broken_candles_give_no_signal(load, market, analysed):
    strategy = load(SHORT)
    broken = market()
    broken[["open", "high", "low", "close", "volume"]] = float("nan")
    got = analysed(strategy, broken)
    assert not (got["enter_long"] == 1).any()
    assert not (got["exit_long"] == 1).any()


def test_stake_is_scaled_to_the_volatility_of_the_last_closed_candle(ready):
    strategy, candles = ready
    now = candles["date"].iloc[200].to_pydatetime()
    sigma = candles["volatility"].iloc[199]
    assert sigma > 0.4
    assert stake_of(strategy, now) == pytest.approx(1_000 * 0.4 / sigma)
    assert stake_of(strategy, now + timedelta(minutes=59)) == stake_of(strategy, now)
    assert stake_of(strategy, now, limit=7.0) == 7.0


def test_without_a_known_volatility_nothing_is_opened(ready):
    strategy, candles = ready
    assert stake_of(strategy, candles["date"].iloc[3].to_pydatetime()) == 0.0
    strategy.dp = Provider(pd.DataFrame())
    assert stake_of(strategy, datetime.now(UTC)) == 0.0


def test_nothing_is_opened_on_a_stale_candle(ready):
    strategy, candles = ready
    close = candles["date"].iloc[-1].to_pydatetime() + timedelta(hours=1)
    assert stake_of(strategy, close + timedelta(hours=2)) > 0
    assert stake_of(strategy, close + timedelta(hours=2, minutes=1)) == 0.0


@pytest.mark.parametrize(("longest", "hours", "reason"), [(None, 999, None), (3, 2.9, None)])
def test_a_young_position_is_not_left_for_its_age(longest, hours, reason, age_exit):
    assert age_exit(longest, hours) is reason


def test_a_position_is_left_at_the_age_that_is_set(age_exit):
    assert age_exit(3, 3) == "time_exit"


@pytest.fixture
def age_exit(load) -> Any:
    """`age_exit(longest, hours)`: what is said of a position that is so many hours old."""

    def ask(longest: int | None, hours: float) -> str | None:
        opened = datetime(2026, 1, 1, tzinfo=UTC)
        trade = SimpleNamespace(open_date_utc=opened)
        strategy = load({**SHORT, "longest_hold_candles": longest})
        return strategy.custom_exit(
            pair="BTC/USDT",
            trade=trade,
            current_time=opened + timedelta(hours=hours),
            current_rate=1.0,
            current_profit=0.0,
        )

    return ask


def test_the_stop_lies_so_many_ranges_under_the_entry(ready):
    strategy, candles = ready
    trade = trade_at(candles, 200)
    wanted = trade.open_rate - 10 * candles["atr"].iloc[199]
    for rate in (trade.open_rate, trade.open_rate * 1.07):
        got = stop_of(strategy, trade, rate, after_fill=True)
        assert rate * (1 - got) == pytest.approx(wanted)


def test_the_stop_is_set_once(ready):
    strategy, candles = ready
    trade = trade_at(candles, 200, stop_loss=90.0, initial_stop_loss=65.0)
    assert stop_of(strategy, trade, trade.open_rate, after_fill=False) is None


def test_a_stop_that_was_missed_at_the_fill_is_made_up_for(ready):
    strategy, candles = ready
    trade = trade_at(candles, 200)
    late = stop_of(strategy, trade, trade.open_rate, after_fill=False)
    assert late == stop_of(strategy, trade, trade.open_rate, after_fill=True)
    assert late > 0


def test_the_stop_never_lies_outside_the_outer_limit(load, market, analysed):
    strategy = load({**SHORT, "atr_multiple": 100.0})
    candles = analysed(strategy, market())
    strategy.dp = Provider(candles)
    trade = trade_at(candles, 200)
    assert stop_of(strategy, trade, trade.open_rate, after_fill=True) == pytest.approx(0.35)


def test_a_price_already_under_the_stop_is_stopped_at_once(ready):
    strategy, candles = ready
    trade = trade_at(candles, 200)
    assert stop_of(strategy, trade, trade.open_rate * 0.7, after_fill=True) == 1e-6


def test_without_a_known_range_the_stop_stays_where_it_is(ready):
    strategy, candles = ready
    assert stop_of(strategy, trade_at(candles, 3), 100.0, after_fill=True) is None
    strategy.dp = Provider(pd.DataFrame())
    assert stop_of(strategy, trade_at(candles, 200), 100.0, after_fill=True) is None
