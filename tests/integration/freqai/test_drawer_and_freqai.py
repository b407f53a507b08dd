"""What `ModelDrawer` writes in FreqAI's place is what FreqAI would have written."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from ensemble_bot import LABELS, PAIRS, EnsembleBot, configuration
from freqtrade.freqai.data_drawer import FreqaiDataDrawer

from aurum_plugins.forecasting import Readiness
from aurum_plugins.freqai.forecast_columns import READINESS, column_names, no_forecast
from aurum_plugins.freqai.model_drawer import ModelDrawer

PAIR, OTHER = PAIRS
ROWS = 700


@pytest.fixture
def bot(tmp_path, monkeypatch) -> EnsembleBot:
    """A bot that was trained, and has forecast two candles."""
    bot = EnsembleBot(configuration(tmp_path), ROWS)
    bot.at(ROWS - 10, monkeypatch)
    bot.start()
    bot.train(PAIR)
    for seen in (ROWS - 9, ROWS - 8):
        bot.at(seen, monkeypatch)
        bot.candle(PAIR)
    bot.at(ROWS, monkeypatch)
    return bot


def kitchen(table: pd.DataFrame) -> SimpleNamespace:
    means = {name: float(number) for number, name in enumerate(table.columns)}
    data = {"labels_mean": means, "labels_std": dict.fromkeys(means, 2.0)}
    return SimpleNamespace(
        data={**data, "extra_returns_per_train": {}}, DI_values=np.zeros(1), label_list=LABELS
    )


@pytest.mark.parametrize("seen", [ROWS - 8, ROWS - 7, ROWS])
def test_a_forecast(bot, seen) -> None:
    """Of the candle that was forecast last, of the next, and of one after a pause."""
    rng = np.random.default_rng(seen)
    table = no_forecast(LABELS, 3, Readiness.READY)
    table.iloc[:] = rng.normal(size=table.shape)
    frame = bot.provider.get_pair_dataframe(PAIR).iloc[:seen]
    drawer, flags = bot.model.dd, np.array([0, 1, 1])
    before = drawer.historic_predictions[PAIR].copy()
    found = {}
    for kind in (FreqaiDataDrawer, ModelDrawer):
        drawer.historic_predictions[PAIR] = before.copy()
        kind.append_model_predictions(drawer, PAIR, table, flags, kitchen(table), frame)
        found[kind] = drawer.historic_predictions[PAIR], drawer.model_return_values[PAIR]
    for theirs, ours in zip(found[FreqaiDataDrawer], found[ModelDrawer]):
        pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)
        assert ours[LABELS[0]].iloc[-1] == table[LABELS[0]].iloc[-1]
    written = found[ModelDrawer][0]
    assert written.dtypes["date_pred"] == before.dtypes["date_pred"]
    assert written[column_names(LABELS)].dtypes.eq("float64").all()


def test_a_candle_before_the_last_forecast_changes_nothing(bot) -> None:
    table = no_forecast(LABELS, 1, Readiness.READY) + 7.0
    drawer, frame = bot.model.dd, bot.provider.get_pair_dataframe(PAIR).iloc[: ROWS - 20]
    before = drawer.historic_predictions[PAIR].copy()
    drawer.append_model_predictions(PAIR, table, np.ones(1), kitchen(table), frame)
    pd.testing.assert_frame_equal(drawer.historic_predictions[PAIR], before)


def test_a_pair_without_a_model(bot) -> None:
    frame = bot.provider.get_pair_dataframe(OTHER).assign(**dict.fromkeys(LABELS, np.nan))
    frames = {}
    for kind in (FreqaiDataDrawer, ModelDrawer):
        dk = bot.kitchen(OTHER)
        kind.return_null_values_to_strategy(bot.model.dd, frame.assign(**{"%-a": 1.0}), dk)
        frames[kind] = dk.return_dataframe
    theirs, ours = frames[FreqaiDataDrawer], frames[ModelDrawer]
    pd.testing.assert_frame_equal(ours[list(theirs)], theirs, check_dtype=False)
    more = set(ours) - set(theirs)
    assert set(column_names(LABELS)) - set(LABELS) <= more
    assert {f"{READINESS}_mean", f"{LABELS[0]}_up_std"} <= more
    assert (ours[READINESS] == Readiness.NO_MODEL).all()
    assert ours.columns.is_unique


class TestHistory:
    def lengths(self, bot: EnsembleBot) -> dict[str, int]:
        return {pair: len(frames["1h"]) for pair, frames in bot.model.dd.historic_data.items()}

    def test_the_pair_that_is_decided(self, bot) -> None:
        assert bot.strategy.columns.market_pairs == ()
        before = self.lengths(bot)
        bot.model.dd.update_historic_data(bot.strategy, bot.kitchen(PAIR))
        assert self.lengths(bot) == {**before, PAIR: ROWS}
        kept = bot.model.dd.historic_data[PAIR]["1h"]
        pd.testing.assert_frame_equal(kept, bot.provider.get_pair_dataframe(PAIR))

    def test_and_those_that_it_looks_at(self, tmp_path, monkeypatch) -> None:
        features = {"include": ["breadth"], "market_pairs": list(PAIRS), "market_periods": [3]}
        bot = EnsembleBot(configuration(tmp_path, {"features": features}), ROWS)
        bot.at(ROWS - 3, monkeypatch)
        bot.start()
        bot.at(ROWS, monkeypatch)
        bot.model.dd.update_historic_data(bot.strategy, bot.kitchen(PAIR))
        assert self.lengths(bot) == {PAIR: ROWS, OTHER: ROWS}

    def test_of_another_strategy_every_pair(self, bot) -> None:
        strategy = SimpleNamespace(dp=bot.provider)
        bot.model.dd.update_historic_data(strategy, bot.kitchen(PAIR))
        assert self.lengths(bot) == {PAIR: ROWS, OTHER: ROWS}
