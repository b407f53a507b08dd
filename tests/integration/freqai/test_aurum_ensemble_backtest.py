"""Backtests through FreqAI's own loop: what is reused, and what is trained anew."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ensemble_bot import BACKTEST_DAYS, LABELS, PAIRS, EnsembleBot, configuration
from freqtrade.enums import RunMode

from aurum_plugins.forecasting import Ensemble, Readiness
from aurum_plugins.freqai.forecast_columns import READINESS, column_names
from aurum_plugins.freqai.torn_files import DAMAGED

PAIR = PAIRS[0]
ROWS = 1_500
COLUMNS = [*column_names(LABELS), "do_predict"]


@pytest.fixture
def build(tmp_path, monkeypatch):
    def backtest(**settings: Any) -> EnsembleBot:
        made = EnsembleBot(configuration(tmp_path, **settings), ROWS, RunMode.BACKTEST)
        made.at(ROWS, monkeypatch)
        return made

    return backtest


@pytest.fixture
def trainings(monkeypatch) -> list[int]:
    """A number for each model that is trained."""
    done: list[int] = []
    fit = Ensemble.fit

    def counted(self: Ensemble, *given: Any) -> Ensemble:
        done.append(len(done))
        return fit(self, *given)

    monkeypatch.setattr(Ensemble, "fit", counted)
    return done


def forecasts(bot: EnsembleBot) -> pd.DataFrame:
    """Those of the backtest's own rows, from a process of their own."""
    bot.start()
    return bot.answer(PAIR)[COLUMNS].iloc[-24 * BACKTEST_DAYS :].reset_index(drop=True)


def forget_forecasts(bot: EnsembleBot) -> None:
    shutil.rmtree(bot.folder / "backtesting_predictions")


def models(bot: EnsembleBot) -> list[Any]:
    return sorted(bot.folder.glob("sub-train-*/*_model.aurum"))


def test_a_backtest(build, trainings) -> None:
    made = forecasts(build())
    assert len(trainings) == 2
    assert (made[READINESS] == Readiness.READY).mean() > 0.9
    np.testing.assert_array_equal(made["do_predict"] == 1, made[READINESS] == Readiness.READY)
    ready = made[made["do_predict"] == 1]
    assert np.isfinite(ready).all(axis=None)
    assert ready[f"{LABELS[1]}_up"].between(0, 1).all()
    assert (ready[f"{LABELS[0]}_low_90"] <= ready[f"{LABELS[0]}_low_80"]).all()


def test_forecasts_are_reused_and_models_are(build, trainings) -> None:
    bot = build()
    first = forecasts(bot)
    pd.testing.assert_frame_equal(forecasts(bot), first)
    forget_forecasts(bot)
    pd.testing.assert_frame_equal(forecasts(bot), first)
    assert len(trainings) == 2


@pytest.mark.parametrize("name", ["_model.aurum", "_metadata.json"])
def test_a_damaged_file_is_set_aside_and_its_model_trained_anew(build, trainings, name) -> None:
    bot = build()
    first = forecasts(bot)
    path = sorted(bot.folder.glob(f"sub-train-*/*{name}"))[1]
    path.write_bytes(path.read_bytes()[:-50])
    forget_forecasts(bot)
    pd.testing.assert_frame_equal(forecasts(bot), first)
    assert len(trainings) == 3
    assert path.with_name(path.name + DAMAGED).is_file()
    assert len(models(bot)) == 2


def test_nothing_is_lost_with_the_list_of_pairs(build, trainings) -> None:
    bot = build()
    first = forecasts(bot)
    (bot.folder / "pair_dictionary.json").write_text("{")
    forget_forecasts(bot)
    pd.testing.assert_frame_equal(forecasts(bot), first)
    assert len(trainings) == 2


def test_models_need_not_be_kept(build, trainings, tmp_path) -> None:
    first = forecasts(build())
    bot = build(freqai={"identifier": "another", "save_backtest_models": False})
    pd.testing.assert_frame_equal(forecasts(bot), first)
    assert models(bot) == []
    forget_forecasts(bot)
    pd.testing.assert_frame_equal(forecasts(bot), first)
    assert len(trainings) == 6


@pytest.mark.parametrize("kept", [True, False])
def test_where_a_training_fails_the_model_before_goes_on(build, monkeypatch, kept) -> None:
    bot = build(freqai={"save_backtest_models": kept})
    whole = forecasts(bot)
    shutil.rmtree(bot.folder)
    fit, calls = Ensemble.fit, []

    def once(self: Ensemble, *given: Any) -> Ensemble:
        calls.append(1)
        if len(calls) > 1:
            raise ArithmeticError("singular")
        return fit(self, *given)

    monkeypatch.setattr(Ensemble, "fit", once)
    made = forecasts(bot)
    half = len(made) // 2
    pd.testing.assert_frame_equal(made.iloc[:half], whole.iloc[:half])
    # FreqAI hands over the window alone: outcomes between it and the training are not known.
    assert (made["do_predict"].iloc[half:] == 1).mean() > 0.8
    assert not made[LABELS[1]].iloc[half:].equals(whole[LABELS[1]].iloc[half:])


def test_where_none_can_be_trained_every_row_says_so(build) -> None:
    made = forecasts(build(aurum={"ensemble": {"least_rows": 50_000}}))
    assert (made[READINESS] == Readiness.NO_MODEL).all()
    assert (made == 0).all(axis=None)


def test_a_window_without_a_model_comes_first(build, monkeypatch) -> None:
    fit, calls = Ensemble.fit, []

    def second(self: Ensemble, *given: Any) -> Ensemble:
        calls.append(1)
        if len(calls) == 1:
            raise ArithmeticError("singular")
        return fit(self, *given)

    monkeypatch.setattr(Ensemble, "fit", second)
    made = forecasts(build())
    half = len(made) // 2
    assert (made[READINESS].iloc[:half] == Readiness.NO_MODEL).all()
    assert (made["do_predict"].iloc[half:] == 1).mean() > 0.9


def test_the_same_seed_gives_the_same_forecasts(build) -> None:
    first = forecasts(build())
    again = build(freqai={"identifier": "another"})
    pd.testing.assert_frame_equal(forecasts(again), first)
