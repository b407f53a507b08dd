from __future__ import annotations

import json
import logging
import pickle
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from registry_models import SmallModel, facts

from aurum_plugins.forecasting.errors import ArtifactError, TornArtifact
from aurum_plugins.freqai import ModelDrawer

PAIR, LABELS = "BTC/USDT", ["&-forward_return"]
UNTRAINED = {"model_filename": "", "trained_timestamp": 0, "data_path": "", "extras": {}}


class Stock:
    """What the mixin takes of FreqAI's drawer."""

    def __init__(self, full_path: Path, config: dict[str, Any]) -> None:
        self.full_path, self.config = full_path, config
        self.pair_dictionary_path = full_path / "pair_dictionary.json"
        self.global_metadata_path = full_path / "global_metadata.json"
        self.metric_tracker_path = full_path / "metric_tracker.json"
        self.historic_predictions_path = full_path / "historic_predictions.pkl"
        self.historic_predictions_bkp_path = full_path / "historic_predictions.backup.pkl"
        self.empty_pair_dict = UNTRAINED
        self.pair_dict, self.model_dictionary, self.meta_data_dictionary = {}, {}, {}
        if self.pair_dictionary_path.is_file():
            self.pair_dict = json.loads(self.pair_dictionary_path.read_text())
        self.historic_predictions, self.metric_tracker = {}, {}
        self.save_lock = threading.Lock()

    def np_encoder(self, value: Any) -> Any:
        return value.item() if isinstance(value, np.generic) else None


class Drawer(ModelDrawer, Stock):
    pass


@pytest.fixture
def drawer(tmp_path) -> Drawer:
    return opened(tmp_path)


def opened(folder) -> Drawer:
    drawer = Drawer(folder, {})
    drawer.told = []
    drawer.tell = lambda pair, text: drawer.told.append((pair, text))
    return drawer


def kitchen(folder, *, live=True, name="cb_btc_1700000000"):
    dk = SimpleNamespace(live=live, data={"labels_mean": {LABELS[0]: 0.5}}, label_list=LABELS)
    dk.data_path, dk.model_filename = folder / "sub-train-BTC_1700000000", name
    dk.data_path.mkdir(parents=True, exist_ok=True)
    dk.training_features_list = ["%-a", "%-b"]
    return dk


def fresh(*, live=True, folder=None, name="cb_btc_1700000000"):
    """A kitchen that knows nothing yet."""
    dk = SimpleNamespace(live=live, data={}, label_list=[], training_features_list=[])
    dk.data_path = folder and folder / "sub-train-BTC_1700000000"
    dk.model_filename = name
    return dk


def promote(drawer, seed, pair=PAIR):
    version = drawer.registry.add(pair, SmallModel(seed), facts(seed=seed))
    drawer.registry.promote(pair, version.id, "better")
    return version


def train(drawer, seed=1, *, live=True):
    """What FreqAI does after a training."""
    drawer.pair_dict.setdefault(PAIR, dict(UNTRAINED))
    dk = kitchen(drawer.full_path, live=live)
    if live:
        promote(drawer, seed)
    drawer.save_data(SmallModel(seed), PAIR, dk)
    return dk


def artifact_of(drawer, version):
    return next(drawer.registry.folder.rglob(f"*{version.id}*/*.aurum"), None) or next(
        path
        for path in drawer.registry.folder.rglob("*")
        if path.is_file() and version.id in str(path) and path.suffix not in {".json", ".log"}
    )


