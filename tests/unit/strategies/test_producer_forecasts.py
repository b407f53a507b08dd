"""AurumStrategy as a consumer: it waits, decides once, and enters nothing without a forecast."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from closed_trades import kept_in_database
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException
from predicting_strategy import SHORT, freqai, hourly_candles, load_strategy
from strategy_provider import Provider, Wallets

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import HOUR_MS, MINUTE_MS, WallClock
from aurum_plugins.database import database_url, open_database
from aurum_plugins.execution.decision import Decision
from aurum_plugins.execution.journal import Journal
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.strategies.producer_forecasts import LONGEST_WAIT_MS

PAIR = "BTC/USDT"
ROWS = 200
NAMES = ("first", "second")
POLICY = {"forecasts": "always", "smoothing_candles": 2, "leave_probability": 0}
# A quarter of an hour is longer than anything waits.
WAIT_MS = LONGEST_WAIT_MS
READY = {
    "&-forward_return_up": 0.75,
    "&-forward_return_confidence": 0.5,
    "&-forward_volatility": 0.0,
    "&-readiness": 1.0,
    "do_predict": 1,
}


def consuming(**emc: Any) -> dict[str, Any]:
    producers = [{"name": name, "host": "127.0.0.1", "ws_token": "hidden"} for name in NAMES]
    return {"external_message_consumer": {"enabled": True, "producers": producers, **emc}}


class Wire(Provider):
    """Our own candles, and what producers sent."""

    def __init__(self, candles: pd.DataFrame) -> None:
        super().__init__(candles, RunMode.DRY_RUN, (PAIR,))
        self.sent: dict[str, Any] = {}
        self.told: list[str] = []

    def get_producer_df(self, pair: str, timeframe: str, *, producer_name: str) -> Any:
        assert timeframe == "1h"
        sent = self.sent.get(producer_name, pd.DataFrame())
        if isinstance(sent, Exception):
            raise sent
        return (sent.copy() if pair == PAIR else pd.DataFrame()), None

    def ohlcv(self, pair: str, timeframe: str, copy: bool = True, candle_type: str = "") -> Any:
        return self.candles.copy()

    def send_msg(self, text: str, *, always_send: bool) -> None:
        assert always_send
        self.told.append(text)

    def _set_cached_df(self, pair: str, timeframe: str, frame: pd.DataFrame, **_: Any) -> None:
        self.cached = frame

    def _emit_df(self, *_: Any) -> None:
        """Nobody listens."""


class Bot:
    """A consumer whose newest candle breaks out, some time after it closed."""

    def __init__(self, folder: Any, clock: SimpleNamespace, **config: Any) -> None:
        candles = hourly_candles(ROWS)
        candles.loc[ROWS - 1, ["close", "high"]] = candles["high"].max() * 1.01
        self.all = candles.assign(date=candles["date"].astype("datetime64[ms, UTC]"))
        self.clock = clock
        aurum = {"breakout": SHORT, "policy": POLICY, **config.pop("aurum", {})}
        self.strategy = load_strategy(
            runmode=RunMode.DRY_RUN,
            dry_run=True,
            stake_currency="USDT",
            max_open_trades=3,
            bot_name="consumer",
            aurum=aurum,
            **{**consuming(), **config},
        )
        self.strategy.config["user_data_dir"] = folder
        self.wire = self.strategy.dp = Wire(self.all)
        self.strategy.wallets = Wallets()

    @property
    def newest_ms(self) -> int:
        return round(self.wire.candles["date"].iloc[-1].timestamp() * 1_000)

    def send(self, name: str = "first", rows: int = ROWS, **columns: Any) -> None:
        self.wire.sent[name] = self.all.iloc[:rows].assign(**{**READY, **columns})

    def loop(self, after_close_ms: int = 1_000) -> Decision | None:
        """One of freqtrade's loops; the row of the newest candle."""
        self.clock.now_ms = self.newest_ms + HOUR_MS + after_close_ms
        self.strategy.bot_loop_start(pd.Timestamp(self.clock.now_ms, unit="ms", tz="UTC"))
        self.strategy.analyze([PAIR])
        return self.rows().get(self.newest_ms)

    def rows(self) -> dict[int, Decision]:
        config = self.strategy.config
        name, url = bot_identity(config), database_url(config)
        with open_database(url) as database:
            journal = Journal(database, name, "1h", "AurumStrategy", WallClock())
            return {row.candle_ms: row for row in journal.last(PAIR, 20)}

    def drop_newest(self) -> None:
        self.wire.candles = self.all.iloc[:-1]

    def signals(self) -> tuple[int, int]:
        """What freqtrade sees of the newest candle: entry, exit."""
        last = self.wire.cached.iloc[-1]
        return int(last["enter_long"]), int(last["exit_long"])


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    state = SimpleNamespace(now_ms=0)
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    monkeypatch.setattr(WallClock, "now_ms", lambda _: state.now_ms)
    return state


