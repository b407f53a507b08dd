"""A backtest over the news sees what had been seen by each candle, and nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from desk_bot import RISK, STOP_MULTIPLE
from desk_files import new_file
from desk_world import PAIRS, DeskWorld, Outcome
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_news import put, scored, sentiment, url_of, watching
from sqlalchemy import delete

from aurum_plugins.clock import HOUR_MS, MINUTE_MS
from aurum_plugins.database import Database, open_database
from aurum_plugins.database.schema import sentiment_coverage, sentiment_items, sentiment_mentions
from aurum_plugins.execution.backtest_journal import BacktestJournal
from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.entry_order import EntryOrder
from aurum_plugins.execution.pre_trade_checks import PreTradeChecks
from aurum_plugins.reasons import Action
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.sentiment.scored_item import ScoredItem
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore
from aurum_plugins.trading.decided_candles import DecidedCandles
from aurum_plugins.trading.decision_log import DecisionLog
from aurum_plugins.trading.desk import Desk
from aurum_plugins.trading.drawn_stop import DrawnStop
from aurum_plugins.trading.entry_sizing import EntrySizing
from aurum_plugins.trading.held_position import HeldPosition
from aurum_plugins.trading.loss_book import LossBook
from aurum_plugins.trading.switch_reading import SwitchReading

CANDLES = 12
START = DeskWorld().now_ms

# Minutes after the first candle; the last one closes in the middle of what may be seen.
minutes = st.integers(-600, 1_440) | st.integers(650, 730)
items = st.lists(
    st.tuples(
        minutes,
        st.sampled_from(["rss:a", "rss:b", "x:c"]),
        st.sampled_from([("ALFA",), ("BETA", "*"), ("@binance", "*"), ("*",)]),
        st.sampled_from([-1.0, -0.4, 0.0, 0.6]),
        st.sampled_from([None, 0.4, 1.0, 1.0]),
    ),
    max_size=25,
)
spans = st.lists(st.tuples(minutes, st.integers(0, 600)), max_size=3)
wishes = st.sampled_from([Action.ENTER, Action.ENTER, Action.HOLD])
candles = st.lists(
    st.fixed_dictionaries(dict.fromkeys(PAIRS, wishes)), min_size=CANDLES, max_size=CANDLES
)
news_settings = st.builds(
    sentiment,
    mood=st.fixed_dictionaries(
        {
            "entry_floor": st.sampled_from([-1.0, -0.3]),
            "fewest": st.sampled_from([0.0, 1.5]),
            "required": st.sampled_from([False, False, False, True]),
        }
    ),
    shock=st.fixed_dictionaries(
        {
            "brake": st.sampled_from(["exit", "tighten", "off"]),
            "entries": st.booleans(),
            "fewest_sources": st.integers(1, 2),
            "begin_level": st.sampled_from([0.5, 1.2]),
        }
    ),
)


class Kept:
    """The stop of one position."""

    def __init__(self) -> None:
        self.drawn: DrawnStop | None = None

    def load(self) -> DrawnStop | None:
        return self.drawn

    def save(self, drawn: DrawnStop) -> None:
        self.drawn = drawn


def backtest(
    database: Database,
    following: SentimentSettings,
    actions: list[dict[str, Action]],
    *,
    bit_by_bit: bool = False,
) -> list[Any]:
    """All that a desk says of some candles, and the journal in the end.

    The news are read all at once, as in a backtest, or bit by bit, as in a running bot.
    """
    world = DeskWorld()
    decided, journal = DecidedCandles(HOUR_MS), BacktestJournal("1h", "Test", world.clock)
    desk = Desk(
        world,
        decided,
        DecisionLog(journal),
        SwitchReading(None),
        LossBook(LossLimits(RISK), None, HOUR_MS),
        EntrySizing(RISK, 0.001, 0.35, HOUR_MS),
        PreTradeChecks(CheckSettings()),
        None,
        watching(url_of(database), following, backtest=not bit_by_bit),
        timeframe="1h",
        interval_ms=HOUR_MS,
        strategy="Test",
        backtest=True,
    )
    said: list[Any] = []
    kept: dict[int, Kept] = {}
    for wanted in actions:
        world.close_candle(wanted)
        world.remembered(decided)
        now_ms = world.now_ms
        desk.begin_loop(now_ms)
        desk.decide(now_ms, PAIRS)
        for trade in world.open_trades:
            stop = kept.setdefault(trade.number, Kept())
            held = HeldPosition(trade.pair, trade.opened_ms, None, stop)
            said.append(desk.news_stop(now_ms, held))
            said.append(desk.cancels_entry(now_ms, trade.pair, trade.opened_ms))
            said.append(desk.exit_reason(now_ms, trade.pair, trade.opened_ms))
            if said[-1] is not None:
                world.sell(trade)
        for pair, action in wanted.items():
            if action is Action.ENTER and world.trade(pair) is None:
                price = world.prices[pair]
                limits = {"share": 900.0, "largest": world.cash, "smallest": 10.0}
                stake = desk.stake(now_ms, pair, price, stop_multiple=STOP_MULTIPLE, **limits)
                order = EntryOrder(pair, stake / price, price)
                if stake and desk.confirm(now_ms, order):
                    world.order(pair, order.amount, price, Outcome.FILLED)
    return [said, list(journal)]


def emptied(database: Database) -> None:
    with database.writing() as connection:
        for table in (sentiment_items, sentiment_mentions, sentiment_coverage):
            connection.execute(delete(table))


def item(told: tuple[Any, ...]) -> ScoredItem:
    minute, source, subjects, score, severity = told
    seen_ms = START + minute * MINUTE_MS
    return scored(seen_ms, source=source, subjects=subjects, score=score, severity=severity)


@settings(max_examples=60, deadline=None)
@given(items, spans, candles, news_settings)
def test_what_is_seen_later_changes_nothing_however_it_is_read(
    told, listened, actions, following
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{new_file(Path(folder))}")
        last_ms = (START // HOUR_MS + CANDLES) * HOUR_MS + 1_500
        found: list[list[Any]] = []
        for until_ms in (2**53, last_ms):
            emptied(database)
            put(database, *(one for one in map(item, told) if one.item.seen_ms <= until_ms))
            for minute, length in listened:
                from_ms = START + minute * MINUTE_MS
                end_ms = min(from_ms + length * MINUTE_MS, until_ms)
                if from_ms <= end_ms:
                    SentimentStore(database).listened_between("rss:a", from_ms, end_ms)
            found += [
                backtest(database, following, actions, bit_by_bit=bit_by_bit)
                for bit_by_bit in (False, True)
            ]
        database.close()
    for other in found[1:]:
        assert other == found[0]
