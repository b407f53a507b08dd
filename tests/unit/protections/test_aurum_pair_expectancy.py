from __future__ import annotations

from datetime import timedelta

import pytest
from closed_trades import NOW, in_a_row
from freqtrade.exceptions import OperationalException

from aurum_plugins.protections.AurumPairExpectancy import AurumPairExpectancy

BAD = (-0.02, -0.01, -0.03, -0.02, -0.02)


def protection(**parameters: object) -> AurumPairExpectancy:
    given = {
        "method": "AurumPairExpectancy",
        "stop_duration_candles": 24,
        "trade_limit": 5,
        **parameters,
    }
    return AurumPairExpectancy({"timeframe": "1h"}, given)


def test_a_pair_that_loses_by_more_than_bad_luck_rests(keep) -> None:
    keep([*in_a_row(*BAD), *in_a_row(*[0.02] * 5, pair="ETH/USDT")])
    judge = protection()
    verdict = judge.stop_per_pair("BTC/USDT", NOW, "long", 0.0)
    assert verdict.until == NOW + timedelta(hours=24) - timedelta(minutes=1)
    # scipy.stats.ttest_1samp(BAD, 0, alternative="less") gives 0.0016; these have no skewness.
    assert verdict.reason == "-2.00% a trade over 5 trades, p = 0.002, resting for 24 candles"
    assert judge.stop_per_pair("ETH/USDT", NOW, "long", 0.0) is None
    assert judge.global_stop(NOW, "long", 0.0) is None


def test_a_loss_that_may_be_bad_luck_locks_nothing(keep) -> None:
    keep(in_a_row(-0.05, 0.04, -0.05, 0.04, -0.03))
    assert protection().stop_per_pair("BTC/USDT", NOW, "long", 0.0) is None


def test_the_level_decides(keep) -> None:
    keep(in_a_row(*BAD))
    assert protection(significance=0.001).stop_per_pair("BTC/USDT", NOW, "long", 0.0) is None


def test_a_floor_may_lie_above_nothing(keep) -> None:
    keep(in_a_row(0.001, 0.002, 0.001, 0.002, 0.001))
    assert protection().stop_per_pair("BTC/USDT", NOW, "long", 0.0) is None
    assert protection(floor=0.01).stop_per_pair("BTC/USDT", NOW, "long", 0.0).lock


def test_only_the_latest_trades_are_judged(keep) -> None:
    keep(in_a_row(*BAD, 0.01, 0.02, 0.01, 0.02, 0.01))
    assert protection().stop_per_pair("BTC/USDT", NOW, "long", 0.0) is None


def test_too_few_trades_are_not_judged(keep) -> None:
    keep(in_a_row(*BAD))
    assert protection(trade_limit=6).stop_per_pair("BTC/USDT", NOW, "long", 0.0) is None
    assert protection(lookback_period=200).stop_per_pair("BTC/USDT", NOW, "long", 0.0) is None


def test_an_unknown_result_locks(keep) -> None:
    keep(in_a_row(0.01, 0.02, None, 0.03, 0.01))
    verdict = protection().stop_per_pair("BTC/USDT", NOW, "long", 0.0)
    assert verdict.reason == "one of the last 5 results is not known, resting for 24 candles"


def test_a_lock_that_has_ended_is_not_given(keep) -> None:
    keep(in_a_row(*BAD))
    late = NOW + timedelta(hours=24)
    assert protection().stop_per_pair("BTC/USDT", late, "long", 0.0) is None


def test_it_says_what_it_does() -> None:
    assert protection().short_desc() == (
        "AurumPairExpectancy - Leave pairs whose last 5 trades within 525600 minutes gave less "
        "than 0.00% on average, at a level of 0.05, for 24 candles."
    )


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"trade_limit": 4}, r"\.trade_limit: .*greater than or equal to 5 \(got 4\)"),
        ({"floor": float("nan")}, r"\.floor: .*finite.* \(got nan\)"),
        ({"significance": 0.5}, r"\.significance: .*less than 0\.5 \(got 0\.5\)"),
        ({"significance": 0}, r"\.significance: .*greater than 0 \(got 0\)"),
        ({"required_profit": 1}, r"\.required_profit: unknown setting; known are floor, "),
    ],
)
def test_nonsense_is_refused_by_name(parameters, sentence) -> None:
    with pytest.raises(OperationalException, match=r"^protections\.AurumPairExp.*" + sentence):
        protection(**parameters)
