"""The venues' agreement as FreqAI gets it: live, looking back, and where nothing was written."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from columns_for_freqai import MARKET
from columns_for_freqai import candles as some_candles
from columns_for_freqai import configuration as column_configuration
from consensus_rows import written
from ensemble_bot import PAIRS, EnsembleBot, configuration
from freqtrade.enums import RunMode

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.database import Database, database_url, open_database
from aurum_plugins.forecasting.target_model import TargetModel
from aurum_plugins.freqai import FreqaiColumns
from aurum_plugins.freqai.direct_features import DirectFeatures
from aurum_plugins.freqai.fingerprint import fingerprint
from aurum_plugins.market_data.consensus.price_consensus import Dissent

PAIR = PAIRS[0]
HOUR_MS = 3_600_000
ROWS = 700
NAMES = ["%-consensus_quality", "%-consensus_gap"]
AURUM = {"features": {"include": ["rsi", "body", "close_location", "calendar"], "venues": True}}


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


def opens_ms(bot: EnsembleBot) -> np.ndarray:
    return pd.DatetimeIndex(bot.provider.candles[PAIR]["date"]).as_unit("ms").asi8


def mark(
    bot: EnsembleBot, database: Database, row: int, late_ms: int = 800, dissents: int = 9
) -> None:
    """What the bot writes once a candle was decided; venues dissent at one in `dissents`."""
    open_ms = int(opens_ms(bot)[row])
    price = float(bot.provider.candles[PAIR]["close"].iloc[row]) * (1 + (row % 7 - 3) / 1e4)
    word = (Dissent.DISAGREEMENT,) if row % dissents == 0 else (0.5 + (row % 5) / 10, price)
    written(
        database, bot_identity(bot.config), PAIR, [(open_ms, open_ms + HOUR_MS + late_ms, *word)]
    )


def direct(bot: EnsembleBot) -> DirectFeatures:
    return DirectFeatures(bot.strategy.columns, bot.provider, bot.model, {"1h": HOUR_MS}, "1h")


def joined(bot: EnsembleBot) -> pd.DataFrame:
    return bot.kitchen(PAIR).use_strategy_to_populate_indicators(
        bot.strategy, pair=PAIR, prediction_dataframe=bot.provider.get_pair_dataframe(PAIR)
    )


def test_candle_by_candle_a_running_bot_gets_what_a_backtest_gets(
    bot, database, monkeypatch
) -> None:
    """By the short way, from candles and marks until then; a backtest looks back on all."""
    first = ROWS - 40
    late_ms = {ROWS - 30: HOUR_MS + 5, ROWS - 20: 3 * HOUR_MS, ROWS - 19: 2 * HOUR_MS + 1}
    live = []
    for row in range(first, ROWS):
        bot.at(row + 1, monkeypatch)
        _, found = direct(bot).of(PAIR, bot.provider.get_pair_dataframe(PAIR), 1)
        live.append(found[NAMES].iloc[-1].to_numpy())
        if row not in {ROWS - 10, ROWS - 9, ROWS - 8}:
            # Not at once: what is late is in the database before it was seen.
            mark(bot, database, row, late_ms.get(row, 800))
    bot.provider.runmode = RunMode.BACKTEST
    backtest = joined(bot)[NAMES].iloc[first:].to_numpy()
    np.testing.assert_array_equal(np.array(live), backtest)
    assert np.isnan(live[0]).all()
    lacking = np.flatnonzero(np.isnan(backtest[:, 0])) + first
    assert lacking.tolist() == [first, ROWS - 18, ROWS - 8, ROWS - 7]


def test_both_ways_agree_and_freqais_is_asked_once(bot, database) -> None:
    for row in range(ROWS - 5, ROWS):
        mark(bot, database, row)
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
    assert found["%-consensus_quality"].notna().all()


def test_without_marks_the_short_way_is_taken_all_the_same(bot) -> None:
    """A mark that is missing is an ordinary row, unlike a candle that is."""
    ways = direct(bot)
    frame = ways.populate(
        bot.kitchen(PAIR).use_strategy_to_populate_indicators,
        bot.strategy,
        pair=PAIR,
        prediction_dataframe=bot.provider.get_pair_dataframe(PAIR),
    )
    assert frame[NAMES].isna().all(axis=None)
    assert ways.agree(PAIR)


def test_they_are_of_the_pair_and_the_base_timeframe_alone(tmp_path) -> None:
    freqai = {
        "feature_parameters": {
            "include_timeframes": ["1h", "4h"],
            "include_corr_pairlist": [PAIRS[1]],
        }
    }
    bot = EnsembleBot(configuration(tmp_path, AURUM, freqai), ROWS, RunMode.BACKTEST)
    assert [name for name in joined(bot) if "consensus" in name] == NAMES


@pytest.mark.parametrize(
    ("seen", "dissents", "expected"),
    [(0, 9, set()), (ROWS, 9, {NAMES[0]}), (ROWS, 100, set(NAMES)), (300, 100, set())],
)
def test_the_model_may_use_them_once_a_bot_has_run_long_enough(
    bot, database, monkeypatch, seen, dissents, expected
) -> None:
    """A gap is missing wherever venues dissented, and one candle in nine is too many."""
    for row in range(ROWS - seen, ROWS):
        mark(bot, database, row, dissents=dissents)
    offered: list[str] = []
    fit = TargetModel.fit

    def listened(model, rows, *more):
        offered.extend(rows.columns)
        return fit(model, rows, *more)

    monkeypatch.setattr(TargetModel, "fit", listened)
    bot.train(PAIR)
    assert "%-body_gen_BTC/USDT_1h" in offered
    assert expected == set(NAMES).intersection(offered)


def test_a_row_is_forecast_though_its_marks_are_missing(bot, database, monkeypatch) -> None:
    for row in range(ROWS - 2):
        mark(bot, database, row)
    bot.at(ROWS - 2, monkeypatch)
    bot.start()
    bot.train(PAIR)
    bot.at(ROWS, monkeypatch)
    answer = bot.candle(PAIR)
    assert math.isfinite(answer["&-forward_volatility"])


class TestSettings:
    def test_off_by_default(self) -> None:
        columns = FreqaiColumns(column_configuration())
        assert columns.venue_names == ()
        new = columns.standard(some_candles(), HOUR_MS, MARKET)
        assert not [name for name in new if "consensus" in name]

    def test_it_must_be_said_whose_candles_they_are(self, tmp_path) -> None:
        columns = FreqaiColumns(
            {
                **column_configuration({"venues": True, "exclude": ["market"]}),
                "user_data_dir": tmp_path,
            }
        )
        with pytest.raises(ValueError, match="pair and timeframe must be named, got '' and ''"):
            columns.standard(some_candles(), HOUR_MS, {})
        frame = columns.standard(some_candles(), HOUR_MS, {}, PAIR, "1h")
        assert list(frame)[-2:] == NAMES
        assert list(columns.standard(some_candles(0), HOUR_MS, {}, PAIR, "1h"))[-2:] == NAMES

    def test_models_with_and_without_them_are_told_apart(self, config) -> None:
        other = json.loads(json.dumps(config["aurum"]))
        other["features"]["venues"] = False
        assert fingerprint(config) != fingerprint({**config, "aurum": other})

    def test_a_strategy_that_holds_them_can_be_pickled(self, bot, database) -> None:
        for row in range(ROWS - 3, ROWS):
            mark(bot, database, row)
        frame = joined(bot).iloc[-1:]
        again = pickle.loads(cloudpickle.dumps(bot.strategy.columns))  # noqa: S301
        frames = {"1h": (HOUR_MS, bot.provider.get_pair_dataframe(PAIR))}
        found = again.latest(PAIR, frames, "1h", 1, 0, {})
        assert found[NAMES].to_numpy().tolist() == frame[NAMES].to_numpy().tolist()
        assert found["%-consensus_quality"].notna().all()

    def test_a_row_looks_back_on_three_candles(self, tmp_path) -> None:
        short = {"horizon_candles": 1, "volatility_candles": 2, "history_candles": [1]}
        config = column_configuration(
            {"include": ["body"], "venues": True},
            targets={**short, "season_candles": 1, "seasons": 1},
        )
        assert FreqaiColumns({**config, "user_data_dir": tmp_path}).lookback == 3
