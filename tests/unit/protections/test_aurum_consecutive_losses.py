from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from closed_trades import NOW, closed, in_a_row
from freqtrade.exceptions import OperationalException

from aurum_plugins.protections.AurumConsecutiveLosses import AurumConsecutiveLosses

LAST = NOW - timedelta(minutes=1)


def protection(**parameters: object) -> AurumConsecutiveLosses:
    given = {"method": "AurumConsecutiveLosses", "stop_duration_candles": 3, **parameters}
    return AurumConsecutiveLosses({"timeframe": "1h"}, given)


def test_losses_of_any_pairs_lock_all_of_them(keep) -> None:
    keep([*in_a_row(0.02, -0.01, -0.02), closed(30, -0.01, "ETH/USDT")])
    verdict = protection(trade_limit=3).global_stop(NOW, "long", 0.0)
    assert verdict.lock
    assert verdict.lock_side == "*"
    assert verdict.until == LAST + timedelta(hours=3)
    assert verdict.reason == "3 losses in a row, pausing for 3 candles"


@pytest.mark.parametrize("result", [0.01, 0.0])
def test_a_trade_that_did_not_lose_ends_the_row(keep, result) -> None:
    keep(in_a_row(-0.01, -0.01, -0.01, result, -0.01, -0.01))
    assert protection(trade_limit=3).global_stop(NOW, "long", 0.0) is None
    assert protection(trade_limit=2).global_stop(NOW, "long", 0.0) is not None


def test_what_is_not_known_counts_as_a_loss(keep) -> None:
    keep(in_a_row(0.01, None, -0.01))
    assert protection(trade_limit=2).global_stop(NOW, "long", 0.0).lock


def test_a_pair_has_its_own_limit(keep) -> None:
    keep([*in_a_row(-0.01, -0.01), closed(2, 0.05, "ETH/USDT")])
    judge = protection(trade_limit=None, trade_limit_per_pair=2)
    assert judge.stop_per_pair("BTC/USDT", NOW, "long", 0.0).until == LAST + timedelta(hours=3)
    assert judge.stop_per_pair("ETH/USDT", NOW, "long", 0.0) is None
    assert judge.global_stop(NOW, "long", 0.0) is None
    assert (judge.has_global_stop, judge.has_local_stop) == (False, True)


def test_without_a_limit_for_pairs_none_is_locked(keep) -> None:
    keep(in_a_row(-0.01, -0.01))
    judge = protection(trade_limit=2)
    assert judge.stop_per_pair("BTC/USDT", NOW, "long", 0.0) is None
    assert (judge.has_global_stop, judge.has_local_stop) == (True, False)


def test_older_trades_than_the_lookback_do_not_count(keep) -> None:
    keep(in_a_row(-0.01, -0.01, -0.01))
    judge = protection(trade_limit=3, lookback_period=110)
    assert judge.global_stop(NOW, "long", 0.0) is None
    assert protection(trade_limit=3, lookback_period_candles=3).global_stop(NOW, "long", 0.0)


def test_a_row_goes_on_after_a_lock(keep) -> None:
    keep(in_a_row(*[-0.01] * 5))
    assert protection(trade_limit=3).global_stop(NOW, "long", 0.0).reason.startswith("5 losses")


def test_of_trades_that_closed_together_the_losses_come_last(keep) -> None:
    keep([closed(5, -0.01), closed(5, 0.03), closed(5, -0.02)])
    assert protection(trade_limit=2).global_stop(NOW, "long", 0.0).lock


def test_a_lock_that_has_ended_is_not_given(keep) -> None:
    keep(in_a_row(-0.01, -0.01))
    late = NOW + timedelta(hours=3)
    assert protection(trade_limit=2).global_stop(late, "long", 0.0) is None


def test_it_can_pause_until_an_hour_of_the_day(keep) -> None:
    keep(in_a_row(-0.01, -0.01))
    given = {"method": "AurumConsecutiveLosses", "trade_limit": 2, "unlock_at": "18:00"}
    verdict = AurumConsecutiveLosses({"timeframe": "1h"}, given).global_stop(NOW, "long", 0.0)
    assert verdict.until == datetime(2026, 1, 1, 18, 0, tzinfo=UTC)


def test_it_says_what_it_does() -> None:
    assert protection(trade_limit_per_pair=2, lookback_period=90).short_desc() == (
        "AurumConsecutiveLosses - Pause after 6 losses or 2 losses of a pair in a row within "
        "90 minutes, for 3 candles."
    )


def test_a_month_is_looked_back_on_unless_told_otherwise() -> None:
    assert protection()._lookback_period == 30 * 24 * 60


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (
            {"trade_limit": 1},
            r"\.trade_limit: Input should be greater than or equal to 2 \(got 1\)",
        ),
        ({"trade_limit": "4"}, r"\.trade_limit: Input should be a valid integer \(got '4'\)"),
        ({"trade_limit": None}, "trade_limit or trade_limit_per_pair must be a number"),
        ({"stop_duration": 5}, "exactly one of stop_duration, stop_duration_candles and unlock_at"),
        ({"stop_duration_candles": 0}, r"\.stop_duration_candles: .* equal to 1 \(got 0\)"),
        ({"unlock_at": "25:00"}, r"\.unlock_at: .*\(got '25:00'\)"),
        (
            {"lookback_period": 5, "lookback_period_candles": 5},
            "at most one of lookback_period and lookback_period_candles",
        ),
        ({"trade_limt": 3}, r"\.trade_limt: unknown setting; known are lookback_period, "),
    ],
)
def test_nonsense_is_refused_by_name(parameters, sentence) -> None:
    with pytest.raises(OperationalException, match=sentence) as error:
        protection(**parameters)
    assert str(error.value).startswith("protections.AurumConsecutiveLosses")
