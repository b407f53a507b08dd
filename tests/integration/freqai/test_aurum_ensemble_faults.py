"""What goes wrong is named, told once, and leaves the champion and the other pairs alone."""

from __future__ import annotations

import json
import logging
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ensemble_bot import LABELS, PAIRS, EnsembleBot, configuration

from aurum_plugins.forecasting import Ensemble, Readiness
from aurum_plugins.forecasting.errors import (
    MemberFailed,
    NotPromoted,
    OneOutcome,
    TooLittleData,
)
from aurum_plugins.forecasting.members.linear import Linear
from aurum_plugins.forecasting.registry import EventKind
from aurum_plugins.freqai.failed_trainings import RETRY_MS
from aurum_plugins.freqai.forecast_columns import READINESS, column_names
from aurum_plugins.freqai.torn_files import DAMAGED
from aurum_plugins.preprocessing import Preprocessor

ONE, OTHER = PAIRS
ROWS, TRAINED = 1_100, 1_095


@pytest.fixture
def build(tmp_path, monkeypatch):
    """A bot that has seen all but the latest five candles."""

    def bot(**settings: Any) -> EnsembleBot:
        made = EnsembleBot(configuration(tmp_path, **settings), ROWS)
        made.at(TRAINED, monkeypatch)
        made.start()
        return made

    return bot


@pytest.fixture
def bot(build) -> EnsembleBot:
    return build()


def step(bot: EnsembleBot, monkeypatch) -> dict[str, pd.Series]:
    """The next candle of both pairs."""
    bot.at(bot.provider.seen + 1, monkeypatch)
    return {pair: bot.candle(pair) for pair in PAIRS}


def acts(row: pd.Series) -> bool:
    assert (row["do_predict"] == 1) == (row[READINESS] == Readiness.READY)
    return bool(row["do_predict"] == 1)


def champion(bot: EnsembleBot, pair: str = ONE) -> str:
    return bot.model.dd.registry.champion(pair).id


def in_service(bot: EnsembleBot, monkeypatch) -> str:
    """Train both pairs and pass FreqAI's first answer; the champion of the first pair."""
    for pair in PAIRS:
        bot.train(pair)
    step(bot, monkeypatch)
    rows = step(bot, monkeypatch)
    assert all(acts(row) for row in rows.values())
    assert bot.messages == []
    return champion(bot)


def spoil(bot: EnsembleBot, monkeypatch, change) -> None:
    """Change the labels of the first pair, as a strategy might give them."""
    given = bot.strategy.set_freqai_targets

    def targets(dataframe: pd.DataFrame, metadata: dict[str, Any], **more: Any) -> pd.DataFrame:
        frame = given(dataframe, metadata=metadata, **more)
        if metadata["pair"] == ONE:
            for label in LABELS:
                frame[label] = change(frame[label])
        return frame

    monkeypatch.setattr(bot.strategy, "set_freqai_targets", targets)


LITTLE = {"aurum": {"ensemble": {"least_rows": 5_000}}}
LABEL_FAULTS = {
    "one class": (lambda label: label.abs() + 0.1, OneOutcome, "have one sign or one value"),
    "constant": (lambda label: label * 0.0 + 0.5, OneOutcome, "have one sign or one value"),
    "unknown": (lambda label: label * np.nan, TooLittleData, "training window: 0 usable rows"),
}


