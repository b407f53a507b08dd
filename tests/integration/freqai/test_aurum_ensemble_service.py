"""Training, promotion, rollback and restart of a running bot, through FreqAI's own classes."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from ensemble_bot import HORIZON, LABELS, PAIRS, EnsembleBot, configuration
from freqtrade.exceptions import OperationalException
from freqtrade.freqai import data_drawer
from freqtrade.resolvers.freqaimodel_resolver import FreqaiModelResolver
from typer.testing import CliRunner

from aurum_plugins.commands.models import app
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting import Readiness
from aurum_plugins.forecasting.registry import EventKind
from aurum_plugins.freqai.forecast_columns import READINESS, column_names

PAIR = PAIRS[0]
ROWS, TRAINED = 1_100, 1_080


@pytest.fixture
def bot(tmp_path, monkeypatch) -> EnsembleBot:
    bot = EnsembleBot(configuration(tmp_path), ROWS)
    bot.at(TRAINED, monkeypatch)
    bot.start()
    return bot


def step(bot: EnsembleBot, monkeypatch) -> Any:
    bot.at(bot.provider.seen + 1, monkeypatch)
    return bot.candle(PAIR)


def kinds(bot: EnsembleBot) -> list[EventKind]:
    return [event.kind for event in bot.model.dd.registry.history(PAIR)]


class TestService:
    def test_before_the_first_training_every_column_says_so(self, bot) -> None:
        answer = bot.answer(PAIR)
        names = column_names(LABELS)
        assert (answer[names] == 0).all(axis=None)
        assert (answer["do_predict"] == 0).all()
        assert not answer[[f"{name}_mean" for name in names]].isna().any(axis=None)

    def test_the_first_model_serves_at_the_next_candle(self, bot, monkeypatch) -> None:
        bot.train(PAIR)
        row = step(bot, monkeypatch)
        assert row[READINESS] == row["do_predict"] == 1
        assert kinds(bot) == [EventKind.TRAINED, EventKind.PROMOTED]
        assert np.isfinite(row[column_names(LABELS)].to_numpy(float)).all()

    def test_candles_of_the_training_are_not_forecast(self, bot) -> None:
        bot.train(PAIR)
        answer = bot.answer(PAIR)
        assert set(answer[READINESS]) <= {Readiness.IN_SAMPLE, Readiness.MISSING_FEATURES}
        assert (answer["do_predict"] == 0).all()

    def test_a_later_model_is_compared_with_the_one_in_service(self, bot, monkeypatch) -> None:
        bot.train(PAIR)
        step(bot, monkeypatch)
        bot.train(PAIR)
        assert kinds(bot) == [EventKind.TRAINED, EventKind.PROMOTED] * 2
        verdict = str(bot.model.dd.registry.champion(PAIR).verdict)
        assert "no model is in service" not in verdict

    def test_so_it_is_right_after_a_restart(self, bot, monkeypatch) -> None:
        """FreqAI's thread may begin before its loop has asked for the model."""
        bot.train(PAIR)
        step(bot, monkeypatch)
        bot.start()
        bot.train(PAIR)
        assert "no model is in service" not in str(bot.model.dd.registry.champion(PAIR).verdict)

    def test_a_worse_model_is_rejected_and_told(self, bot, monkeypatch) -> None:
        bot.train(PAIR)
        first = bot.model.dd.registry.champion(PAIR).id
        step(bot, monkeypatch)
        settings = bot.model._succession.settings
        strict = {"floors": {**settings.floors, LABELS[0][2:]: {"accuracy": 1.0}}}
        object.__setattr__(bot.model._succession, "settings", settings.model_copy(update=strict))
        bot.train(PAIR)
        assert kinds(bot)[-2:] == [EventKind.TRAINED, EventKind.REJECTED]
        assert bot.model.dd.registry.champion(PAIR).id == first
        (told,) = bot.messages
        assert told.startswith(f"{PAIR}: the new model of {PAIR} does not serve: ")
        row = step(bot, monkeypatch)
        assert row[READINESS] == row["do_predict"] == 1

    def test_old_models_go(self, bot, monkeypatch) -> None:
        for _ in range(7):
            step(bot, monkeypatch)
            bot.train(PAIR)
        # aurum.promotion.keep_versions, and FreqAI's purge_old_models.
        assert len(bot.model.dd.registry.versions(PAIR)) == 5
        assert len(list(bot.folder.glob("sub-train-BTC_*"))) == 2
        assert step(bot, monkeypatch)["do_predict"] == 1

    def test_a_restart_serves_without_a_training(self, bot, monkeypatch) -> None:
        bot.train(PAIR)
        rows = [step(bot, monkeypatch) for _ in range(3)]
        bot.model.dd.save_historic_predictions_to_disk()
        bot.start()
        again = bot.answer(PAIR).iloc[-2:]
        np.testing.assert_array_equal(
            again[column_names(LABELS)].to_numpy(float),
            np.array([row[column_names(LABELS)].to_numpy(float) for row in rows[-2:]]),
        )
        assert step(bot, monkeypatch)["do_predict"] == 1

    def test_candles_of_files_and_of_the_exchange_are_joined(self, bot, monkeypatch) -> None:
        """Stock FreqAI cannot: both are UTC, but of two kinds, and of different precision."""
        frames = {pair: frame.copy() for pair, frame in bot.provider.candles.items()}
        for pair, frame in frames.items():
            received = bot.provider.candles[pair]
            received["date"] = received["date"].dt.as_unit("us").dt.tz_convert(UTC)
            frame["date"] = frame["date"].dt.tz_convert(ZoneInfo("UTC"))
        monkeypatch.setattr(
            data_drawer,
            "load_pair_history",
            lambda pair, **_: frames[pair].iloc[:TRAINED].copy(),
        )
        stock = data_drawer.FreqaiDataDrawer(bot.folder, bot.config)
        kinds = []
        for drawer in (stock, bot.model.dd):
            drawer.historic_data = {}
            drawer.load_all_pair_histories(None, bot.kitchen(PAIR))
            bot.provider.seen = TRAINED + 1
            drawer.update_historic_data(bot.strategy, bot.kitchen(PAIR))
            dates = drawer.historic_data[PAIR]["1h"]["date"]
            assert len(dates) == TRAINED + 1
            kinds.append(dates.dtype.kind)
        # If the first of them fails, freqtrade has mended it.
        assert kinds == ["O", "M"]


