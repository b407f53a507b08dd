"""The same forecasts whether a window is asked for at once or a bot asks candle by candle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ensemble_bot import HORIZON, LABELS, PAIRS, EnsembleBot, configuration
from freqtrade.enums import RunMode

from aurum_plugins.forecasting import Readiness
from aurum_plugins.freqai.forecast_columns import READINESS, column_names

PAIR = PAIRS[0]
COLUMNS = [name for name in column_names(LABELS) if name != READINESS]
ROWS, TRAINED = 1_250, 1_050


WITH_LSTM = {
    "ensemble": {"members": ["linear", "lightgbm", "lstm"]},
    "members": {"lstm": {"window": 5, "epochs": 1}},
}


@pytest.fixture(params=["trees", "with a sequence"])
def bot(tmp_path, monkeypatch, request) -> EnsembleBot:
    """A bot that was trained 200 candles ago."""
    aurum = None
    if request.param != "trees":
        pytest.importorskip("torch", reason="needs the extra lstm (PyTorch)")
        aurum = WITH_LSTM
    bot = EnsembleBot(configuration(tmp_path, aurum), ROWS)
    bot.at(TRAINED, monkeypatch)
    bot.start()
    bot.train(PAIR)
    return bot


@pytest.fixture
def whole(bot) -> pd.DataFrame:
    """The forecasts of all later candles, in one call as of a backtest, by date."""
    bot.provider.seen = ROWS
    bot.provider.runmode = RunMode.BACKTEST
    kitchen = bot.kitchen(PAIR)
    frame = kitchen.use_strategy_to_populate_indicators(
        bot.strategy, pair=PAIR, prediction_dataframe=bot.provider.get_pair_dataframe(PAIR)
    )
    frame = bot.strategy.set_freqai_targets(frame, metadata={"pair": PAIR})
    frame = kitchen.remove_special_chars_from_feature_names(frame)
    frame = frame.iloc[TRAINED:].reset_index(drop=True)
    kitchen.find_labels(frame)
    bot.model.live, bot.model.model = False, bot.model.dd.champion(PAIR)
    table, flags = bot.model.predict(frame, kitchen)
    bot.provider.runmode, bot.model.live = RunMode.DRY_RUN, True
    return table.assign(do_predict=flags).set_index(pd.DatetimeIndex(frame["date"]))


def walked(bot: EnsembleBot, monkeypatch, candles: range) -> pd.DataFrame:
    """What the strategy got back for each of these candles when it was the latest."""
    rows = []
    for seen in candles:
        bot.at(seen, monkeypatch)
        rows.append(bot.candle(PAIR))
    return pd.DataFrame(rows).set_index("date")


def test_row_by_row(bot, whole, monkeypatch) -> None:
    # No longer than a strategy's frame: what is further back is remembered.
    bot.provider.longest = bot.strategy.columns.lookback + 1
    live = walked(bot, monkeypatch, range(TRAINED + 1, ROWS + 1))
    assert len(live) == len(whole) == ROWS - TRAINED
    np.testing.assert_allclose(live[COLUMNS], whole[COLUMNS], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(live[READINESS], whole[READINESS])
    np.testing.assert_array_equal(live["do_predict"], whole["do_predict"])
    assert whole["do_predict"].mean() > 0.9
    # Intervals and confidence move as outcomes come in; a constant would be equal as well.
    for name in ("_low_90", "_confidence"):
        assert whole[LABELS[1] + name].nunique() > 30


def test_what_is_known_later_changes_no_row(bot, whole, monkeypatch) -> None:
    bot.provider.longest = bot.strategy.columns.lookback + 1
    monkeypatch.setattr(bot.provider, "candles", dict(bot.provider.candles))
    changed = bot.provider.candles[PAIR].copy()
    changed.loc[TRAINED + 60 :, ["open", "high", "low", "close"]] *= 1.03
    changed.loc[TRAINED + 60 :, "high"] *= 1.05
    bot.provider.candles[PAIR] = changed
    live = walked(bot, monkeypatch, range(TRAINED + 1, TRAINED + 61))
    np.testing.assert_allclose(live[COLUMNS], whole[COLUMNS].iloc[:60], rtol=0, atol=1e-12)


def test_labels_are_taken_from_freqais_history(bot, monkeypatch) -> None:
    """The frame of the strategy alone is too short to know what was usual."""
    bot.at(ROWS, monkeypatch)
    bot.start()
    bot.candle(PAIR)
    frame = bot.provider.get_pair_dataframe(PAIR).iloc[-bot.model.CONV_WIDTH :]
    candles = np.asarray(frame["date"].astype("datetime64[ms, UTC]").astype("int64")) // 3_600_000
    labels = bot.model._live._labels(PAIR, bot.model.dd.champion(PAIR))(candles)
    assert list(labels) == list(LABELS)
    known = labels.notna().all(axis=1).to_numpy()
    # The earliest of them are older than anything that intervals look back on.
    assert known[HORIZON:-HORIZON].all()
    assert not known[-HORIZON:].any()


def test_the_same_from_a_bot_that_was_started_again(bot, whole, monkeypatch) -> None:
    bot.at(TRAINED + 99, monkeypatch)
    bot.candle(PAIR)
    bot.model.dd.save_historic_predictions_to_disk()
    bot.start()
    # The rows before, which it has forgotten, come from FreqAI's history.
    bot.provider.longest = bot.strategy.columns.lookback + 1
    live = walked(bot, monkeypatch, range(TRAINED + 100, TRAINED + 110))
    # The first candle after a start is shown as a hole: FreqAI hands over the next.
    assert live[READINESS].iloc[0] == 0
    expected = whole.iloc[100:109]
    np.testing.assert_allclose(live[COLUMNS].iloc[1:], expected[COLUMNS], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(live["do_predict"].iloc[1:], expected["do_predict"])


def test_the_same_candle_twice(bot, monkeypatch) -> None:
    first = walked(bot, monkeypatch, range(TRAINED + 1, TRAINED + 3)).iloc[-1]
    second = bot.candle(PAIR)
    assert second["do_predict"] == 1
    pd.testing.assert_series_equal(second.drop("date"), first, check_names=False)


def test_a_candle_that_it_was_trained_on_is_refused(bot, monkeypatch) -> None:
    bot.at(TRAINED, monkeypatch)
    row = bot.candle(PAIR)
    assert row[READINESS] == Readiness.IN_SAMPLE
    assert row["do_predict"] == 0


def test_a_pause_of_some_candles(bot, whole, monkeypatch) -> None:
    """What was not asked for in between is computed when it is looked back on."""
    bot.provider.longest = bot.strategy.columns.lookback + 1
    live = walked(bot, monkeypatch, range(TRAINED + 1, ROWS + 1, 40))
    expected = whole.loc[live.index]
    np.testing.assert_allclose(live[COLUMNS], expected[COLUMNS], rtol=0, atol=1e-12)


def test_a_new_champion_begins_again(bot, monkeypatch) -> None:
    walked(bot, monkeypatch, range(TRAINED + 1, TRAINED + 30))
    bot.train(PAIR)
    trained = bot.model.dd.champion(PAIR).trained_until_
    rows = walked(bot, monkeypatch, range(TRAINED + 30, TRAINED + 34))
    stream = bot.model._live._streams[PAIR]
    assert stream.ensemble is bot.model.dd.champion(PAIR)
    assert stream.last - trained == 4
    assert (rows["do_predict"] == 1).all()