class TestTraining:
    def test_too_little_data(self, build, monkeypatch) -> None:
        bot = build(**LITTLE)
        with pytest.raises(TooLittleData, match="at least 5000 are needed"):
            bot.train(ONE)
        (told,) = bot.messages
        assert told.startswith(f"{ONE}: training window: ")
        row = step(bot, monkeypatch)[ONE]
        assert row[READINESS] == Readiness.NO_MODEL
        assert not acts(row)
        assert set(column_names(LABELS)) <= set(row.index)

    @pytest.mark.parametrize("fault", LABEL_FAULTS)
    def test_labels_without_anything_to_learn(self, bot, monkeypatch, fault) -> None:
        change, error, sentence = LABEL_FAULTS[fault]
        spoil(bot, monkeypatch, change)
        with pytest.raises(error, match=sentence):
            bot.train(ONE)
        bot.train(OTHER)
        assert len(bot.messages) == 1
        step(bot, monkeypatch)
        rows = step(bot, monkeypatch)
        assert not acts(rows[ONE])
        assert acts(rows[OTHER])

    @pytest.mark.parametrize("fault", LABEL_FAULTS)
    def test_the_champion_stays(self, bot, monkeypatch, fault) -> None:
        serving = in_service(bot, monkeypatch)
        change, _, sentence = LABEL_FAULTS[fault]
        with monkeypatch.context() as patch:
            spoil(bot, patch, change)
            bot.train(ONE)
        (told,) = bot.messages
        assert sentence in told
        assert champion(bot) == serving
        assert acts(step(bot, monkeypatch)[ONE])

    def test_a_member_that_raises(self, bot, monkeypatch, caplog) -> None:
        serving = in_service(bot, monkeypatch)

        def broken(*_: Any) -> None:
            raise ArithmeticError("the matrix is singular")

        with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
            patch.setattr(Linear, "_learn", broken)
            bot.train(ONE)
        (told,) = bot.messages
        assert "member linear failed to fit: " in told
        assert "the matrix is singular" in told
        assert caplog.text.count("the matrix is singular") == 1
        assert champion(bot) == serving
        assert acts(step(bot, monkeypatch)[ONE])

    def test_without_a_champion_it_raises_and_the_pair_rests(self, bot, monkeypatch) -> None:
        tries = []

        def broken(*_: Any) -> None:
            tries.append(1)
            raise ArithmeticError("singular")

        with monkeypatch.context() as patch:
            patch.setattr(Linear, "_learn", broken)
            with pytest.raises(MemberFailed):
                bot.train(ONE)
            populate = patch.setattr(bot.strategy, "feature_engineering_standard", None)
            assert populate is None
            bot.train(ONE)
        assert len(tries) == 1
        assert len(bot.messages) == 1
        seen = bot.provider.seen
        bot.at(seen + RETRY_MS // 3_600_000 + 1, monkeypatch)
        bot.train(ONE)
        assert champion(bot)

    def test_what_is_no_error_of_ours_is_told_as_well(self, bot, monkeypatch) -> None:
        serving = in_service(bot, monkeypatch)

        def broken(*_: Any) -> None:
            raise ZeroDivisionError("float division by zero")

        with monkeypatch.context() as patch:
            patch.setattr(Ensemble, "fit", broken)
            bot.train(ONE)
        assert bot.messages == [
            f"{ONE}: training failed: ZeroDivisionError('float division by zero')"
        ]
        assert champion(bot) == serving

    def test_a_challenger_that_misses_a_floor(self, build, monkeypatch) -> None:
        floors = {"floors": {"forward_return": {"accuracy": 1.0}, "forward_volatility": {}}}
        bot = build(aurum={"promotion": floors})
        with pytest.raises(NotPromoted, match=r"the floor is 1\.000"):
            bot.train(ONE)
        assert len(bot.messages) == 1
        kinds = [event.kind for event in bot.model.dd.registry.history(ONE)]
        assert kinds == [EventKind.TRAINED, EventKind.REJECTED]
        assert not acts(step(bot, monkeypatch)[ONE])


class TestForecasting:
    def test_a_member_that_raises(self, bot, monkeypatch) -> None:
        serving = in_service(bot, monkeypatch)

        def broken(*_: Any, **__: Any) -> None:
            raise ArithmeticError("overflow")

        model = bot.model.dd.champion(ONE)
        with monkeypatch.context() as patch:
            patch.setattr(model, "score", broken)
            for _ in range(2):
                rows = step(bot, monkeypatch)
                assert rows[ONE][READINESS] == Readiness.FAILED
                assert not acts(rows[ONE])
                assert acts(rows[OTHER])
        assert bot.messages == [f"{ONE}: no forecast: ArithmeticError('overflow')"]
        assert acts(step(bot, monkeypatch)[ONE])
        assert champion(bot) == serving

    def test_a_model_of_other_features(self, build, monkeypatch) -> None:
        bot = build(aurum={"preprocessing": {"n_features": "all"}})
        in_service(bot, monkeypatch)
        bot.start()
        given = bot.strategy.feature_engineering_expand_basic

        def fewer(dataframe: pd.DataFrame, metadata: dict[str, Any], **more: Any) -> pd.DataFrame:
            frame = given(dataframe, metadata=metadata, **more)
            gone = [name for name in frame if metadata["pair"] == ONE and name.startswith("%-")]
            return frame.drop(columns=gone)

        with monkeypatch.context() as patch:
            patch.setattr(bot.strategy, "feature_engineering_expand_basic", fewer)
            # FreqAI shows a hole at the first candle after a start.
            step(bot, monkeypatch)
            for _ in range(2):
                rows = step(bot, monkeypatch)
                assert rows[ONE][READINESS] == Readiness.OTHER_FEATURES
                assert not acts(rows[ONE])
                assert acts(rows[OTHER])
        (told,) = bot.messages
        assert "trained on features that are not offered" in told

    def test_a_candle_without_a_feature(self, bot, monkeypatch) -> None:
        in_service(bot, monkeypatch)
        last = bot.provider.seen
        bot.provider.candles[ONE].loc[last, ["open", "high", "low", "close"]] = np.nan
        rows = step(bot, monkeypatch)
        assert rows[ONE][READINESS] == Readiness.MISSING_FEATURES
        assert not acts(rows[ONE])
        assert acts(rows[OTHER])

    def test_a_model_that_is_too_old_by_our_clock(self, build, monkeypatch) -> None:
        """A champion that no challenger beats ages, though FreqAI has just trained."""
        bot = build(freqai={"expiration_hours": 3})
        for pair in PAIRS:
            bot.train(pair)
        ready = [acts(step(bot, monkeypatch)[ONE]) for _ in range(2)]
        assert ready == [True, True]
        row = step(bot, monkeypatch)[ONE]
        assert row[READINESS] == Readiness.EXPIRED
        assert not acts(row)

    def test_a_model_that_freqai_takes_for_expired(self, build, monkeypatch) -> None:
        bot = build(freqai={"expiration_hours": 1_000})
        in_service(bot, monkeypatch)
        bot.model.dd.pair_dict[ONE]["trained_timestamp"] = 1
        for _ in range(2):
            rows = step(bot, monkeypatch)
            assert rows[ONE][READINESS] == Readiness.EXPIRED
            assert not acts(rows[ONE])
            assert acts(rows[OTHER])


class TestTornFiles:
    def damage(self, path) -> None:
        content = path.read_bytes()
        assert len(content) > 20
        path.write_bytes(content[: len(content) // 2])

    def restarted(self, bot, monkeypatch) -> dict[str, pd.Series]:
        bot.start()
        step(bot, monkeypatch)
        return step(bot, monkeypatch)

    def test_the_champion_s_artifact(self, bot, monkeypatch) -> None:
        in_service(bot, monkeypatch)
        first = champion(bot)
        bot.train(ONE)
        second = champion(bot)
        assert second != first
        folder = bot.folder / "registry" / "BTC_USDT"
        self.damage(folder / "versions" / f"{second}.model")
        # What is in memory is whole.
        assert acts(step(bot, monkeypatch)[ONE])
        rows = self.restarted(bot, monkeypatch)
        assert champion(bot) == first
        assert acts(rows[ONE])
        assert (folder / "quarantine" / f"{second}.model").is_file()
        (told,) = bot.messages
        assert told.endswith("an earlier model serves")

    def test_the_only_artifact(self, bot, monkeypatch) -> None:
        serving = in_service(bot, monkeypatch)
        self.damage(bot.folder / "registry" / "BTC_USDT" / "versions" / f"{serving}.model")
        rows = self.restarted(bot, monkeypatch)
        assert rows[ONE][READINESS] == Readiness.NO_MODEL
        assert not acts(rows[ONE])
        assert acts(rows[OTHER])
        (told,) = bot.messages
        assert "no model serves" in told
        bot.train(ONE)
        step(bot, monkeypatch)
        assert champion(bot) != serving
        assert bot.messages == []

    def test_the_metadata(self, bot, monkeypatch) -> None:
        serving = in_service(bot, monkeypatch)
        bot.model.dd.save_historic_predictions_to_disk()
        for path in bot.folder.glob("sub-train-BTC*/*_metadata.json"):
            self.damage(path)
        rows = self.restarted(bot, monkeypatch)
        assert not acts(rows[ONE])
        assert acts(rows[OTHER])
        (told,) = bot.messages
        assert "its model is trained anew" in told
        assert champion(bot) == serving

    @pytest.mark.parametrize("content", ['{"BTC/USDT": {"model', "[]", ""])
    def test_the_pair_dictionary(self, bot, monkeypatch, content) -> None:
        serving = in_service(bot, monkeypatch)
        path = bot.folder / "pair_dictionary.json"
        path.write_text(content)
        rows = self.restarted(bot, monkeypatch)
        assert not any(acts(row) for row in rows.values())
        assert path.with_name(path.name + DAMAGED).read_text() == content
        (told,) = bot.messages
        assert told.endswith("is set aside: FreqAI starts without it")
        bot.train(ONE)
        compared = bot.model.dd.registry.champion(ONE)
        assert compared.id != serving
        # The one from before was there to be compared with.
        assert "no model is in service" not in str(compared.verdict)

    def test_the_historic_predictions(self, bot, monkeypatch) -> None:
        in_service(bot, monkeypatch)
        bot.model.dd.save_historic_predictions_to_disk()
        kept = {pair: len(rows) for pair, rows in bot.model.dd.historic_predictions.items()}
        path = bot.folder / "historic_predictions.pkl"
        self.damage(path)
        bot.start()
        assert {pair: len(rows) for pair, rows in bot.model.dd.historic_predictions.items()} == kept
        self.damage(path)
        self.damage(bot.folder / "historic_predictions.backup.pkl")
        bot.messages  # noqa: B018 - of the restart before
        rows = self.restarted(bot, monkeypatch)
        assert all(acts(row) for row in rows.values())
        assert len([text for text in bot.messages if "is set aside" in text]) == 2

    def test_other_json_of_freqai(self, bot, monkeypatch) -> None:
        in_service(bot, monkeypatch)
        for name in ("global_metadata.json", "metric_tracker.json"):
            (bot.folder / name).write_text("{")
        assert acts(self.restarted(bot, monkeypatch)[ONE])
        assert json.loads((bot.folder / "pair_dictionary.json").read_text()).keys() == set(PAIRS)


class TestRecords:
    """What is kept of each pair, for those who report on it."""

    def test_a_model_in_service(self, bot, monkeypatch) -> None:
        serving = in_service(bot, monkeypatch)
        record = bot.model.records.all[ONE]
        assert record.version == serving
        assert record.predicted_ms is not None
        assert (record.rows_refused, record.not_finite, record.fault) == (0, 0, "")

    def test_a_number_that_is_not_finite_is_refused_and_counted(self, bot, monkeypatch) -> None:
        in_service(bot, monkeypatch)
        stock = Preprocessor.transform

        def transform(self: Preprocessor, table: Any) -> Any:
            scaled = stock(self, table).copy()
            scaled[-1, 0] = np.nan
            return scaled

        with monkeypatch.context() as patch:
            patch.setattr(Preprocessor, "transform", transform)
            rows = step(bot, monkeypatch)
        assert {row[READINESS] for row in rows.values()} == {Readiness.MISSING_FEATURES}
        assert not any(acts(row) for row in rows.values())
        record = bot.model.records.all[ONE]
        assert (record.rows_refused, record.not_finite) == (1, len(LABELS))
        assert acts(step(bot, monkeypatch)[ONE])
        assert bot.model.records.all[ONE].not_finite == len(LABELS)

    def test_a_training_that_failed_is_a_fault_until_one_succeeds(self, build) -> None:
        bot = build(**LITTLE)
        with pytest.raises(TooLittleData):
            bot.train(ONE)
        assert "at least 5000 are needed" in bot.model.records.all[ONE].fault
        bot.model.records.trained(ONE)
        assert bot.model.records.all[ONE].fault == ""

    def test_a_challenger_that_was_beaten_is_none(self, bot, monkeypatch) -> None:
        in_service(bot, monkeypatch)

        def beaten(*_: Any) -> None:
            raise NotPromoted(ONE, ["worse"])

        with monkeypatch.context() as patch:
            patch.setattr(bot.model, "_promoted", beaten)
            bot.train(ONE)
        assert bot.model.records.all[ONE].fault == ""