class TestRunningBot:
    def test_after_a_training_the_model_serves_from_memory(self, drawer, tmp_path):
        train(drawer)
        dk = fresh()
        model = drawer.load_data(PAIR, dk)
        assert model.seed == 1
        assert drawer.load_data(PAIR, fresh()) is model
        assert drawer.model_dictionary[PAIR] is model
        assert dk.training_features_list == ["%-a", "%-b"]
        assert dk.label_list == LABELS
        assert dk.data["labels_mean"] == {LABELS[0]: 0.5}
        assert dk.model_filename == "cb_btc_1700000000"
        assert dk.data_path == tmp_path / "sub-train-BTC_1700000000"

    def test_the_model_itself_lives_in_the_registry_alone(self, drawer, tmp_path):
        train(drawer)
        names = {p.name for p in (tmp_path / "sub-train-BTC_1700000000").iterdir()}
        assert names == {"cb_btc_1700000000_metadata.json"}

    def test_after_a_restart_it_serves_without_a_training(self, drawer, tmp_path):
        train(drawer, 7)
        again = opened(tmp_path)
        assert again.model_dictionary == {}
        assert again.load_data(PAIR, fresh()).seed == 7
        assert again.told == []

    def test_a_pair_that_was_never_trained_has_no_model(self, drawer):
        drawer.pair_dict[PAIR] = dict(UNTRAINED)
        assert drawer.load_data(PAIR, fresh()) is None
        assert drawer.told == []

    def test_what_is_promoted_by_hand_serves_from_the_next_candle_on(self, drawer, tmp_path):
        train(drawer, 1)
        train(drawer, 2)
        assert drawer.load_data(PAIR, fresh()).seed == 2
        # As `aurum models rollback` does, in another process.
        opened(tmp_path).registry.rollback(PAIR, "by hand")
        assert drawer.load_data(PAIR, fresh()).seed == 1
        promote(opened(tmp_path), 3)
        assert drawer.load_data(PAIR, fresh()).seed == 3

    def test_what_was_promoted_during_a_training_is_not_overridden(self, drawer):
        drawer.pair_dict[PAIR] = dict(UNTRAINED)
        dk = kitchen(drawer.full_path)
        promote(drawer, 5)
        drawer.save_data(SmallModel(1), PAIR, dk)
        assert drawer.model_dictionary[PAIR].seed == 5
        assert drawer.load_data(PAIR, fresh()).seed == 5

    def test_a_champion_that_is_damaged_gives_way_to_the_one_before(self, drawer, tmp_path):
        train(drawer, 1)
        train(drawer, 2)
        path = artifact_of(drawer, drawer.registry.champion(PAIR))
        path.write_bytes(path.read_bytes()[:-9])
        again = opened(tmp_path)
        assert again.load_data(PAIR, fresh()).seed == 1
        ((pair, text),) = again.told
        assert pair == PAIR
        assert "an earlier model serves" in text
        assert again.load_data(PAIR, fresh()).seed == 1
        assert len(again.told) == 1

    def test_a_damaged_champion_without_an_earlier_one_is_trained_anew(self, drawer, tmp_path):
        train(drawer, 1)
        path = artifact_of(drawer, drawer.registry.champion(PAIR))
        path.write_bytes(b"torn")
        again = opened(tmp_path)
        assert again.load_data(PAIR, fresh()) is None
        assert "one is trained anew" in again.told[0][1]
        # FreqAI takes the pair for one that was never trained.
        assert again.pair_dict[PAIR] == UNTRAINED
        assert PAIR not in again.meta_data_dictionary
        assert again.load_data(PAIR, fresh()) is None
        assert len(again.told) == 1

    def test_a_pair_whose_registry_is_gone_is_trained_anew(self, drawer, tmp_path):
        train(drawer)
        drawer.registry.folder.rename(tmp_path / "elsewhere")
        assert drawer.load_data(PAIR, fresh()) is None
        assert drawer.pair_dict[PAIR]["model_filename"] == ""

    @pytest.mark.parametrize("content", [None, b"", b'{"label_list": [', b"{}", b"[]", b"\xff"])
    def test_a_pair_whose_metadata_is_torn_is_trained_anew(self, drawer, tmp_path, content):
        dk = train(drawer)
        path = dk.data_path / "cb_btc_1700000000_metadata.json"
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        again = opened(tmp_path)
        assert again.load_data(PAIR, fresh()) is None
        assert "cannot be read" in again.told[0][1]
        assert again.pair_dict[PAIR] == UNTRAINED

    def test_a_pair_that_is_forgotten_does_not_share_what_follows(self, drawer):
        drawer.forget(PAIR)
        drawer.forget("ETH/USDT")
        drawer.pair_dict[PAIR]["trained_timestamp"] = 9
        assert drawer.pair_dict["ETH/USDT"] == UNTRAINED

    def test_what_is_told_is_logged_where_nobody_listens(self, tmp_path, caplog):
        drawer = Drawer(tmp_path, {})
        with caplog.at_level(logging.WARNING):
            drawer.tell(PAIR, "BTC/USDT: something")
        assert caplog.messages == ["BTC/USDT: something"]


