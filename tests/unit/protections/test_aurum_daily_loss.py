from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from closed_trades import NOW, closed
from freqtrade.exceptions import OperationalException
from freqtrade.exchange import timeframe_to_next_date

from aurum_plugins.protections.AurumDailyLoss import AurumDailyLoss

MIDNIGHT = 12.5 * 60  # minutes before NOW
TOMORROW = datetime(2026, 1, 2, tzinfo=UTC)


def protection(**parameters: object) -> AurumDailyLoss:
    return AurumDailyLoss({"timeframe": "1h"}, {"method": "AurumDailyLoss", **parameters})


def test_a_day_that_lost_its_limit_is_over(keep) -> None:
    # 900 at the start and 100 won before today: 30 is 3 %.
    keep([closed(MIDNIGHT + 1, 1.0), closed(100, -0.4), closed(1, 0.1, "ETH/USDT")])
    verdict = protection(loss_limit=0.03).global_stop(NOW, "long", 900.0)
    assert verdict.lock
    assert verdict.reason == (
        "closed trades lost 3.00% of the day's starting equity, stopping until midnight"
    )
    assert protection(loss_limit=0.0301).global_stop(NOW, "long", 900.0) is None


@pytest.mark.parametrize("timeframe", ["1m", "1h", "4h", "1d"])
def test_the_lock_ends_at_midnight_and_not_a_candle_later(keep, timeframe) -> None:
    keep([closed(1, -0.9)])
    until = protection().global_stop(NOW, "long", 900.0).until
    assert timeframe_to_next_date(timeframe, until) == TOMORROW


def test_yesterday_does_not_count(keep) -> None:
    keep([closed(MIDNIGHT + 0.01, -0.9)])
    assert protection().global_stop(NOW, "long", 900.0) is None


def test_midnight_sharp_is_today(keep) -> None:
    keep([closed(MIDNIGHT, -0.9)])
    assert protection().global_stop(NOW, "long", 900.0).lock


def test_the_day_is_that_of_utc(keep) -> None:
    keep([closed(MIDNIGHT - 60, -0.9)])
    elsewhere = NOW.astimezone(timezone(timedelta(hours=14)))
    until = protection().global_stop(elsewhere, "long", 900.0).until
    assert until == TOMORROW - timedelta(seconds=1)


@pytest.mark.parametrize("result", [0.4, 0.0, -0.01])
def test_a_day_that_went_well_enough_goes_on(keep, result) -> None:
    keep([closed(1, result)])
    assert protection().global_stop(NOW, "long", 900.0) is None


@pytest.mark.parametrize(
    ("result", "start"),
    [(None, 900.0), (0.1, 0.0), (0.1, -5.0), (0.1, float("nan")), (-0.1, float("inf"))],
)
def test_what_is_not_known_ends_the_day(keep, result, start) -> None:
    keep([closed(1, result)])
    verdict = protection().global_stop(NOW, "long", start)
    assert verdict.reason.startswith("closed trades lost an unknown share of the day's starting")


@pytest.mark.parametrize("start", [0.0, float("nan")])
def test_a_day_without_trades_is_never_over(keep, start) -> None:
    keep([closed(MIDNIGHT + 60, -0.5)])
    assert protection().global_stop(NOW, "long", start) is None


def test_it_never_stops_a_single_pair(keep) -> None:
    keep([closed(1, -0.9)])
    judge = protection()
    assert judge.stop_per_pair("BTC/USDT", NOW, "long", 900.0) is None
    assert (judge.has_global_stop, judge.has_local_stop) == (True, False)


def test_it_says_what_it_does() -> None:
    assert protection().short_desc() == (
        "AurumDailyLoss - Stop until midnight (UTC) once closed trades have lost 3.00% of the "
        "day's starting equity."
    )


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"loss_limit": 0}, r"\.loss_limit: Input should be greater than 0 \(got 0\)"),
        ({"loss_limit": 1}, r"\.loss_limit: Input should be less than 1 \(got 1\)"),
        ({"loss_limit": "3%"}, r"\.loss_limit: .* \(got '3%'\)"),
        ({"stop_duration": 5}, r"\.stop_duration: unknown setting; known are loss_limit"),
    ],
)
def test_nonsense_is_refused_by_name(parameters, sentence) -> None:
    with pytest.raises(OperationalException, match=r"^protections\.AurumDailyLoss" + sentence):
        protection(**parameters)
