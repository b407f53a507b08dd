"""Where FreqAI keeps models and forecasts: written whole or not at all, and checked when read."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from copy import copy
from datetime import UTC
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd

from aurum_plugins.atomic_write import write_atomically, write_bytes_atomically
from aurum_plugins.features.freqai_parameters import correlated_pairs
from aurum_plugins.forecasting import Readiness
from aurum_plugins.forecasting.errors import ArtifactError
from aurum_plugins.forecasting.registry import (
    ModelRegistry,
    read_artifact,
    write_artifact,
)
from aurum_plugins.forecasting.universe_settings import UniverseSettings
from aurum_plugins.freqai.champions import Champions
from aurum_plugins.freqai.forecast_columns import READINESS, add_statistics, no_forecast
from aurum_plugins.freqai.torn_files import DAMAGED, set_torn_files_aside

logger = logging.getLogger(__name__)

REGISTRY = "registry"
MODEL = "model.aurum"
METADATA = "metadata.json"
# Of each column of forecasts the strategy gets three.
_RETURNED = ("", "_mean", "_std")


class ModelDrawer:
    """A mixin: name it before FreqAI's `FreqaiDataDrawer`.

    FreqAI writes its files in place and unpickles what it finds, so a process that is killed in the
    middle leaves a bot that cannot start. Here every file is replaced in one step, and no model is
    unpickled whose checksum is not the one written with it. A running bot's models live in a
    `ModelRegistry`, those of backtests in FreqAI's folder of each training.

    Attributes
    ----------
    registry : ModelRegistry
    tell : callable of (str, str)
        Called with a pair and a sentence where a model turns out to be damaged.
    champions : Champions
    """

    full_path: Path
    historic_data: dict[str, dict[str, pd.DataFrame]]
    historic_predictions: dict[str, pd.DataFrame]
    model_return_values: dict[str, pd.DataFrame]
    pair_dict: dict[str, Any]
    model_dictionary: dict[str, Any]
    meta_data_dictionary: dict[str, dict[str, Any]]

    def __init__(self, full_path: Path, config: dict[str, Any]) -> None:
        set_torn_files_aside(full_path)
        super().__init__(full_path, config)  # type: ignore[call-arg]
        self.registry = ModelRegistry(full_path / REGISTRY)
        self.tell: Callable[[str, str], None] = _log
        self._correlated = correlated_pairs(config)
        shared = UniverseSettings.from_config(config).enabled
        self.champions = Champions(self.registry, self._tell_of, shared=shared)

    def _tell_of(self, pair: str, text: str) -> None:
        # `tell` is set once there is somebody to tell.
        self.tell(pair, text)

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
        if dk.live:
            # While it was trained, another may have been promoted by hand.
            model = self.champion(coin) or model
            self.champions.keep(coin, model)
        self.model_dictionary[coin] = model
        self.meta_data_dictionary.setdefault(coin, {})[METADATA] = dk.data
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
        """Load it again.

        Raises
        ------
        aurum_plugins.forecasting.errors.ArtifactError
            If it is missing or torn.
        """
        path = _metadata(dk)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            dk.training_features_list = data["training_features_list"]
            dk.label_list = data["label_list"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(path, f"cannot be read: {error!r}") from error
        dk.data = data

    def load_data(self, coin: str, dk: Any) -> Any:
        """Load the model that forecasts a pair.

        Returns
        -------
        Ensemble or None
            None if there is none that is whole: then it is trained anew.
        """
        if not dk.live:
            self.load_metadata(dk)
            self.model_dictionary[coin] = read_artifact(_artifact(dk))
            return self.model_dictionary[coin]
        if not self.pair_dict[coin]["model_filename"]:
            return None
        dk.model_filename = self.pair_dict[coin]["model_filename"]
        dk.data_path = Path(self.pair_dict[coin]["data_path"])
        try:
            if coin not in self.meta_data_dictionary:
                self.load_metadata(dk)
                self.meta_data_dictionary[coin] = {METADATA: dk.data}
        except ArtifactError as error:
            self.tell(coin, f"{coin}: {error}; its model is trained anew")
            self.forget(coin)
            return None
        model = self.champion(coin)
        if model is None:
            self.forget(coin)
            return None
        dk.data = self.meta_data_dictionary[coin][METADATA]
        dk.training_features_list = dk.data["training_features_list"]
        dk.label_list = dk.data["label_list"]
        return model

    def champion(self, coin: str) -> Any:
        """The model that serves a running bot, loaded anew whenever the registry has another.

        Returns
        -------
        Ensemble or None
            None if there is none that is whole; that, and each damaged one, was told of.
        """
        model = self.champions.of(coin)
        self.model_dictionary[coin] = model
        return model

    def load_all_pair_histories(self, timerange: Any, dk: Any) -> None:
        """Load candles, with dates of the time zone object that those of the exchange have.

        pandas makes `object` of two, and FreqAI then cannot join timeframes for a training.
        """
        super().load_all_pair_histories(timerange, dk)  # type: ignore[misc]
        for frames in self.historic_data.values():
            for frame in frames.values():
                if len(frame):
                    frame["date"] = pd.to_datetime(frame["date"], utc=True).dt.tz_convert(UTC)

    def forget(self, coin: str) -> None:
        """Let FreqAI take a pair for one that was never trained."""
        self.pair_dict[coin] = self.empty_pair_dict.copy()  # type: ignore[attr-defined]
        self.meta_data_dictionary.pop(coin, None)
        self.model_dictionary.pop(coin, None)

    def holds_backtest_model(self, dk: Any) -> bool:
        """Whether a whole model of this window is there; a damaged one is set aside."""
        path, metadata = _artifact(dk), _metadata(dk)
        if not (path.is_file() and metadata.is_file()):
            return False
        try:
            read_artifact(path)
            self.load_metadata(dk)
        except ArtifactError as error:
            logger.warning("%s. It is set aside and trained anew.", error)
            error.path.replace(error.path.with_name(error.path.name + DAMAGED))
            return False
        return True

    def update_historic_data(self, strategy: Any, dk: Any) -> None:
        """Append the latest candles of the pair that is decided, and of those that it looks at.

        FreqAI looks at every pair whenever it decides one. The others have their turn.
        """
        columns = getattr(strategy, "columns", None)
        others = {*getattr(columns, "market_pairs", dk.all_pairs), *self._correlated}
        narrow = copy(dk)
        narrow.all_pairs = [
            pair
            for pair in dk.all_pairs
            if pair == dk.pair or (pair in others and self._is_behind(pair, strategy.dp))
        ]
        super().update_historic_data(strategy, narrow)  # type: ignore[misc]

    def return_null_values_to_strategy(self, dataframe: pd.DataFrame, dk: Any) -> None:
        """Say of a pair without a model what FreqAI says, and why not."""
        dk.find_labels(dataframe)
        table = no_forecast(list(dk.label_list), len(dataframe), Readiness.NO_MODEL)
        columns = [table.add_suffix(suffix).set_axis(dataframe.index) for suffix in _RETURNED]
        rest = dataframe.drop(columns=dk.label_list)
        dk.return_dataframe = pd.concat([rest, *columns], axis=1).assign(do_predict=0)

    def append_model_predictions(
        self, pair: str, predictions: pd.DataFrame, do_preds: Any, dk: Any, strat_df: pd.DataFrame
    ) -> None:
        """Keep a forecast; of a model that FreqAI takes for expired, that it is."""
        if READINESS not in predictions.columns:
            predictions = no_forecast(list(dk.label_list), len(predictions), Readiness.EXPIRED)
            do_preds = np.zeros(len(predictions), dtype=np.int_)
            add_statistics(dk, predictions)
        # FreqAI would write cell by cell, a tenth of a millisecond for each.
        none = predictions.iloc[:, :0]
        super().append_model_predictions(pair, none, do_preds, dk, strat_df)  # type: ignore[misc]
        values = dict(predictions.iloc[-1])
        for suffix in _RETURNED[1:]:
            known = dk.data[f"labels{suffix}"]
            values |= {name + suffix: known[name] for name in predictions.columns}
        history = self.historic_predictions[pair]
        if history["date_pred"].iloc[-1] != strat_df["date"].iloc[-1]:
            return  # A frame that ends before the last forecast: FreqAI keeps what it has.
        rest = history.iloc[-1:].drop(columns=list(values))
        written = pd.DataFrame(values, index=rest.index, dtype=np.float64)
        last = pd.concat([rest, written], axis=1)[list(history.columns)]
        history = pd.concat([history.iloc[:-1], last])
        self.historic_predictions[pair] = history
        self.model_return_values[pair] = history.tail(len(strat_df)).reset_index(drop=True)

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
        content = cloudpickle.dumps(dict(self.historic_predictions))
        write_bytes_atomically(path, content)
        write_bytes_atomically(backup, content)

    def _is_behind(self, pair: str, provider: Any) -> bool:
        """Whether a pair has closed candles that the history does not hold."""
        for timeframe, kept in self.historic_data[pair].items():
            latest = provider.get_pair_dataframe(pair, timeframe)
            if len(latest) and (not len(kept) or kept["date"].iloc[-1] < latest["date"].iloc[-1]):
                return True
        return False

    def _write_json(self, path: Path, content: Any) -> None:
        text = json.dumps(content, default=self.np_encoder)  # type: ignore[attr-defined]
        write_atomically(path, text)


def _artifact(dk: Any) -> Path:
    return Path(dk.data_path) / f"{dk.model_filename}_{MODEL}"


def _metadata(dk: Any) -> Path:
    return Path(dk.data_path) / f"{dk.model_filename}_{METADATA}"


def _log(_: str, text: str) -> None:
    logger.warning("%s", text)
