"""The simple rule, against trades done by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecast_table import HOUR_MS, START_MS, forecast_table

from aurum_plugins.forecasting.evaluation.forecast_table import ForecastTable
from aurum_plugins.forecasting.evaluation.strategy_figures import Rule, assess_strategy

COST = 0.01
PAID = (1 - COST) ** 2


def table(closes, sure, *, pair: str = "A/B", candles=None, **columns) -> pd.DataFrame:
    """Rows that say "up" with confidence 1 where `sure`, and with 0 elsewhere."""
    count = len(closes)
    frame = forecast_table(count, (pair,), refused=0.0)
    candle = START_MS // HOUR_MS + np.arange(count) if candles is None else np.asarray(candles)
    return frame.assign(
        candle=candle,
        open_ms=candle * HOUR_MS,
        close=np.asarray(closes, dtype=float),
        probability=0.9,
        confidence=np.asarray(sure, dtype=float),
        **columns,
    )


def follow(frame: pd.DataFrame, horizon: int = 2, trials: int = 1, cost: float = COST):
    report = assess_strategy(ForecastTable.of(frame), Rule(horizon, 0.5, cost), trials)
    assert report is not None
    return report


def test_a_trade_buys_at_the_close_and_sells_so_many_candles_later() -> None:
    report = follow(table([100, 110, 121, 50, 50], [1, 0, 0, 0, 0]))
    assert report.trades == 1
    assert report.gross.total_return == pytest.approx(0.21)
    assert report.net.total_return == pytest.approx(1.21 * PAID - 1)
    assert report.hold.total_return == pytest.approx(0.5 * PAID - 1)
    assert report.exposure == pytest.approx(2 / 5)
    assert report.winners == 1.0


def test_trades_do_not_overlap_but_may_follow_each_other() -> None:
    report = follow(table([1, 2, 4, 8, 16, 16], [1, 1, 1, 1, 0, 0]))
    assert report.trades == 2
    assert report.gross.total_return == pytest.approx(15)
    assert report.net.total_return == pytest.approx(16 * PAID**2 - 1)


@pytest.mark.parametrize("changes", [{"probability": 0.5}, {"probability": 0.4}, {"usable": False}])
def test_without_a_usable_forecast_of_up_nothing_is_bought(changes) -> None:
    frame = table([1, 2, 3, 4], [1, 1, 1, 1]).assign(**changes)
    report = follow(frame)
    assert (report.trades, report.exposure, report.winners) == (0, 0.0, None)
    assert report.net.total_return == report.gross.total_return == 0.0
    assert report.net.sharpe is report.probabilistic_sharpe is report.deflated_sharpe is None
    assert report.lucky_sharpe is None


def test_a_position_that_is_open_at_the_end_is_sold_there() -> None:
    report = follow(table([1, 1, 1, 2], [0, 0, 1, 1]), horizon=50)
    assert report.trades == 1
    assert report.gross.total_return == pytest.approx(1.0)
    assert report.net.total_return == pytest.approx(2 * PAID - 1)


def test_where_the_price_is_not_known_the_next_known_one_is_taken() -> None:
    report = follow(table([np.nan, 1, 5, np.nan, 3, 7], [1, 1, 0, 1, 0, 0]))
    assert report.trades == 1
    assert report.gross.total_return == pytest.approx(2.0)
    assert report.hold.total_return == pytest.approx(7 * PAID - 1)


def test_after_a_gap_in_the_candles_it_is_sold_at_once() -> None:
    frame = table([1, 2, 3, 4], [1, 0, 0, 0], candles=[10, 11, 50, 51])
    assert follow(frame, horizon=3).gross.total_return == pytest.approx(2.0)


def test_money_is_split_equally_and_never_moved() -> None:
    first = table([1, 2, 2], [1, 0, 0])
    second = table([1, 1, 1], [0, 0, 0], pair="C/D")
    report = follow(pd.concat([first, second]), horizon=1, cost=0.0)
    assert report.net.total_return == pytest.approx(0.5)
    assert report.exposure == pytest.approx(1 / 6)


def test_drawdown_is_measured_at_closes_from_the_peak() -> None:
    report = follow(table([1, 2, 1, 4], [1, 0, 0, 0]), horizon=3, cost=0.0)
    assert report.net.max_drawdown == pytest.approx(0.5)
    assert report.hold.max_drawdown == pytest.approx(0.5)


def test_costs_alone_are_a_drawdown() -> None:
    report = follow(table([1, 1, 1], [1, 0, 0]))
    assert report.net.max_drawdown == pytest.approx(1 - PAID)


def test_sharpe_ratios_are_of_days() -> None:
    frame = forecast_table(2_000, ("A/B",), skill=0.9)
    report = assess_strategy(ForecastTable.of(frame), Rule(4, 0.3, 0.0), trials=10)
    values = np.array([1.0, *(point.net for point in report.equity)])
    returns = values[1:] / values[:-1] - 1
    expected = returns.mean() / returns.std() * np.sqrt(365)
    assert report.days == len(returns) == 84
    assert report.net.sharpe == pytest.approx(expected)
    assert report.equity[-1].net == pytest.approx(1 + report.net.total_return)
    assert report.deflated_sharpe < report.probabilistic_sharpe
    assert report.lucky_sharpe > 0
    assert report.trials == 10


def test_more_trials_mean_less() -> None:
    checked = ForecastTable.of(forecast_table(2_000, ("A/B",), skill=0.9))
    found = [
        assess_strategy(checked, Rule(4, 0.3, 0.0), trials).deflated_sharpe
        for trials in (1, 10, 1_000)
    ]
    assert found == sorted(found, reverse=True)


def test_scaling_the_price_changes_nothing() -> None:
    frame = forecast_table(300)
    report = follow(frame, horizon=4)
    scaled = follow(frame.assign(close=frame["close"] * 1_000), horizon=4)
    assert scaled.net.total_return == pytest.approx(report.net.total_return)
    assert scaled.trades == report.trades


def test_later_rows_change_no_earlier_day() -> None:
    frame = forecast_table(1_000, ("A/B",))
    whole = follow(frame, horizon=4).equity
    part = follow(frame.head(600), horizon=4).equity
    # The last two days hold what is sold and paid only because the rows end.
    for early, late in zip(part[:-2], whole, strict=False):
        assert early.net == pytest.approx(late.net)
        assert early.gross == pytest.approx(late.gross)


@pytest.mark.parametrize(
    "frame",
    [
        forecast_table(50).drop(columns="close"),
        forecast_table(50).assign(close=np.nan),
    ],
)
def test_without_prices_there_is_no_strategy(frame) -> None:
    assert assess_strategy(ForecastTable.of(frame), Rule(4, 0.5), 1) is None


def test_the_rule_is_said_in_words() -> None:
    words = Rule(4, 0.65, 0.0015).words
    for part in ("confidence of at least 0.65", "hold for 4 candles", "0.15 % of the value a side"):
        assert part in words
