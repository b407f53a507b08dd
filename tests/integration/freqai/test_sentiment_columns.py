"""Sentiment as FreqAI gets it: live, looking back, and where nobody listened."""

from __future__ import annotations

import math
import pickle
from pathlib import Path

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from columns_for_freqai import MARKET as MARKET_FRAMES
from columns_for_freqai import candles as some_candles
from columns_for_freqai import configuration as column_configuration
from ensemble_bot import PAIRS, EnsembleBot, configuration
from freqtrade.enums import RunMode
from sentiment_rows import scored, seen

from aurum_plugins.clock import HOUR_MS, MINUTE_MS
from aurum_plugins.database import Database, database_url, open_database
from aurum_plugins.features.sentiment_mood import SENTIMENT_FEATURES
from aurum_plugins.freqai import FreqaiColumns
from aurum_plugins.freqai.direct_features import DirectFeatures
from aurum_plugins.sentiment.coin_of import coin_of

PAIR = PAIRS[0]
COIN = coin_of(PAIR)
ROWS = 700
NAMES = [f"%-{name}" for name in SENTIMENT_FEATURES]
AVAILABLE = "%-sentiment_available"
AURUM = {
    "features": {"include": ["rsi", "body", "close_location", "calendar"], "sentiment": True},
    "sentiment": {"mood": {"half_life_minutes": 90}},
}


@pytest.fixture(autouse=True)
def _own_database(monkeypatch) -> None:
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)


@pytest.fixture
def config(tmp_path: Path) -> dict:
    return configuration(tmp_path, AURUM)


@pytest.fixture
def database(config) -> Database:
    return open_database(database_url(config))


@pytest.fixture
def bot(config, database, monkeypatch) -> EnsembleBot:
    bot = EnsembleBot(config, ROWS)
    bot.at(ROWS, monkeypatch)
    return bot


def closes_ms(bot: EnsembleBot) -> np.ndarray:
    return pd.DatetimeIndex(bot.provider.candles[PAIR]["date"]).as_unit("ms").asi8 + HOUR_MS


def news(bot: EnsembleBot, first: int = 0, seed: int = 3, items: int = 3_000):
    """Items over the candles from row `first` on, half of them about the pair's coin."""
    rng = np.random.default_rng(seed)
    closes = closes_ms(bot)
    at = np.sort(rng.integers(closes[first] - HOUR_MS, closes[-1] + HOUR_MS, items)).tolist()
    return [
        scored(
            seen_ms,
            float(rng.uniform(-1, 1)),
            float(rng.uniform(0.5, 3)),
            subjects=[COIN] if rng.random() < 0.5 else ["XYZ"],
        )
        for seen_ms in at
    ]


def listen(bot: EnsembleBot, database: Database, first: int = 0, last: int = ROWS - 1) -> None:
    closes = closes_ms(bot)
    seen(database, [], [(int(closes[first]), int(closes[last]))])


def direct(bot: EnsembleBot) -> DirectFeatures:
    return DirectFeatures(bot.strategy.columns, bot.provider, bot.model, {"1h": HOUR_MS}, "1h")


def joined(bot: EnsembleBot) -> pd.DataFrame:
    return bot.kitchen(PAIR).use_strategy_to_populate_indicators(
        bot.strategy, pair=PAIR, prediction_dataframe=bot.provider.get_pair_dataframe(PAIR)
    )


def test_candle_by_candle_a_running_bot_gets_what_a_backtest_gets(
    bot, database, monkeypatch
) -> None:
    """By the short way, from candles and items until then; a backtest looks back on all."""
    first = ROWS - 40
    items = news(bot, first - 60)
    closes = closes_ms(bot)
    silent = range(ROWS - 25, ROWS - 20)
    live, written = [], 0
    for row in range(first, ROWS):
        bot.at(row + 1, monkeypatch)
        now = [item for item in items if item.item.seen_ms <= closes[row]]
        # As a collector does, poll by poll.
        polls = [] if row in silent else [int(closes[row]) - ago * MINUTE_MS for ago in (40, 20, 0)]
        seen(database, now[written:], [(poll_ms, poll_ms) for poll_ms in polls])
        written = len(now)
        _, found = direct(bot).of(PAIR, bot.provider.get_pair_dataframe(PAIR), 1)
        live.append(found[NAMES].iloc[-1].to_numpy())
    seen(database, items[written:])
    bot.provider.runmode = RunMode.BACKTEST
    backtest = joined(bot)[NAMES].iloc[first:].to_numpy()
    np.testing.assert_array_equal(np.array(live), backtest)
    available = backtest[:, NAMES.index(AVAILABLE)]
    assert (np.flatnonzero(available == 0) + first).tolist() == list(silent)
    assert (backtest[available == 0] == 0).all()
    assert (backtest[available == 1] != 0).all()


