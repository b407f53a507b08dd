from __future__ import annotations

import logging
import sqlite3
from types import SimpleNamespace

import pytest
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException
from freqtrade.persistence import Trade
from freqtrade.plugins.pairlist.IPairList import SupportsBacktesting
from market_candles import NOW_MS
from pairlist_exchange import PairlistExchange
from told_news import ToldNews

from aurum_plugins.clock import HOUR_MS, MINUTE_MS, VirtualClock
from aurum_plugins.pairlists.SentimentPairList import SentimentPairList
from aurum_plugins.risk.sentiment_list_settings import SentimentListSettings
from aurum_plugins.sentiment.scored_item import MARKET, EventKind

BTC, ETH, SOL, QUIET = "BTC/USDT", "ETH/USDT", "SOL/USDT", "QUIET/USDT"
ALL = [BTC, QUIET, ETH, SOL]


@pytest.fixture
def held(monkeypatch) -> list[str]:
    """Pairs of the open trades; freqtrade has a database."""
    pairs: list[str] = []
    monkeypatch.setattr(Trade, "session", None, raising=False)

    def get_trades_proxy(*, is_open):
        assert is_open
        return [SimpleNamespace(pair=pair) for pair in pairs]

    monkeypatch.setattr(Trade, "get_trades_proxy", staticmethod(get_trades_proxy))
    return pairs


@pytest.fixture
def told(tmp_path, held, monkeypatch):
    """Somebody has listened for a day; BTC is liked, ETH not much, and SOL not at all."""
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    with ToldNews(tmp_path / "news.sqlite") as news:
        news.listen(NOW_MS - 24 * HOUR_MS, NOW_MS)
        news.say("BTC", 0.6, NOW_MS)
        news.say("ETH", 0.1, NOW_MS)
        news.say("SOL", -0.6, NOW_MS)
        yield news


def the_list(
    told: ToldNews, runmode: RunMode = RunMode.DRY_RUN, more: dict | None = None, **parameters
) -> SentimentPairList:
    config = {
        "runmode": runmode,
        "exchange": {"name": "binance"},
        "aurum": told.config(),
        **(more or {}),
    }
    given = {"method": "SentimentPairList", **parameters}
    judge = SentimentPairList(PairlistExchange(), None, config, given, 1)
    judge._clock = judge._source._clock = VirtualClock(NOW_MS)
    return judge


def after(judge: SentimentPairList, minutes: float, *pairs: str) -> list[str]:
    judge._clock.advance(round(minutes * MINUTE_MS))
    return judge.filter_pairlist(list(pairs or ALL), {})


class TestMoods:
    def test_a_bad_one_removes_and_the_rest_keeps_its_order(self, told, caplog) -> None:
        caplog.set_level(logging.INFO)
        asked = list(ALL)
        judge = the_list(told)
        assert judge.filter_pairlist(asked, {}) == [BTC, QUIET, ETH]
        assert asked == ALL
        words = "SentimentPairList removed SOL/USDT: the mood about SOL is -0.60, below -0.3, by"
        assert caplog.text.count(words) == 1
        assert len(caplog.messages) == 1

    def test_a_pair_is_told_of_once_and_is_back_with_a_better_mood(self, told, caplog) -> None:
        caplog.set_level(logging.INFO)
        judge = the_list(told)
        judge.filter_pairlist(ALL, {})
        assert SOL not in after(judge, 1)
        told.say("SOL", 1.0, NOW_MS + MINUTE_MS, times=10)
        assert SOL not in after(judge, 0.4)
        assert SOL in after(judge, 0.1)
        assert caplog.text.count("removed SOL/USDT") == 1
        assert caplog.text.count("SentimentPairList keeps SOL/USDT again") == 1

    def test_they_are_of_the_coin_behind_the_name(self, told) -> None:
        told.say("SHIB", -0.9, NOW_MS)
        judge = the_list(told)
        assert judge.filter_pairlist(["1000SHIB/USDT", "WBTC/USDT"], {}) == ["WBTC/USDT"]

    def test_what_is_yet_to_be_seen_does_not_count(self, told) -> None:
        told.say("BTC", -1.0, NOW_MS + HOUR_MS, times=99)
        assert BTC in the_list(told).filter_pairlist(ALL, {})

    @pytest.mark.parametrize(
        ("parameters", "kept"),
        [
            ({"sort": "desc"}, [BTC, ETH, QUIET]),
            ({"sort": "asc"}, [ETH, BTC, QUIET]),
            ({"sort": "asc", "min_sentiment": -1}, [SOL, ETH, BTC, QUIET]),
            ({"keep_unknown": False}, [BTC, ETH]),
            ({"min_sentiment": 0.5}, [BTC, QUIET]),
            ({"min_items": 6}, [BTC, QUIET, ETH, SOL]),
            ({"min_items": 6, "keep_unknown": False}, []),
        ],
    )
    def test_parameters(self, told, parameters, kept) -> None:
        assert the_list(told, **parameters).filter_pairlist(ALL, {}) == kept

    def test_they_are_not_read_in_every_loop_but_for_a_new_pair(self, told, monkeypatch) -> None:
        judge = the_list(told)
        reads: list[int] = []
        stock = judge._source.moods
        monkeypatch.setattr(
            judge._source, "moods", lambda subjects, at: (reads.append(at), stock(subjects, at))[1]
        )
        for _ in range(7):
            after(judge, 5 / 60, BTC, ETH)
        assert len(reads) == 2
        after(judge, 0, BTC)
        assert len(reads) == 2
        after(judge, 0, BTC, ETH, SOL)
        assert len(reads) == 3

    def test_a_clock_that_was_set_back_stops_nothing(self, told) -> None:
        judge = the_list(told)
        judge.filter_pairlist(ALL, {})
        judge._read_ms += HOUR_MS
        told.say("ETH", -1.0, NOW_MS, times=50)
        assert judge.filter_pairlist(ALL, {}) == [BTC, QUIET]


