"""One model for all pairs, through FreqAI's own loops."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from ensemble_bot import BACKTEST_DAYS, LABELS, PAIRS, EnsembleBot, coarser, configuration
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting import Readiness
from aurum_plugins.forecasting.errors import NotPromoted, PairLeftOut
from aurum_plugins.forecasting.universe import Universe
from aurum_plugins.freqai.champions import UNIVERSE
from aurum_plugins.freqai.columns import FreqaiColumns
from aurum_plugins.freqai.forecast_columns import READINESS, column_names

FIRST, SECOND = PAIRS
NEW = "SOL/USDT"
ROWS = 1_500
COLUMNS = [*column_names(LABELS), "do_predict"]
AURUM: dict[str, Any] = {
    "universe": {"enabled": True, "folds": 2},
    "features": {
        "include": ["rsi", "body", "close_location", "parkinson", "calendar", "market"],
        "market_pairs": list(PAIRS),
        "market_periods": [6],
    },
}
TWO_TIMEFRAMES = {"feature_parameters": {"include_timeframes": ["1h", "4h"]}}


@pytest.fixture
def build(tmp_path, monkeypatch):
    def made(
        name: str = "bot", mode: RunMode = RunMode.DRY_RUN, aurum: Any = None, **freqai: Any
    ) -> EnsembleBot:
        folder = tmp_path / name
        folder.mkdir()
        config = configuration(folder, {**AURUM, **(aurum or {})}, {**TWO_TIMEFRAMES, **freqai})
        bot = EnsembleBot(config, ROWS, mode)
        if mode is RunMode.DRY_RUN:
            # Three candles close after the training.
            bot.at(ROWS - 3, monkeypatch)
            bot.start()
        return bot

    return made


@pytest.fixture
def latest(monkeypatch):
    """The answer at a candle that the training did not see."""

    def of(bot: EnsembleBot, pair: str) -> pd.Series:
        bot.at(ROWS, monkeypatch)
        return bot.candle(pair)

    return of


@pytest.fixture
def trained(monkeypatch) -> list[tuple[str, ...]]:
    """Of each training, the pairs that were offered."""
    done: list[tuple[str, ...]] = []
    fit = Universe.fit

    def counted(self: Universe, tables: Any) -> Universe:
        done.append(tuple(tables))
        return fit(self, tables)

    monkeypatch.setattr(Universe, "fit", counted)
    return done


def list_pair(bot: EnsembleBot, rows: slice = slice(None)) -> None:
    """Put another pair on the whitelist, with some of the candles of the first."""
    candles = bot.provider.candles[FIRST].iloc[rows].reset_index(drop=True)
    candles[["open", "high", "low", "close"]] *= 0.1
    bot.provider.candles[NEW] = candles
    known = bot.provider.get_pair_dataframe(FIRST)["date"].iloc[-1]
    closed = candles[candles["date"] <= known]
    four = coarser(closed, pd.Timedelta("4h")) if len(closed) else closed
    bot.model.dd.historic_data[NEW] = {"1h": closed, "4h": four}


class TestABacktest:
    def answers(self, bot: EnsembleBot, pairs: tuple[str, ...]) -> dict[str, pd.DataFrame]:
        made = {pair: bot.answer(pair) for pair in pairs}
        rows = slice(-24 * BACKTEST_DAYS, None)
        return {pair: made[pair][COLUMNS].iloc[rows] for pair in sorted(pairs)}

    def test_a_window_is_trained_once_whichever_pair_comes_first(self, build, trained) -> None:
        one = self.answers(build("one", RunMode.BACKTEST), PAIRS)
        assert trained == [PAIRS, PAIRS]
        other = self.answers(build("other", RunMode.BACKTEST), PAIRS[::-1])
        assert len(trained) == 4
        for pair, frame in one.items():
            pd.testing.assert_frame_equal(other[pair], frame, check_exact=True)
            assert (frame[READINESS] == Readiness.READY).mean() > 0.9

    def test_what_comes_later_changes_no_earlier_forecast(self, build, monkeypatch) -> None:
        whole = self.answers(build("whole", RunMode.BACKTEST), (FIRST,))[FIRST]
        bot = build("changed", RunMode.BACKTEST)
        for candles in bot.provider.candles.values():
            last = candles.index[-24 * 5 :]
            candles.loc[last, ["open", "high", "low", "close"]] *= 1.5
        changed = self.answers(bot, (FIRST,))[FIRST]
        early = slice(None, -24 * 5 - 1)
        pd.testing.assert_frame_equal(changed.iloc[early], whole.iloc[early], check_exact=True)
        assert not changed.iloc[-24 * 4 :].equals(whole.iloc[-24 * 4 :])


class TestARunningBot:
    def test_the_first_pair_trains_for_all(self, build, trained, latest) -> None:
        bot = build()
        bot.train(FIRST)
        bot.train(SECOND)
        assert trained == [PAIRS]
        registry = bot.model.dd.registry
        assert registry.pairs() == (UNIVERSE,)
        champion = registry.champion(UNIVERSE)
        assert set(champion.metrics) == set(LABELS)
        for pair in PAIRS:
            assert latest(bot, pair)[READINESS] == Readiness.READY
            assert bot.model.records.all[pair].version == champion.id

    def test_a_pair_that_asks_again_begins_the_next_round(self, build, trained) -> None:
        bot = build()
        for pair in (FIRST, SECOND, FIRST, SECOND):
            bot.train(pair)
        assert trained == [PAIRS, PAIRS]
        assert len(bot.model.dd.registry.versions(UNIVERSE)) == 2

    def test_a_restart_trains_nothing(self, build, trained, latest) -> None:
        bot = build(live_retrain_hours=24)
        bot.train(FIRST)
        bot.train(SECOND)
        before = {pair: latest(bot, pair)[COLUMNS] for pair in PAIRS}
        bot.start()
        for pair in PAIRS:
            pd.testing.assert_series_equal(latest(bot, pair)[COLUMNS], before[pair])
        # A pair whose training a crash lost takes what serves.
        bot.train(SECOND)
        assert len(trained) == 1

    def test_a_roll_back_is_for_all_pairs_at_once(self, build, latest) -> None:
        bot = build()
        for pair in (FIRST, SECOND, FIRST, SECOND):
            bot.train(pair)
        earlier = bot.model.dd.registry.rollback(UNIVERSE, "by hand")
        for pair in PAIRS:
            latest(bot, pair)
            assert bot.model.records.all[pair].version == earlier.id

    def test_a_pair_that_is_listed_later(self, build, trained, latest) -> None:
        bot = build()
        bot.train(FIRST)
        list_pair(bot)
        bot.train(NEW)
        assert trained == [PAIRS, tuple(sorted((*PAIRS, NEW)))]
        assert latest(bot, NEW)[READINESS] == Readiness.READY

    def test_a_pair_that_goes_away(self, build, trained, latest) -> None:
        bot = build()
        list_pair(bot)
        bot.train(FIRST)
        del bot.provider.candles[NEW]
        bot.train(FIRST)
        assert trained[-1] == PAIRS
        assert latest(bot, FIRST)[READINESS] == Readiness.READY

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            (slice(0, 0), "it has no candles in the training window"),
            (slice(-200, None), "labelled rows, but 300 are needed"),
        ],
    )
    def test_a_pair_without_candles_is_left_out_and_named(
        self, build, trained, rows, reason, latest
    ) -> None:
        bot = build()
        list_pair(bot, rows)
        bot.train(FIRST)
        (told,) = bot.messages
        assert told.startswith(f"universe: left out {NEW}: ")
        assert told.endswith(reason)
        assert latest(bot, FIRST)[READINESS] == Readiness.READY

    def test_a_pair_whose_history_makes_no_sense_keeps_no_other_from_training(
        self, build, trained
    ) -> None:
        bot = build()
        list_pair(bot)
        history = bot.model.dd.historic_data[NEW]
        history["1h"] = pd.concat([history["1h"], history["1h"].iloc[-5:]], ignore_index=True)
        bot.train(FIRST)
        (told,) = bot.messages
        assert told == f"universe: left out {NEW}: candles of {NEW} must rise from row to row"
        assert trained == [PAIRS]

    def test_and_it_does_not_have_all_trained_again_and_again(self, build, trained) -> None:
        bot = build()
        list_pair(bot, slice(-200, None))
        bot.train(FIRST)
        for _ in range(2):
            bot.model._failed.forget(NEW)
            with pytest.raises(PairLeftOut, match=r"labelled rows, but 300 are needed"):
                bot.train(NEW)
        assert len(trained) == 1

    def test_a_challenger_that_fails_is_told_of_once(self, build, trained) -> None:
        bot = build(aurum={"promotion": {"floors": {"forward_return": {"accuracy": 1.0}}}})
        for pair in PAIRS:
            with pytest.raises(NotPromoted):
                bot.train(pair)
        assert len(trained) == 1
        (told,) = bot.messages
        assert told.startswith("universe: ")
        assert "accuracy" in told


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("key", "value"), [("include_corr_pairlist", [FIRST]), ("include_shifted_candles", 2)]
    )
    def test_columns_that_only_freqai_makes(self, build, key, value) -> None:
        with pytest.raises(OperationalException, match=f"{key}: must be empty or 0 where aurum"):
            build(feature_parameters={key: value})

    def test_a_strategy_that_changes_a_feature(self, build, monkeypatch) -> None:
        bot = build()
        given = type(bot.strategy).feature_engineering_standard

        def changed(self: Any, dataframe: pd.DataFrame, **more: Any) -> pd.DataFrame:
            frame = given(self, dataframe, **more)
            return frame.assign(**{name: 1.0 for name in frame if name.startswith("%-market")})

        monkeypatch.setattr(type(bot.strategy), "feature_engineering_standard", changed)
        with pytest.raises(ConfigurationError, match="must not change features where aurum"):
            bot.train(FIRST)

    def test_a_strategy_with_features_of_its_own(self, build, monkeypatch) -> None:
        bot = build()
        monkeypatch.setattr(bot.strategy, "columns", object())
        assert not isinstance(bot.strategy.columns, FreqaiColumns)
        with pytest.raises(ConfigurationError, match="must be AurumStrategy, or inherit from it"):
            bot.train(FIRST)

    def test_models_of_one_pair_each_are_not_taken_over(self, build) -> None:
        bot = build()
        bot.config["aurum"]["universe"] = {"enabled": False}
        with pytest.raises(OperationalException, match="identifier"):
            bot.start()