class TestCommands:
    def run(self, bot: EnsembleBot, *arguments: str) -> str:
        folder = str(bot.folder / "registry")
        done = CliRunner().invoke(app, [*arguments, "--folder", folder])
        assert done.exit_code == 0, done.output
        return done.output

    def test_a_rollback_takes_effect_at_the_next_candle(self, bot, monkeypatch) -> None:
        bot.train(PAIR)
        first = bot.model.dd.champion(PAIR)
        step(bot, monkeypatch)
        bot.train(PAIR)
        second = bot.model.dd.champion(PAIR)
        assert second.trained_until_ == first.trained_until_ + 1
        listed = json.loads(self.run(bot, "list", "--json"))
        assert [version["state"] for version in listed] == ["earlier", "champion"]
        assert listed[1]["id"] in self.run(bot, "show", PAIR)
        self.run(bot, "rollback", PAIR, "--reason", "it fidgets")
        row = step(bot, monkeypatch)
        assert bot.model.dd.champion(PAIR).trained_until_ == first.trained_until_
        assert row["do_predict"] == 1
        assert kinds(bot)[-2:] == [EventKind.ROLLED_BACK, EventKind.REINSTATED]
        self.run(bot, "promote", PAIR, listed[1]["id"], "--yes")
        step(bot, monkeypatch)
        assert bot.model.dd.champion(PAIR).trained_until_ == second.trained_until_

    def test_one_during_a_training_that_fails_is_not_undone_by_it(self, bot, monkeypatch) -> None:
        bot.train(PAIR)
        first = bot.model.dd.champion(PAIR)
        step(bot, monkeypatch)
        bot.train(PAIR)

        def rolled_back(*_: Any) -> None:
            self.run(bot, "rollback", PAIR)
            raise ArithmeticError("and then it fails")

        step(bot, monkeypatch)
        with monkeypatch.context() as patch:
            patch.setattr(type(bot.model), "_promoted", rolled_back)
            bot.train(PAIR)
        assert step(bot, monkeypatch)["do_predict"] == 1
        assert bot.model.dd.champion(PAIR).trained_until_ == first.trained_until_


class TestSettings:
    @pytest.mark.parametrize(
        ("freqai", "aurum", "message"),
        [
            ({"continual_learning": True}, {}, r"^freqai\.continual_learning: must be false: each"),
            ({"keras": True}, {}, r"^freqai\.keras: must be false: no member"),
            ({}, {"ensemble": {"folds": 1}}, r"^aurum\.ensemble\.folds: "),
            ({}, {"drift": {"input_share": 0}}, r"^aurum\.drift\.input_share: "),
            ({}, {"promotion": {"tolerance": -1}}, r"^aurum\.promotion\.tolerance: "),
            ({}, {"members": {"linear": {"penalty": 0}}}, r"^aurum\.members\.linear\.penalty: "),
        ],
    )
    def test_a_wrong_one_is_refused(self, tmp_path, freqai, aurum, message) -> None:
        config = configuration(tmp_path, aurum, freqai)
        with pytest.raises(OperationalException, match=message) as caught:
            FreqaiModelResolver.load_freqaimodel(config)
        assert isinstance(caught.value.__cause__, ConfigurationError)

    @pytest.mark.parametrize(
        "aurum",
        [
            {"ensemble": {"seed": 1}},
            {"drift": {"loss_candles": 101}},
            {"members": {"linear": {"penalty": 1.0}}},
            {"preprocessing": {"n_features": 5}},
        ],
    )
    def test_an_identifier_belongs_to_one_set_of_settings(self, tmp_path, aurum) -> None:
        FreqaiModelResolver.load_freqaimodel(configuration(tmp_path))
        FreqaiModelResolver.load_freqaimodel(configuration(tmp_path))
        with pytest.raises(OperationalException, match=r"^freqai\.identifier: its models .*'test'"):
            FreqaiModelResolver.load_freqaimodel(configuration(tmp_path, aurum))

    def test_drift_settings_reach_the_model(self, bot) -> None:
        bot.train(PAIR)
        assert bot.model.dd.champion(PAIR).drift.loss_candles == 100

    @pytest.mark.parametrize(
        ("drift", "record", "longest"),
        [({}, 60, 100), ({"loss_candles": 300}, 60, 300), ({}, 400, 400)],
    )
    def test_enough_candles_are_handed_over(self, tmp_path, drift, record, longest) -> None:
        aurum = {"drift": drift, "ensemble": {"record_candles": record}}
        model = FreqaiModelResolver.load_freqaimodel(configuration(tmp_path, aurum))
        needed = longest + 2 * HORIZON
        assert needed <= model.CONV_WIDTH < needed + 100