@pytest.fixture
def bot(tmp_path, clock) -> Iterator[Bot]:
    with kept_in_database([]):
        yield Bot(tmp_path, clock)


def signal(row: Decision | None) -> Reason:
    assert row is not None
    return row.signal


class TestDecides:
    def test_by_the_forecast_that_came(self, bot) -> None:
        bot.send()
        row = bot.loop()
        assert signal(row) is Reason.BREAKOUT
        assert row.figures["probability"] == 0.75
        assert row.figures["confidence"] == 0.5
        assert "forecast_lag_candles" not in row.figures
        assert bot.signals() == (1, 0)

    def test_as_the_forecast_says(self, bot) -> None:
        bot.send(**{"&-forward_return_up": 0.25})
        assert signal(bot.loop()) is Reason.UNLIKELY

    def test_one_that_is_not_ready_is_an_answer(self, bot) -> None:
        bot.send(**{"&-readiness": 4.0})
        assert signal(bot.loop()) is Reason.NO_FORECAST

    def test_when_it_comes_later_than_the_candle(self, bot) -> None:
        bot.send(rows=ROWS - 1)
        assert bot.loop() is None
        assert bot.loop(WAIT_MS - 1) is None
        assert bot.signals() == (0, 0)
        bot.send()
        assert signal(bot.loop(WAIT_MS - 1)) is Reason.BREAKOUT
        assert bot.signals() == (1, 0)
        assert bot.wire.told == []

    def test_nothing_at_all_while_the_first_candle_waits(self, bot) -> None:
        assert bot.loop() is None
        assert bot.rows() == {}

    def test_without_one_once_the_wait_is_over(self, bot, caplog) -> None:
        bot.send(rows=ROWS - 3)
        assert bot.loop(WAIT_MS - 1) is None
        row = bot.loop(WAIT_MS)
        assert signal(row) is Reason.FORECAST_NOT_SENT
        assert row.action is Action.HOLD
        assert row.figures["forecast_lag_candles"] == 3
        assert "readiness" not in row.figures
        assert bot.signals() == (0, 0)
        assert "the newest that the producer sent is of 2024-01-09 04:00 UTC" in caplog.text

    def test_once_whatever_comes_after(self, bot) -> None:
        bot.loop(WAIT_MS)
        bot.send()
        assert signal(bot.loop(WAIT_MS + 1)) is Reason.FORECAST_NOT_SENT
        assert bot.signals() == (0, 0)

    def test_once_also_if_the_forecast_changes(self, bot) -> None:
        bot.send(**{"&-forward_return_up": 0.25})
        bot.loop()
        bot.send()
        assert signal(bot.loop(2_000)) is Reason.UNLIKELY
        assert bot.signals() == (0, 0)

    def test_the_next_candle_by_forecasts_that_came_too_late_for_theirs(self, bot) -> None:
        bot.drop_newest()
        bot.send(rows=ROWS - 2)
        bot.loop(WAIT_MS)
        before_ms = bot.newest_ms
        bot.wire.candles = bot.all
        # While it waits, the row before stands as it was decided.
        bot.send(rows=ROWS - 1)
        assert bot.loop() is None
        before = bot.strategy.decided.newest(PAIR, bot.clock.now_ms)
        assert before.candle_ms == before_ms
        assert "readiness" not in before.figures
        bot.send(**{"&-forward_return_up": [0.5] * (ROWS - 1) + [0.75]})
        assert bot.loop(2_000).figures["probability"] == (0.5 + 0.75) / 2

    @pytest.mark.parametrize("wait", [True, False])
    def test_exits_of_its_own_rule_ask_nobody(self, bot, wait) -> None:
        bot.all.loc[ROWS - 1, ["close", "low"]] = bot.all["low"].min() * 0.99
        row = bot.loop(1_000 if wait else WAIT_MS)
        assert bot.signals() == (0, 1)
        assert row is None if wait else signal(row) is Reason.BREAKDOWN

    def test_entries_that_ask_for_no_forecast_need_one_to_be_sent(self, tmp_path, clock) -> None:
        with kept_in_database([]):
            rising = Bot(tmp_path, clock, aurum={"policy": {**POLICY, "forecasts": "bear"}})
            assert signal(rising.loop(WAIT_MS)) is Reason.FORECAST_NOT_SENT

    def test_an_analysis_that_fails_is_told_as_such(self, bot, monkeypatch) -> None:
        monkeypatch.setattr(bot.strategy, "_market_trend", lambda _: 1 / 0)
        assert bot.loop().reason is Reason.ANALYSIS_FAILED
        monkeypatch.undo()
        monkeypatch.setattr(WallClock, "now_ms", lambda _: bot.clock.now_ms)
        bot.send()
        assert signal(bot.loop(2_000)) is Reason.BREAKOUT


