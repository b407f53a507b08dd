"""Where FreqAI keeps models and forecasts: written whole or not at all, and checked when read."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import cloudpickle

from aurum_plugins.atomic_write import write_atomically, write_bytes_atomically
from aurum_plugins.forecasting.errors import ArtifactError
from aurum_plugins.forecasting.registry import ModelRegistry, read_artifact, write_artifact

logger = logging.getLogger(__name__)

REGISTRY = "registry"
MODEL = "model.aurum"
METADATA = "metadata.json"
DAMAGED = ".damaged"


class ModelDrawer:
    """A mixin: name it before FreqAI's `FreqaiDataDrawer`.

    FreqAI writes its files in place and unpickles what it finds, so a process that is killed in the
    middle leaves a bot that cannot start. Here every file is replaced in one step, and no model is
    unpickled whose checksum is not the one written with it. A running bot's models live in a
    `ModelRegistry`, those of backtests in FreqAI's folder of each training.
    """

    full_path: Path
    pair_dict: dict[str, Any]
    model_dictionary: dict[str, Any]
    meta_data_dictionary: dict[str, dict[str, Any]]

    def __init__(self, full_path: Path, config: dict[str, Any]) -> None:
        for name in ("pair_dictionary.json", "global_metadata.json", "metric_tracker.json"):
            _set_torn_json_aside(full_path / name)
        super().__init__(full_path, config)  # type: ignore[call-arg]
        self.registry = ModelRegistry(full_path / REGISTRY)
        self._stamps: dict[str, Any] = {}

    def save_data(self, model: Any, coin: str, dk: Any) -> None:
        """Save what a training left; a running bot's model is in the registry already."""
        folder = Path(dk.data_path)
        dk.data["data_path"] = str(folder)
        dk.data["model_filename"] = str(dk.model_filename)
        dk.data["training_features_list"] = dk.training_features_list
        dk.data["label_list"] = dk.label_list
        if not dk.live:
            write_artifact(_artifact(dk), model)
        self.save_metadata(dk)
        self.model_dictionary[coin] = model
        self.meta_data_dictionary.setdefault(coin, {})[METADATA] = dk.data
        self._stamps[coin] = self.registry.champion_stamp(coin) if dk.live else None
        self.pair_dict[coin]["model_filename"] = dk.model_filename
        self.pair_dict[coin]["data_path"] = str(folder)
        self.save_drawer_to_disk()

    def save_metadata(self, dk: Any) -> None:
        """Save what FreqAI wants to know of a model beside the model."""
        dk.data["data_path"] = str(dk.data_path)
        dk.data["model_filename"] = str(dk.model_filename)
        dk.data["training_features_list"] = dk.training_features_list
        dk.data["label_list"] = dk.label_list
        self._write_json(_metadata(dk), dk.data)

    def load_metadata(self, dk: Any) -> None:
        """Load it again."""
        dk.data = json.loads(_metadata(dk).read_text(encoding="utf-8"))
        dk.training_features_list = dk.data["training_features_list"]
        dk.label_list = dk.data["label_list"]

    def load_data(self, coin: str, dk: Any) -> Any:
        """Load the model that forecasts a pair.

        Returns
        -------
        Ensemble or None
            None if there is none that is whole: then it is trained anew.
        """
        if not self.pair_dict[coin]["model_filename"]:
            return None
        if not dk.live:
            self.load_metadata(dk)
            return read_artifact(_artifact(dk))
        dk.model_filename = self.pair_dict[coin]["model_filename"]
        dk.data_path = Path(self.pair_dict[coin]["data_path"])
        try:
            if coin not in self.meta_data_dictionary:
                self.load_metadata(dk)
                self.meta_data_dictionary[coin] = {METADATA: dk.data}
            model = self._champion(coin)
        except (ArtifactError, OSError, ValueError, KeyError) as error:
            logger.warning("%s: %s. It is trained anew.", coin, error)
            model = None
        if model is None:
            self.forget(coin)
            return None
        dk.data = self.meta_data_dictionary[coin][METADATA]
        dk.training_features_list = dk.data["training_features_list"]
        dk.label_list = dk.data["label_list"]
        return model

    def forget(self, coin: str) -> None:
        """Let FreqAI take a pair for one that was never trained."""
        self.pair_dict[coin] = self.empty_pair_dict.copy()  # type: ignore[attr-defined]
        self.meta_data_dictionary.pop(coin, None)
        self.model_dictionary.pop(coin, None)

    def holds_backtest_model(self, dk: Any) -> bool:
        """Whether a whole model of this window is there; a damaged one is set aside."""
        path = _artifact(dk)
        if not path.is_file():
            return False
        try:
            read_artifact(path)
        except ArtifactError as error:
            logger.warning("%s. It is set aside and trained anew.", error)
            path.replace(path.with_name(path.name + DAMAGED))
            return False
        return _metadata(dk).is_file()

    def save_drawer_to_disk(self) -> None:
        """Save which pairs were trained when."""
        with self.save_lock:  # type: ignore[attr-defined]
            self._write_json(self.pair_dictionary_path, self.pair_dict)  # type: ignore[attr-defined]

    def save_global_metadata_to_disk(self, metadata: dict[str, Any]) -> None:
        """Save when the bot first ran."""
        with self.save_lock:  # type: ignore[attr-defined]
            self._write_json(self.global_metadata_path, metadata)  # type: ignore[attr-defined]

    def save_metric_tracker_to_disk(self) -> None:
        """Save how long trainings and forecasts took."""
        with self.save_lock:  # type: ignore[attr-defined]
            self._write_json(self.metric_tracker_path, self.metric_tracker)  # type: ignore[attr-defined]

    def save_historic_predictions_to_disk(self) -> None:
        """Save every forecast made so far, and a copy of it, as FreqAI does."""
        path: Path = self.historic_predictions_path  # type: ignore[attr-defined]
        backup: Path = self.historic_predictions_bkp_path  # type: ignore[attr-defined]
        write_bytes_atomically(path, cloudpickle.dumps(self.historic_predictions))  # type: ignore[attr-defined]
        shutil.copy(path, backup)

    def _champion(self, coin: str) -> Any:
        stamp = self.registry.champion_stamp(coin)
        if coin not in self.model_dictionary or self._stamps.get(coin) != stamp:
            loaded = self.registry.load_champion(coin)
            self.model_dictionary[coin] = None if loaded is None else loaded.model
            self._stamps[coin] = stamp
        return self.model_dictionary[coin]

    def _write_json(self, path: Path, content: Any) -> None:
        text = json.dumps(content, default=self.np_encoder)  # type: ignore[attr-defined]
        write_atomically(path, text)


def _artifact(dk: Any) -> Path:
    return Path(dk.data_path) / f"{dk.model_filename}_{MODEL}"


def _metadata(dk: Any) -> Path:
    return Path(dk.data_path) / f"{dk.model_filename}_{METADATA}"


def _set_torn_json_aside(path: Path) -> None:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except ValueError as error:
        logger.warning("%s is torn (%s): set aside, FreqAI starts without it.", path, error)
        path.replace(path.with_name(path.name + DAMAGED))