class TestShocks:
    @pytest.mark.parametrize(
        ("subject", "kept"),
        [
            ("BTC", [QUIET, ETH]),
            ("QUIET", [BTC, ETH]),
            ("@binance", []),
            # Half of it concerns everybody, and does not make a shock of its own here.
            ("@kraken", [BTC, QUIET, ETH]),
            (MARKET, []),
        ],
    )
    def test_remove_what_they_concern(self, told, subject, kept) -> None:
        told.shock(subject, NOW_MS)
        assert the_list(told).filter_pairlist(ALL, {}) == kept

    def test_say_why_and_end_by_their_own_rule(self, told, caplog) -> None:
        caplog.set_level(logging.INFO)
        told.shock("@binance", NOW_MS, "Binance halts\nwithdrawals %s {x}")
        judge = the_list(told)
        told.listen(NOW_MS, NOW_MS + 10 * HOUR_MS)
        assert judge.filter_pairlist([BTC], {}) == []
        words = (
            "removed BTC/USDT: withdrawals halted (@binance, 2 items since 2026-01-10 12:30 UTC), "
            '"Binance halts withdrawals %s {x}" (rss:one)'
        )
        assert caplog.text.count(words) == 1
        # 2 items of severity 1 fall to 0.3 in 90 * log2(2 / 0.3) = 246.3 minutes.
        assert after(judge, 246, BTC) == []
        assert after(judge, 1, BTC) == [BTC]
        assert "SentimentPairList keeps BTC/USDT again" in caplog.text

    def test_may_be_left_to_the_entry_gate(self, told) -> None:
        told.shock(MARKET, NOW_MS, kind=EventKind.CRASH)
        judge = the_list(told, remove_on_shock=False)
        assert judge.filter_pairlist(ALL, {}) == [BTC, QUIET, ETH]

    def test_the_exchange_is_that_of_the_configuration(self, told) -> None:
        told.shock("@kraken", NOW_MS)
        judge = the_list(told, more={"exchange": {"name": "Kraken"}})
        assert judge.filter_pairlist(ALL, {}) == []


class TestWhatIsHeld:
    def test_stays_whatever_the_news(self, told, held, caplog) -> None:
        caplog.set_level(logging.INFO)
        held.append(SOL)
        judge = the_list(told, sort="desc", keep_unknown=False)
        assert judge.filter_pairlist(ALL, {}) == [BTC, ETH, SOL]
        assert "SOL" not in caplog.text
        told.shock(MARKET, NOW_MS)
        assert after(judge, 1) == [SOL]
        held.clear()
        assert after(judge, 0) == []


