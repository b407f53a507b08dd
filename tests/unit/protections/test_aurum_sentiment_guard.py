from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from closed_trades import NOW, closed, in_a_row
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException
from freqtrade.mixins import LoggingMixin
from told_news import ToldNews

from aurum_plugins.clock import HOUR_MS, MINUTE_MS, VirtualClock
from aurum_plugins.protections.AurumSentimentGuard import AurumSentimentGuard
from aurum_plugins.sentiment.scored_item import MARKET

NOW_MS = round(NOW.timestamp() * 1_000)
BTC, ETH = "BTC/USDT", "ETH/USDT"
ASK = (NOW, "long", 1_000.0)


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Somebody has listened for a day: BTC is disliked, ETH is not; of all it is half and half."""
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    with ToldNews(tmp_path / "news.sqlite") as news:
        news.listen(NOW_MS - 24 * HOUR_MS, NOW_MS)
        news.say("BTC", -0.5, NOW_MS)
        news.say("ETH", 0.5, NOW_MS)
        news.say(MARKET, -0.5, NOW_MS)
        news.say(MARKET, 0.5, NOW_MS)
        yield news


def guard(told: ToldNews, runmode: RunMode = RunMode.DRY_RUN, **parameters) -> AurumSentimentGuard:
    given = {"method": "AurumSentimentGuard", "stop_duration": 60, **parameters}
    config = {"timeframe": "1h", "runmode": runmode, "aurum": told.config()}
    return AurumSentimentGuard(config, given)


class TestThePairsMood:
    def test_locks_the_pair_of_the_trade_if_it_is_bad(self, told, keep) -> None:
        keep([closed(1, 0.02), closed(1, 0.02, ETH)])
        verdict = guard(told).stop_per_pair(BTC, *ASK)
        assert verdict.lock
        assert verdict.until == NOW + timedelta(minutes=59)
        assert verdict.reason == "the mood about BTC is -0.50, below -0.3, pausing for 60 minutes"
        assert guard(told).stop_per_pair(ETH, *ASK) is None

    def test_locks_nothing_without_a_trade_that_just_closed(self, told, keep) -> None:
        keep([closed(60, 0.02), closed(1, 0.02, ETH)])
        assert guard(told).stop_per_pair(BTC, *ASK) is None

    def test_is_that_of_the_time_asked_about(self, told, keep) -> None:
        keep(in_a_row(0.01, 0.01))
        told.say("BTC", 1.0, NOW_MS + HOUR_MS, times=50)
        told.listen(NOW_MS, NOW_MS + HOUR_MS)
        judge = guard(told, stop_duration=600)
        assert judge.stop_per_pair(BTC, *ASK)
        later = NOW + timedelta(hours=1)
        assert judge.stop_per_pair(BTC, later, "long", 0.0) is None
        assert judge.stop_per_pair(BTC, *ASK)
        assert judge.stop_per_pair(BTC, NOW - timedelta(minutes=10), "long", 0.0) is None

    @pytest.mark.parametrize(
        ("parameters", "locks"),
        [
            ({"floor": -0.5}, False),
            ({"floor": -0.49}, True),
            ({"min_items": 6}, False),
            ({"min_items": 0}, True),
            ({"only_per_pair": True}, True),
        ],
    )
    def test_parameters(self, told, keep, parameters, locks) -> None:
        keep([closed(1, 0.02)])
        assert (guard(told, **parameters).stop_per_pair(BTC, *ASK) is not None) == locks

    def test_of_a_coin_nobody_speaks_of_locks_nothing(self, told, keep) -> None:
        keep([closed(1, 0.02, "QUIET/USDT")])
        judge = guard(told, min_items=0, floor=0.5)
        assert judge.stop_per_pair("QUIET/USDT", *ASK) is None

    def test_may_be_left_out(self, told) -> None:
        judge = guard(told, floor=-1)
        assert (judge.has_local_stop, judge.has_global_stop) == (False, True)


class TestTheMarketsMood:
    def test_locks_every_pair_if_it_is_bad(self, told, keep) -> None:
        keep([closed(1, 0.02)])
        assert guard(told).global_stop(*ASK) is None
        told.say(MARKET, -1.0, NOW_MS, times=20)
        verdict = guard(told).global_stop(*ASK)
        assert verdict.until == NOW + timedelta(minutes=59)
        words = "the mood about crypto as a whole is -0.67, below -0.3, pausing for 60 minutes"
        assert verdict.reason == words

    def test_has_a_floor_of_its_own(self, told, keep) -> None:
        keep([closed(1, 0.02)])
        assert guard(told, market_floor=0.1).global_stop(*ASK)

    @pytest.mark.parametrize("parameters", [{"only_per_pair": True}, {"market_floor": -1}])
    def test_may_be_left_out(self, told, parameters) -> None:
        judge = guard(told, **parameters)
        assert (judge.has_local_stop, judge.has_global_stop) == (True, False)


class TestTheLock:
    def test_may_last_candles(self, told, keep) -> None:
        keep([closed(30, 0.02)])
        verdict = guard(told, stop_duration=None, stop_duration_candles=2).stop_per_pair(BTC, *ASK)
        assert verdict.until == NOW + timedelta(minutes=90)
        assert verdict.reason.endswith("pausing for 2 candles")

    def test_may_end_at_an_hour(self, told, keep) -> None:
        keep([closed(10, 0.02)])
        verdict = guard(told, stop_duration=None, unlock_at="18:00").stop_per_pair(BTC, *ASK)
        assert verdict.until == NOW.replace(hour=18, minute=0)
        for over in ("12:30", "12:25"):
            judge = guard(told, stop_duration=None, unlock_at=over)
            assert judge.stop_per_pair(BTC, *ASK) is None


class TestWhereNobodyListens:
    @pytest.mark.parametrize("runmode", [RunMode.DRY_RUN, RunMode.BACKTEST])
    def test_nothing_is_locked_and_that_is_said_once(
        self, told, keep, caplog, monkeypatch, runmode
    ) -> None:
        monkeypatch.setattr(LoggingMixin, "show_output", runmode is not RunMode.BACKTEST)
        keep([closed(1, 0.02)])
        judge = guard(told, runmode, stop_duration=6_000)
        late = NOW + timedelta(minutes=31)
        for _ in range(3):
            assert judge.stop_per_pair(BTC, late, "long", 0.0) is None
            assert judge.global_stop(late, "long", 0.0) is None
        words = (
            "AurumSentimentGuard: nobody listened to any source of news when a trade closed; such "
            "trades lock nothing"
        )
        assert caplog.messages == [words]

    def test_hyperopt_is_silent(self, told, keep, caplog, monkeypatch) -> None:
        monkeypatch.setattr(LoggingMixin, "show_output", False)
        keep([closed(1, 0.02)])
        judge = guard(told, RunMode.HYPEROPT, stop_duration=6_000)
        judge.stop_per_pair(BTC, NOW + timedelta(hours=1), "long", 0.0)
        assert caplog.messages == []

    def test_a_database_that_is_away_locks_nothing(self, told, keep, tmp_path, caplog) -> None:
        keep([closed(1, 0.02)])
        judge = guard(told)
        judge._news._clock = clock = VirtualClock(NOW_MS)
        told.path.rename(tmp_path / "elsewhere.sqlite")
        assert judge.stop_per_pair(BTC, *ASK) is None
        assert judge.global_stop(*ASK) is None
        assert len(caplog.messages) == 1
        assert "AurumSentimentGuard: the news cannot be read: database " in caplog.messages[0]
        (tmp_path / "elsewhere.sqlite").rename(told.path)
        clock.advance(MINUTE_MS)
        assert judge.stop_per_pair(BTC, *ASK)

    def test_what_breaks_does_not_end_the_bot(self, told, keep, monkeypatch, caplog) -> None:
        keep([closed(1, 0.02)])
        judge = guard(told)

        def breaks(*_: object) -> None:
            raise RuntimeError("out of memory")

        monkeypatch.setattr(judge._news, "moods", breaks)
        assert judge.stop_per_pair(BTC, *ASK) is None
        assert "AurumSentimentGuard could not judge the news, so they lock nothing" in caplog.text
        assert "out of memory" in caplog.text


def test_a_lock_is_logged_with_what_it_is_about(told, keep, caplog) -> None:
    caplog.set_level(logging.INFO)
    keep([closed(1, 0.02)])
    guard(told).stop_per_pair(BTC, *ASK)
    guard(told, market_floor=0.1).global_stop(*ASK)
    assert caplog.messages[0].startswith("AurumSentimentGuard: BTC/USDT: the mood about BTC is")
    assert caplog.messages[1].startswith("AurumSentimentGuard: all pairs: the mood about crypto")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "about a pair's coin is below -0.3 or about crypto as a whole is below -0.3"),
        ({"only_per_pair": True, "floor": 0.1}, "about a pair's coin is below 0.1"),
        ({"floor": -1, "market_floor": -0.2}, "about crypto as a whole is below -0.2"),
    ],
)
def test_it_says_what_it_does(told, parameters, words) -> None:
    assert guard(told, **parameters).short_desc() == (
        f"AurumSentimentGuard - Pause after a trade if the mood {words}, for 60 minutes."
    )


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"floor": -1.1}, r"\.floor: .*\(got -1\.1\)"),
        ({"market_floor": float("nan")}, r"\.market_floor: .*finite.*\(got nan\)"),
        ({"min_items": -1}, r"\.min_items: .*\(got -1\)"),
        ({"only_per_pair": "no"}, r"\.only_per_pair: .*\(got 'no'\)"),
        ({"unlock_at": "12:00"}, r": exactly one of stop_duration, stop_duration_candles and "),
        ({"floor": -1, "only_per_pair": True}, r": floor, or market_floor without only_per_pair"),
        ({"lookback_period": 60}, r"\.lookback_period: unknown setting; known are floor, "),
    ],
)
def test_nonsense_is_refused_by_name(told, parameters, sentence) -> None:
    with pytest.raises(OperationalException, match=r"^protections\.AurumSentimentG.*" + sentence):
        guard(told, **parameters)


@pytest.mark.parametrize(
    ("sentiment", "sentence"),
    [
        ({}, r"^aurum\.sentiment\.rss: AurumSentimentGuard needs .*configs/sentiment\.json"),
        ({"enabled": False}, r"^aurum\.sentiment\.enabled: must be true for AurumSentimentGuard"),
    ],
)
def test_without_a_source_of_news_it_does_not_start(sentiment, sentence) -> None:
    config = {"timeframe": "1h", "aurum": {"sentiment": sentiment}}
    with pytest.raises(OperationalException, match=sentence):
        AurumSentimentGuard(config, {"method": "AurumSentimentGuard", "stop_duration": 60})