def test_items_of_later_change_no_earlier_row(bot, database) -> None:
    items = news(bot)
    cut = ROWS - 200
    until_ms = int(closes_ms(bot)[cut])
    listen(bot, database)
    seen(database, [item for item in items if item.item.seen_ms <= until_ms])
    bot.provider.runmode = RunMode.BACKTEST
    known = joined(bot)[NAMES].iloc[: cut + 1]
    # A strategy that starts later, and so has read nothing before.
    seen(database, [item for item in items if item.item.seen_ms > until_ms])
    bot.start()
    whole = joined(bot)[NAMES]
    pd.testing.assert_frame_equal(whole.iloc[: cut + 1], known, check_exact=True)
    assert (whole.iloc[cut + 1 :] != 0).all(axis=None)


def test_both_ways_agree_and_freqais_is_asked_once(bot, database) -> None:
    listen(bot, database)
    seen(database, news(bot))
    ways = direct(bot)
    frame = ways.populate(
        bot.kitchen(PAIR).use_strategy_to_populate_indicators,
        bot.strategy,
        pair=PAIR,
        prediction_dataframe=bot.provider.get_pair_dataframe(PAIR),
    )
    assert ways.agree(PAIR)
    _, found = ways.of(PAIR, bot.provider.get_pair_dataframe(PAIR), 4)
    pd.testing.assert_frame_equal(
        found[NAMES], frame[NAMES].iloc[-4:].reset_index(drop=True), check_exact=True
    )
    assert (found[NAMES] != 0).all(axis=None)


def test_where_nobody_listened_the_short_way_is_taken_all_the_same(bot) -> None:
    ways = direct(bot)
    frame = ways.populate(
        bot.kitchen(PAIR).use_strategy_to_populate_indicators,
        bot.strategy,
        pair=PAIR,
        prediction_dataframe=bot.provider.get_pair_dataframe(PAIR),
    )
    assert (frame[NAMES] == 0).all(axis=None)
    assert ways.agree(PAIR)


def test_they_are_of_the_pair_and_the_base_timeframe_alone(tmp_path) -> None:
    freqai = {
        "feature_parameters": {
            "include_timeframes": ["1h", "4h"],
            "include_corr_pairlist": [PAIRS[1]],
        }
    }
    bot = EnsembleBot(configuration(tmp_path, AURUM, freqai), ROWS, RunMode.BACKTEST)
    assert [name for name in joined(bot) if "sentiment" in name] == NAMES


def test_rows_are_forecast_with_and_without_it(bot, database, monkeypatch) -> None:
    """A collector that stops takes nothing from the forecast but what it told."""
    listen(bot, database, last=ROWS - 20)
    seen(database, news(bot))
    bot.at(ROWS - 30, monkeypatch)
    bot.start()
    bot.train(PAIR)
    for rows in (ROWS - 28, ROWS):
        bot.at(rows, monkeypatch)
        assert math.isfinite(bot.candle(PAIR)["&-forward_volatility"])


class TestSettings:
    def test_off_by_default(self) -> None:
        columns = FreqaiColumns(column_configuration())
        new = columns.standard(some_candles(), HOUR_MS, MARKET_FRAMES)
        assert not [name for name in new if "sentiment" in name]

    def test_it_must_be_said_whose_candles_they_are(self, tmp_path) -> None:
        section = {"sentiment": True, "exclude": ["market"]}
        columns = FreqaiColumns({**column_configuration(section), "user_data_dir": tmp_path})
        with pytest.raises(ValueError, match="pair and timeframe must be named, got '' and ''"):
            columns.standard(some_candles(), HOUR_MS, {})
        frame = columns.standard(some_candles(), HOUR_MS, {}, PAIR, "1h")
        assert list(frame)[-6:] == NAMES
        assert (frame[NAMES] == 0).all(axis=None)
        assert list(columns.standard(some_candles(0), HOUR_MS, {}, PAIR, "1h"))[-6:] == NAMES

    def test_beside_the_venues_agreement(self, tmp_path) -> None:
        section = {"sentiment": True, "venues": True, "exclude": ["market"]}
        columns = FreqaiColumns({**column_configuration(section), "user_data_dir": tmp_path})
        frame = columns.standard(some_candles(), HOUR_MS, {}, PAIR, "1h")
        assert list(frame)[-8:] == ["%-consensus_quality", "%-consensus_gap", *NAMES]
        # They are never missing, so a row that lacks them is no ordinary row.
        assert columns.venue_names == ("%-consensus_quality", "%-consensus_gap")

    def test_a_strategy_that_holds_them_can_be_pickled(self, bot, database) -> None:
        listen(bot, database)
        seen(database, news(bot))
        frame = joined(bot).iloc[-1:]
        again = pickle.loads(cloudpickle.dumps(bot.strategy.columns))  # noqa: S301
        frames = {"1h": (HOUR_MS, bot.provider.get_pair_dataframe(PAIR))}
        found = again.latest(PAIR, frames, "1h", 1, 0, {})
        assert found[NAMES].to_numpy().tolist() == frame[NAMES].to_numpy().tolist()