class TestWhereNobodyListens:
    SILENT_MS = NOW_MS + 31 * MINUTE_MS

    def test_only_what_is_held_is_kept_until_somebody_does(self, told, held, caplog) -> None:
        caplog.set_level(logging.INFO)
        held.append(ETH)
        judge = the_list(told)
        assert after(judge, 30) == [BTC, QUIET, ETH]
        for _ in range(3):
            assert after(judge, 1) == [ETH]
        told.listen(judge._clock.now_ms())
        # At once: each loop looks.
        assert after(judge, 0) == [BTC, QUIET, ETH]
        words = "nobody listens to any source of news; only what is held is kept."
        assert caplog.text.count(words) == 1
        assert caplog.text.count("somebody listens to the news again") == 1
        assert caplog.text.count("removed SOL/USDT") == 1
        assert "BTC" not in caplog.text

    def test_all_is_kept_if_wanted_but_for_shocks(self, told, caplog) -> None:
        judge = the_list(told, when_nobody_listens="keep", sort="desc", keep_unknown=False)
        told.shock("ETH", self.SILENT_MS)
        assert after(judge, 31) == [BTC, QUIET, SOL]
        assert "nobody listens to any source of news; no mood removes a pair." in caplog.text

    def test_a_database_that_is_away_counts_as_that(self, told, held, caplog) -> None:
        held.append(SOL)
        judge, keeping = the_list(told), the_list(told, when_nobody_listens="keep")
        told.shock("BTC", NOW_MS)
        for one, kept in ((judge, [QUIET, ETH, SOL]), (keeping, [QUIET, ETH, SOL])):
            assert one.filter_pairlist(ALL, {}) == kept
        with sqlite3.connect(told.path) as connection:
            connection.execute("ALTER TABLE sentiment_items RENAME TO gone")
        connection.close()
        assert after(judge, 1) == [SOL]
        # The shock that was known goes on.
        assert after(keeping, 1) == [QUIET, ETH, SOL]
        assert caplog.text.count("SentimentPairList: the news cannot be read: database ") == 2
        with sqlite3.connect(told.path) as connection:
            connection.execute("ALTER TABLE gone RENAME TO sentiment_items")
        connection.close()
        assert after(judge, 0.9) == [SOL]
        assert after(judge, 0.1) == [QUIET, ETH, SOL]

    def test_one_that_was_never_made_counts_as_that(self, told, tmp_path) -> None:
        aurum = {**told.config(), "database": {"url": f"sqlite:///{tmp_path}/none.sqlite"}}
        assert the_list(told, more={"aurum": aurum}).filter_pairlist(ALL, {}) == []
        assert not (tmp_path / "none.sqlite").exists()

    def test_what_breaks_keeps_only_what_is_held(self, told, held, monkeypatch, caplog) -> None:
        held.append(SOL)
        judge = the_list(told, when_nobody_listens="keep")

        def breaks(*_: object) -> None:
            raise RuntimeError("out of threads")

        monkeypatch.setattr(judge._source, "moods", breaks)
        assert judge.filter_pairlist(ALL, {}) == [SOL]
        assert "SentimentPairList could not judge the news; only what is held" in caplog.text
        assert "out of threads" in caplog.text


def test_an_empty_list_stays_empty(told) -> None:
    assert the_list(told).filter_pairlist([], {}) == []


@pytest.mark.parametrize("runmode", [RunMode.BACKTEST, RunMode.HYPEROPT])
def test_backtests_keep_every_pair_and_read_nothing(told, runmode, monkeypatch) -> None:
    judge = the_list(told, runmode)
    monkeypatch.delattr(judge, "_source")
    assert judge.filter_pairlist(ALL, {}) == ALL
    assert judge.supports_backtesting is SupportsBacktesting.NO_ACTION


def test_it_cannot_stand_first(told) -> None:
    judge = the_list(told)
    assert not judge.is_pairlist_generator
    with pytest.raises(OperationalException, match="first position"):
        judge.gen_pairlist({})


def test_it_describes_itself_and_its_parameters(told) -> None:
    assert "mood" in the_list(told).description()
    assert the_list(told).short_desc() == (
        "SentimentPairList - Removing pairs while the mood about their coin is below -0.3 or a "
        "shock is on."
    )
    judge = the_list(told, sort="asc", keep_unknown=False, remove_on_shock=False)
    assert judge.short_desc() == (
        "SentimentPairList - Removing pairs while the mood about their coin is below -0.3 or items "
        "about it count less than 3, the worst first."
    )
    parameters = judge.available_parameters()
    assert set(parameters) == set(SentimentListSettings.model_fields)
    kinds = {name: parameter["type"] for name, parameter in parameters.items()}
    assert kinds == {
        "min_sentiment": "number",
        "min_items": "number",
        "sort": "option",
        "keep_unknown": "boolean",
        "remove_on_shock": "boolean",
        "when_nobody_listens": "option",
        "refresh_period": "number",
    }
    for name in ("sort", "when_nobody_listens"):
        assert parameters[name]["default"] in parameters[name]["options"]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"min_sentiment": -1.1}, r"\.min_sentiment: .*\(got -1\.1\)"),
        ({"min_items": -1}, r"\.min_items: .*\(got -1\)"),
        ({"sort": "best"}, r"\.sort: .*'none', 'desc' or 'asc'.*\(got 'best'\)"),
        ({"keep_unknown": 1}, r"\.keep_unknown: .*\(got 1\)"),
        ({"when_nobody_listens": "panic"}, r"\.when_nobody_listens: .*\(got 'panic'\)"),
        ({"refresh_period": 0}, r"\.refresh_period: .*\(got 0\)"),
        ({"floor": 1}, r"\.floor: unknown setting; known are keep_unknown, "),
    ],
)
def test_nonsense_is_refused_by_name(told, parameters, sentence) -> None:
    with pytest.raises(OperationalException, match=r"^pairlists\.SentimentPairList" + sentence):
        the_list(told, **parameters)


@pytest.mark.parametrize("runmode", [RunMode.LIVE, RunMode.DRY_RUN, RunMode.BACKTEST])
@pytest.mark.parametrize(
    ("sentiment", "sentence"),
    [
        ({}, r"^aurum\.sentiment\.rss: SentimentPairList needs .*configs/sentiment\.json"),
        ({"enabled": False}, r"^aurum\.sentiment\.enabled: must be true for SentimentPairList"),
    ],
)
def test_without_a_source_of_news_it_does_not_start(told, runmode, sentiment, sentence) -> None:
    with pytest.raises(OperationalException, match=sentence):
        the_list(told, runmode, {"aurum": {"sentiment": sentiment}})
