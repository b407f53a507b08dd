"""Features taken directly are those that FreqAI's data kitchen joins from the strategy's hooks."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pytest
from ensemble_bot import LABELS, PAIRS, EnsembleBot, configuration

from aurum_plugins.freqai.direct_features import DirectFeatures

PAIR, OTHER = PAIRS
ROWS = 700
AURUM = {
    "features": {
        "include": ["technical", "volatility", "body", "market", "calendar"],
        "market_pairs": list(PAIRS),
        "market_periods": [6],
    }
}
FREQAI = {"feature_parameters": {"include_timeframes": ["1h", "4h"]}}
HOUR_MS = 3_600_000


@pytest.fixture
def bot(tmp_path, monkeypatch) -> EnsembleBot:
    bot = EnsembleBot(configuration(tmp_path, AURUM, FREQAI), ROWS)
    bot.at(ROWS, monkeypatch)
    return bot


def stock(bot: EnsembleBot, strategy=None) -> pd.DataFrame:
    """What FreqAI puts together for a decision."""
    return bot.kitchen(PAIR).use_strategy_to_populate_indicators(
        strategy or bot.strategy,
        pair=PAIR,
        prediction_dataframe=bot.provider.get_pair_dataframe(PAIR),
    )


def direct(bot: EnsembleBot) -> DirectFeatures:
    lengths = {"1h": HOUR_MS, "4h": 4 * HOUR_MS}
    return DirectFeatures(bot.strategy.columns, bot.provider, bot.model, lengths, "1h")


def assert_same(bot: EnsembleBot, rows: int) -> pd.DataFrame:
    """Both ways give the same for the last rows; what they give."""
    frame = stock(bot).iloc[-rows:].reset_index(drop=True)
    candles, found = direct(bot).of(PAIR, bot.provider.get_pair_dataframe(PAIR), rows)
    opens = pd.to_datetime(candles * HOUR_MS, unit="ms", utc=True)
    assert list(opens) == list(pd.to_datetime(frame["date"], utc=True))
    names = [name for name in frame if name.startswith("%")]
    assert sorted(found) == sorted(names)
    pd.testing.assert_frame_equal(
        found[names], frame[names], check_dtype=False, rtol=1e-9, atol=1e-9
    )
    return found


# Four candles of an hour in one of four.
@pytest.mark.parametrize("seen", range(ROWS - 4, ROWS))
@pytest.mark.parametrize("rows", [1, 9])
def test_the_last_rows(bot, monkeypatch, seen, rows) -> None:
    bot.at(seen, monkeypatch)
    found = assert_same(bot, rows)
    assert found.notna().all(axis=None)
    assert {name.rsplit("_", 1)[-1] for name in found if PAIR in name} == {"1h", "4h"}


def test_candles_that_are_missing_or_empty(bot) -> None:
    frame = bot.provider.candles[PAIR]
    flat = range(ROWS - 30, ROWS - 25)
    frame.loc[flat, ["open", "high", "low", "close"]] = frame["close"].iloc[ROWS - 31]
    frame.loc[flat, "volume"] = 0.0
    frame.loc[ROWS - 60, "close"] = np.nan
    found = assert_same(bot, 40)
    missing = found.isna().any(axis=1)
    assert missing.any()
    assert not missing.all()


def test_a_coarser_candle_that_is_late(bot, monkeypatch) -> None:
    """Its row has no values: FreqAI would carry the one before it forward."""
    given = bot.provider.get_pair_dataframe

    def late(pair: str, timeframe: str = "1h") -> pd.DataFrame:
        return given(pair, timeframe).iloc[: None if timeframe == "1h" else -1]

    monkeypatch.setattr(bot.provider, "get_pair_dataframe", late)
    found = assert_same(bot, 3)
    coarse = [name for name in found if name.endswith("_4h")]
    assert found[coarse].iloc[-1].isna().all()


def test_a_market_pair_without_candles(bot) -> None:
    bot.model.dd.historic_data[OTHER]["1h"] = pd.DataFrame()
    assert_same(bot, 2)


def test_no_coarser_candle_at_all(bot, monkeypatch) -> None:
    given = bot.provider.get_pair_dataframe

    def none(pair: str, timeframe: str = "1h") -> pd.DataFrame:
        return given(pair, timeframe).iloc[: None if timeframe == "1h" else 0]

    monkeypatch.setattr(bot.provider, "get_pair_dataframe", none)
    bot.model.dd.historic_data = {}
    _, found = direct(bot).of(PAIR, given(PAIR), 2)
    coarse = [name for name in found if name.endswith("_4h")]
    assert len(coarse) > 10
    assert found[coarse].isna().all(axis=None)
    assert found.drop(columns=coarse).filter(like=PAIR).notna().all(axis=None)


def test_freqais_history_stands_in_for_a_short_frame(bot) -> None:
    whole = bot.provider.get_pair_dataframe(PAIR)
    _, expected = direct(bot).of(PAIR, whole, 50)
    candles, found = direct(bot).of(PAIR, whole.iloc[-20:], 50)
    assert len(candles) == 50
    pd.testing.assert_frame_equal(found, expected)


def test_no_more_rows_than_there_are_candles(bot) -> None:
    bot.model.dd.historic_data = {}
    whole = bot.provider.get_pair_dataframe(PAIR)
    candles, found = direct(bot).of(PAIR, whole.iloc[-20:], 50)
    assert len(candles) == len(found) == 20


def test_where_both_ways_agree_freqais_is_asked_once(bot) -> None:
    ways, asked = direct(bot), []

    def counted(strategy, **how):
        asked.append(how["pair"])
        return bot.kitchen(how["pair"]).use_strategy_to_populate_indicators(strategy, **how)

    candles = bot.provider.get_pair_dataframe(PAIR)
    how = {"pair": PAIR, "prediction_dataframe": candles, "do_corr_pairs": True}
    assert not ways.agree(PAIR)
    full = ways.populate(counted, bot.strategy, **how)
    assert ways.agree(PAIR)
    assert not ways.agree(OTHER)
    short = ways.populate(counted, bot.strategy, **how)
    assert asked == [PAIR]
    assert list(short) == [*candles, *LABELS]
    assert len(full.columns) > len(short.columns) + 100
    pd.testing.assert_frame_equal(short[list(candles)], candles)
    assert short[list(LABELS)].isna().all(axis=None)


@pytest.mark.parametrize("change", ["another value", "one more", "one less"])
def test_a_strategy_with_a_hook_of_its_own_stays_with_freqais_way(bot, caplog, change) -> None:
    given = bot.strategy.feature_engineering_standard

    def own(dataframe: pd.DataFrame, **more) -> pd.DataFrame:
        frame = given(dataframe, **more)
        if change == "one less":
            return frame.drop(columns="%-hour_sin")
        name = "%-hour_sin" if change == "another value" else "%-mine"
        return frame.assign(**{name: 3.0})

    bot.strategy.feature_engineering_standard = own
    ways = direct(bot)
    how = {"pair": PAIR, "prediction_dataframe": bot.provider.get_pair_dataframe(PAIR)}
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            frame = ways.populate(
                bot.kitchen(PAIR).use_strategy_to_populate_indicators, bot.strategy, **how
            )
            assert [name for name in frame if name.startswith("%")]
    assert not ways.agree(PAIR)
    assert caplog.text.count("1 features of FreqAI's last row") == 1
    assert ("%-mine" if change == "one more" else "%-hour_sin") in caplog.text


def test_a_row_that_lacks_values_proves_nothing(bot) -> None:
    ways = direct(bot)
    how = {"pair": PAIR, "prediction_dataframe": bot.provider.get_pair_dataframe(PAIR)}
    kitchen = bot.kitchen(PAIR).use_strategy_to_populate_indicators
    prices = bot.provider.candles[PAIR].loc[ROWS - 1, ["open", "high", "low", "close"]].copy()
    bot.provider.candles[PAIR].loc[ROWS - 1, ["open", "high", "low", "close"]] = np.nan
    lacking = {**how, "prediction_dataframe": bot.provider.get_pair_dataframe(PAIR)}
    frame = ways.populate(kitchen, bot.strategy, **lacking)
    assert frame.filter(like="%").iloc[-1].isna().any()
    assert not ways.agree(PAIR)
    bot.provider.candles[PAIR].loc[ROWS - 1, ["open", "high", "low", "close"]] = prices
    ways.populate(kitchen, bot.strategy, **how)
    assert ways.agree(PAIR)


def test_forecasts_are_those_of_freqais_way(bot, monkeypatch) -> None:
    """Candle by candle, whichever way features come."""
    bot.at(ROWS - 30, monkeypatch)
    bot.start()
    bot.train(PAIR)
    bot.at(ROWS - 29, monkeypatch)
    bot.candle(PAIR)
    found = []
    for seen in range(ROWS - 28, ROWS):
        bot.at(seen, monkeypatch)
        found.append(bot.candle(PAIR))
    assert bot.model._live._direct.agree(PAIR)
    bot.at(ROWS - 29, monkeypatch)
    bot.start()
    monkeypatch.setattr(DirectFeatures, "_compare", lambda *_: None)
    for path in (bot.model.dd.historic_predictions, bot.model.dd.model_return_values):
        path.clear()
    bot.candle(PAIR)
    for seen, expected in zip(range(ROWS - 28, ROWS), found):
        bot.at(seen, monkeypatch)
        again = bot.candle(PAIR)
        names = [name for name in again.index if name.startswith("&") or name == "do_predict"]
        np.testing.assert_allclose(
            again[names].astype(float), expected[names].astype(float), rtol=0, atol=1e-9
        )
    assert not bot.model._live._direct.agree(PAIR)