class TestDoubts:
    @pytest.mark.parametrize(
        ("columns", "after_close_ms"),
        [
            ({"&-forward_return_up": np.nan}, 1_000),
            ({"&-forward_return_up": np.inf}, 1_000),
            ({"&-forward_return_up": "high"}, 1_000),
            ({"close": 1.0}, 1_000),
            ({"date": pd.NaT}, WAIT_MS),
            ({"date": "today"}, WAIT_MS),
        ],
    )
    def test_what_is_no_forecast_is_refused(self, bot, columns, after_close_ms) -> None:
        bot.send(**columns)
        assert signal(bot.loop(after_close_ms)) is Reason.FORECAST_UNUSABLE
        assert bot.signals() == (0, 0)
        assert len(bot.wire.told) == 1

    def test_a_frame_without_its_columns_is_refused(self, bot, caplog) -> None:
        bot.wire.sent["first"] = bot.all
        assert bot.loop() is None
        assert signal(bot.loop(WAIT_MS)) is Reason.FORECAST_UNUSABLE
        assert "it has no column '&-forward_return_up'" in caplog.text

    def test_one_that_cannot_be_read_keeps_no_exit_from_being_made(self, bot, caplog) -> None:
        bot.all.loc[ROWS - 1, ["close", "low"]] = bot.all["low"].min() * 0.99
        bot.wire.sent["first"] = RuntimeError("broken")
        assert signal(bot.loop(WAIT_MS)) is Reason.BREAKDOWN
        assert bot.signals() == (0, 1)
        assert "what the producer sent cannot be read" in caplog.text


class TestSeveralProducers:
    def test_the_first_that_sent_the_pair_counts(self, bot) -> None:
        bot.send("second", **{"&-forward_return_up": 0.625})
        assert bot.loop().figures["probability"] == 0.625

    def test_a_later_one_does_not_stand_in_for_it(self, bot) -> None:
        bot.send("first", rows=ROWS - 1)
        bot.send("second")
        assert signal(bot.loop(WAIT_MS)) is Reason.FORECAST_NOT_SENT


def test_people_are_told_once_that_it_is_gone_and_that_it_is_back(bot, caplog) -> None:
    caplog.set_level("INFO")
    for rows in (ROWS - 3, ROWS - 2, ROWS - 1):
        bot.wire.candles = bot.all.iloc[:rows]
        bot.loop(WAIT_MS)
    (told,) = bot.wire.told
    assert told == (
        "No entries without the producer's forecasts: BTC/USDT, "
        "the producer has sent nothing of this pair and timeframe."
    )
    bot.wire.candles = bot.all
    bot.send()
    bot.loop()
    assert bot.wire.told[1:] == ["The producer's forecasts are there again."]
    assert caplog.text.count("no entry without a forecast") == 1
    assert "hidden" not in caplog.text


def test_a_pair_that_is_traded_no_more_is_missed_by_nobody(bot) -> None:
    bot.drop_newest()
    bot.strategy.producer._missing["GONE/USDT"] = "silence"
    bot.loop(WAIT_MS)
    assert len(bot.wire.told) == 1
    bot.wire.candles = bot.all
    bot.send()
    bot.loop()
    assert len(bot.wire.told) == 2


@pytest.mark.parametrize(
    ("config", "consumes"),
    [
        (consuming(), True),
        (consuming() | {"process_only_new_candles": False}, True),
        ({}, False),
        (consuming(enabled=False), False),
        (consuming() | {"freqai": freqai()}, False),
        (consuming() | {"aurum": {"policy": {"forecasts": "off"}}}, False),
        (consuming() | {"runmode": RunMode.BACKTEST}, False),
    ],
)
def test_who_consumes(config, consumes) -> None:
    strategy = load_strategy(**{"runmode": RunMode.DRY_RUN, **config})
    assert (strategy.producer is not None) == consumes
    assert strategy.process_only_new_candles is not consumes or not consumes
    if consumes:
        assert strategy.config["process_only_new_candles"] is False


def test_candles_that_are_looked_at_once_cannot_wait() -> None:
    message = (
        r"^process_only_new_candles: must be false where external_message_consumer is enabled: "
        r"forecasts come after the candle \(got True\)$"
    )
    config = consuming() | {"process_only_new_candles": True}
    with pytest.raises(OperationalException, match=message):
        load_strategy(runmode=RunMode.LIVE, **config)


@pytest.mark.parametrize(
    ("timeframe", "age", "wait_ms"),
    [("1m", 0.5, 15_000), ("5m", 1.0, 150_000), ("1h", 0.5, WAIT_MS), ("1d", 0.5, WAIT_MS)],
)
def test_the_wait_leaves_time_for_the_order(timeframe, age, wait_ms) -> None:
    aurum = {"checks": {"longest_signal_age": age}}
    config = consuming() | {"timeframe": timeframe, "aurum": aurum}
    strategy = load_strategy(runmode=RunMode.DRY_RUN, **config)
    assert strategy.producer.wait_ms == wait_ms
    assert wait_ms <= 10 * MINUTE_MS
