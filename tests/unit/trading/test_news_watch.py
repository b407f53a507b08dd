"""What a desk does about the news, from the store to the journal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from desk_bot import DeskBot
from desk_files import new_file
from desk_world import PAIRS, DeskWorld, Outcome
from recorded_news import listen, put, scored, sentiment, shock_at, url_of, watching

from aurum_plugins.clock import HOUR_MS, MINUTE_MS
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.trading.drawn_stop import DrawnStop
from aurum_plugins.trading.held_position import HeldPosition
from aurum_plugins.trading.news_watch import NewsWatch

PAIR, OTHER, THIRD = PAIRS
ALL = dict.fromkeys(PAIRS, Action.HOLD)
ENTER = {**ALL, PAIR: Action.ENTER}
FILLED = dict.fromkeys(PAIRS, Outcome.FILLED)


class Around:
    """A bot that follows the news, and who is told."""

    def __init__(self, folder: Any, **settings: Any) -> None:
        self.settings = sentiment(**settings)
        self.told: list[str] = []
        self.events: list[str] = []
        self.bot = DeskBot(DeskWorld(), new_file(folder), news=self.watch)

    def watch(self, bot: DeskBot) -> NewsWatch:
        def events() -> list[str]:
            taken, self.events = self.events, []
            return taken

        return watching(url_of(bot.database), self.settings, self.told, source_events=events)

    @property
    def world(self) -> DeskWorld:
        return self.bot.world

    def row(self, pair: str = PAIR) -> Decision:
        return self.bot.journal.last(pair)[0]

    def candle(self, actions: dict[str, Action], outcome: Outcome = Outcome.FILLED) -> None:
        self.world.close_candle(actions)
        self.bot.loop(dict.fromkeys(PAIRS, outcome))

    def shock(self, *subjects: str) -> None:
        put(self.bot.database, *shock_at(self.world.now_ms, *subjects))


@pytest.fixture
def around(tmp_path, request) -> Iterator[Around]:
    made = Around(tmp_path, **getattr(request, "param", {}))
    yield made
    made.bot.database.close()


def settings(**given: Any) -> Any:
    return pytest.mark.parametrize("around", [given], indirect=True, ids=[str(given)])


def test_without_news_all_is_as_ever(around) -> None:
    around.candle(ENTER)
    assert around.row().reason is Reason.APPROVED
    assert around.told == []


class TestEntries:
    @pytest.mark.parametrize("subject", ["ALFA", "@binance", "*"])
    def test_a_shock_refuses_them_in_the_next_loop(self, around, subject) -> None:
        around.shock(subject)
        around.candle(ENTER)
        assert (around.row().verdict, around.row().reason) == (Verdict.REFUSED, Reason.NEWS_SHOCK)
        assert around.row().outcome["kind"] == "withdrawals halted"
        assert around.world.trades == []

    @pytest.mark.parametrize("subject", ["BETA", "@kraken"])
    def test_one_about_something_else_does_not(self, around, subject) -> None:
        around.shock(subject)
        around.candle(ENTER)
        # Half of what befalls any exchange befalls the market, which is too little here.
        assert around.row().reason is Reason.APPROVED

    def test_it_releases_by_its_own_rule_also_over_a_restart(self, around) -> None:
        around.shock("*")
        around.candle(ENTER)
        around.bot.kill()
        around.candle(ENTER)
        assert around.row().reason is Reason.NEWS_SHOCK
        for _ in range(5):
            around.candle(ALL)
        around.candle(ENTER)
        assert around.row().reason is Reason.APPROVED
        assert around.told[-1].startswith("The news shock is over, all of crypto, ")

    def test_a_person_is_refused_as_well(self, around) -> None:
        around.candle(ALL)
        around.shock("ALFA")
        around.bot.begin()
        around.bot.force(PAIR, Outcome.FILLED)
        assert around.row().reason is Reason.NEWS_SHOCK

    @settings(shock={"entries": False})
    def test_they_may_be_allowed(self, around) -> None:
        around.shock("ALFA")
        around.candle(ENTER)
        assert around.row().reason is Reason.APPROVED


class TestMood:
    @pytest.fixture(autouse=True)
    def spoken(self, around) -> None:
        now_ms = around.world.now_ms
        for number in range(5):
            about = scored(now_ms - number, subjects=("ALFA",), score=-0.8, severity=None)
            put(around.bot.database, about)
        listen(around.bot.database, now_ms - HOUR_MS, now_ms)

    @settings(mood={"entry_floor": -0.5})
    def test_a_bad_one_refuses_the_coin(self, around) -> None:
        around.bot.loop(FILLED)
        around.world.clock.advance(-around.world.now_ms % HOUR_MS)
        listen(around.bot.database, around.world.now_ms, around.world.now_ms + 2 * HOUR_MS)
        around.candle({**ENTER, OTHER: Action.ENTER})
        assert around.row().reason is Reason.BAD_NEWS
        assert around.row().outcome["mood"] == pytest.approx(-0.8)
        assert around.row(OTHER).reason is Reason.APPROVED

    @settings(mood={"entry_floor": -0.5})
    def test_one_that_nobody_heard_does_not(self, around) -> None:
        around.candle(ENTER)
        assert around.row().reason is Reason.APPROVED

    @settings(mood={"required": True})
    def test_unless_it_must_be_known(self, around) -> None:
        around.candle(ENTER)
        assert around.row().reason is Reason.NEWS_UNKNOWN
        assert around.row().outcome == {"coin": "ALFA", "fault": "no source answered lately"}

    @settings()
    def test_who_wants_none_does_not_read_it(self, around, monkeypatch) -> None:
        around.candle(ALL)
        monkeypatch.setattr(around.bot.desk._news._records, "mood", None)
        assert around.bot.desk._news.word(around.world.now_ms, PAIR).listened is False


class Kept:
    def __init__(self) -> None:
        self.drawn: DrawnStop | None = None

    def load(self) -> DrawnStop | None:
        return self.drawn

    def save(self, drawn: DrawnStop) -> None:
        self.drawn = drawn


class TestBrake:
    @settings(shock={"brake": "exit"})
    def test_positions_are_sold_and_waiting_orders_cancelled(self, around) -> None:
        around.candle({**ALL, PAIR: Action.ENTER, THIRD: Action.ENTER}, Outcome.FILLED)
        around.candle({**ALL, OTHER: Action.ENTER}, Outcome.WAITING)
        assert len(around.world.open_trades) == 3
        around.shock("*")
        around.bot.loop(FILLED)
        assert around.world.open_trades == []
        done = sorted(text.rpartition(": ")[2] for text in around.told)
        assert done == [
            "ALFA/USDT is sold.",
            "ALFA/USDT, BETA/USDT, GAMMA/USDT.",
            "BETA/USDT had an entry order, which is cancelled.",
            "GAMMA/USDT is sold.",
        ]
        around.bot.loop(FILLED)
        assert around.row(OTHER).reason is Reason.CANCELLED
        assert len(around.told) == 4

    @settings(shock={"brake": "exit"})
    def test_only_those_that_it_concerns(self, around) -> None:
        around.candle({**ALL, PAIR: Action.ENTER, THIRD: Action.ENTER})
        around.shock("GAMMA")
        around.bot.loop(FILLED)
        assert [trade.pair for trade in around.world.open_trades] == [PAIR]

    def test_a_stop_is_drawn(self, around) -> None:
        around.candle(ENTER)
        desk, world, kept = around.bot.desk, around.world, Kept()
        opened_ms = world.now_ms
        held = HeldPosition(PAIR, opened_ms, 90.0, kept)
        assert desk.news_stop(world.now_ms, held) is None
        around.shock("@binance")
        around.bot.loop(FILLED)
        assert desk.news_stop(world.now_ms, held) == pytest.approx(88.0)
        assert desk.exit_reason(world.now_ms, PAIR, opened_ms) is None
        assert desk.cancels_entry(world.now_ms, PAIR, opened_ms)
        # As of its own beginning, not as of when it was heard of.
        assert desk.news_stop(world.now_ms - MINUTE_MS, held) is None

    def test_no_stop_is_drawn_where_the_news_are_not_followed(self, bot) -> None:
        held = HeldPosition(PAIR, bot.world.now_ms, 90.0, Kept())
        assert bot.desk.news_stop(bot.world.now_ms, held) is None


class TestTelling:
    def test_of_watched_pairs_from_the_next_loop_on(self, around) -> None:
        around.shock("BETA")
        around.bot.loop(FILLED)
        assert around.told == []
        around.bot.loop(FILLED)
        (text,) = around.told
        assert text.startswith("News shock, BETA, withdrawals halted, since 2026-11-22 10:00:01")
        assert text.endswith("Nothing is entered: BETA/USDT.")

    def test_what_becomes_of_sources_is_passed_on(self, around) -> None:
        around.events = ["rss:a is silent"]
        around.bot.loop(FILLED)
        around.bot.loop(FILLED)
        assert around.told == ["rss:a is silent"]

    def test_a_database_that_does_not_answer_stops_nothing(self, around, monkeypatch) -> None:
        records = around.bot.desk._news._records

        def away(*_: Any) -> Any:
            raise DatabaseUnavailable("sqlite://", "away")

        monkeypatch.setattr(records._reader, "events", away)
        for _ in range(3):
            around.candle(ALL)
        around.candle(ENTER)
        assert around.row().reason is Reason.APPROVED
        assert around.told == ["The news cannot be read: database sqlite://: away"]

    def test_what_breaks_there_stops_nothing(self, around, monkeypatch, caplog) -> None:
        monkeypatch.setattr(around.bot.desk._news, "_source_events", lambda: 1 / 0)
        with caplog.at_level(logging.ERROR):
            around.candle(ENTER)
            around.candle(ALL)
        assert around.row(THIRD).reason is Reason.NO_BREAKOUT
        assert caplog.messages == ["What the news say could not be told."]