class TestBacktest:
    def test_a_model_is_kept_beside_its_metadata(self, drawer, tmp_path):
        dk = train(drawer, 3, live=False)
        assert {path.name for path in dk.data_path.iterdir()} == {
            "cb_btc_1700000000_metadata.json",
            "cb_btc_1700000000_model.aurum",
        }
        assert not (tmp_path / "registry").exists()
        asked = fresh(live=False, folder=tmp_path)
        assert drawer.holds_backtest_model(asked)
        assert drawer.load_data(PAIR, asked).seed == 3
        assert asked.training_features_list == ["%-a", "%-b"]

    def test_no_model_is_there(self, drawer, tmp_path):
        assert not drawer.holds_backtest_model(fresh(live=False, folder=tmp_path))

    @pytest.mark.parametrize("suffix", ["model.aurum", "metadata.json"])
    def test_a_damaged_file_is_set_aside(self, drawer, tmp_path, caplog, suffix):
        dk = train(drawer, live=False)
        path = dk.data_path / f"cb_btc_1700000000_{suffix}"
        path.write_bytes(path.read_bytes()[:-1])
        with caplog.at_level(logging.WARNING):
            assert not drawer.holds_backtest_model(fresh(live=False, folder=tmp_path))
        assert "It is set aside and trained anew" in caplog.text
        assert path.with_name(path.name + ".damaged").is_file()
        assert not path.exists()
        drawer.save_data(SmallModel(4), PAIR, kitchen(tmp_path, live=False))
        assert drawer.load_data(PAIR, fresh(live=False, folder=tmp_path)).seed == 4

    @pytest.mark.parametrize("suffix", ["model.aurum", "metadata.json"])
    def test_without_one_of_the_two_there_is_no_model(self, drawer, tmp_path, suffix):
        dk = train(drawer, live=False)
        (dk.data_path / f"cb_btc_1700000000_{suffix}").unlink()
        assert not drawer.holds_backtest_model(fresh(live=False, folder=tmp_path))

    def test_what_cannot_be_loaded_is_named(self, drawer, tmp_path):
        dk = train(drawer, live=False)
        (dk.data_path / "cb_btc_1700000000_model.aurum").write_bytes(b"x")
        with pytest.raises(TornArtifact, match="is no model of aurumbotx"):
            drawer.load_data(PAIR, fresh(live=False, folder=tmp_path))
        (dk.data_path / "cb_btc_1700000000_metadata.json").write_text("{")
        with pytest.raises(ArtifactError, match=r"metadata\.json: cannot be read"):
            drawer.load_data(PAIR, fresh(live=False, folder=tmp_path))


class TestFiles:
    def test_what_was_trained_when_is_kept(self, drawer, tmp_path):
        train(drawer)
        drawer.pair_dict[PAIR]["trained_timestamp"] = np.int64(1_700_000_000)
        drawer.save_drawer_to_disk()
        kept = json.loads((tmp_path / "pair_dictionary.json").read_text())[PAIR]
        assert kept["model_filename"] == "cb_btc_1700000000"
        assert kept["trained_timestamp"] == 1_700_000_000
        assert kept["data_path"] == str(tmp_path / "sub-train-BTC_1700000000")

    def test_when_the_bot_first_ran_and_how_long_things_took(self, drawer, tmp_path):
        drawer.save_global_metadata_to_disk({"start_dry_live_date": 5})
        assert json.loads((tmp_path / "global_metadata.json").read_text()) == {
            "start_dry_live_date": 5
        }
        drawer.metric_tracker = {PAIR: {"train_time": {"value": [np.float64(0.5)]}}}
        drawer.save_metric_tracker_to_disk()
        tracked = json.loads((tmp_path / "metric_tracker.json").read_text())
        assert tracked[PAIR]["train_time"]["value"] == [0.5]

    def test_forecasts_are_kept_twice(self, drawer, tmp_path):
        drawer.historic_predictions = {PAIR: pd.DataFrame({"a": [1.0, 2.0]})}
        drawer.save_historic_predictions_to_disk()
        for name in ("historic_predictions.pkl", "historic_predictions.backup.pkl"):
            kept = pickle.loads((tmp_path / name).read_bytes())  # noqa: S301 - written above
            pd.testing.assert_frame_equal(kept[PAIR], drawer.historic_predictions[PAIR])

    @pytest.mark.parametrize(
        ("name", "save"),
        [
            ("pair_dictionary.json", lambda d: d.save_drawer_to_disk()),
            ("global_metadata.json", lambda d: d.save_global_metadata_to_disk({"a": 1})),
            ("metric_tracker.json", lambda d: d.save_metric_tracker_to_disk()),
            ("historic_predictions.pkl", lambda d: d.save_historic_predictions_to_disk()),
        ],
    )
    def test_a_file_is_replaced_in_one_step(self, drawer, tmp_path, monkeypatch, name, save):
        """A process that is killed before the last step leaves the old file whole."""
        path = tmp_path / name
        path.write_bytes(b"old")

        def killed(*_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            save(drawer)
        assert path.read_bytes() == b"old"
        assert not drawer.save_lock.locked()

    def test_torn_files_do_not_stop_the_start(self, tmp_path):
        (tmp_path / "pair_dictionary.json").write_text('{"BTC/USDT": {"model_fi')
        drawer = opened(tmp_path)
        assert drawer.pair_dict == {}
        assert (tmp_path / "pair_dictionary.json.damaged").is_file()
