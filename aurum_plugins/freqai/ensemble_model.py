"""The ensemble as a model of FreqAI: what to train on, what to forecast, and when to refuse."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aurum_plugins.clock import WallClock
from aurum_plugins.errors import AurumError
from aurum_plugins.forecasting import Ensemble, Forecasts, Readiness
from aurum_plugins.forecasting.errors import FeatureMismatch, NotFitted, NotPromoted
from aurum_plugins.freqai.ensemble_plan import EnsemblePlan
from aurum_plugins.freqai.failed_trainings import FailedTrainings
from aurum_plugins.freqai.forecast_columns import (
    READINESS,
    add_statistics,
    forecast_columns,
    no_forecast,
)
from aurum_plugins.freqai.identifier import claim
from aurum_plugins.freqai.live_forecasts import LiveForecasts
from aurum_plugins.freqai.model_drawer import ModelDrawer
from aurum_plugins.freqai.model_records import ModelRecords
from aurum_plugins.freqai.succession import Challenger, Succession
from aurum_plugins.freqai.torn_files import set_torn_files_aside
from aurum_plugins.freqai.training_table import TrainingTable, candle_numbers
from aurum_plugins.freqai.universe_trainings import UniverseTrainings

logger = logging.getLogger(__name__)

_MS = 1_000
SWITCH_S = 5e-4
_REASONS: dict[type[Exception], Readiness] = {
    NotFitted: Readiness.NO_MODEL,
    FeatureMismatch: Readiness.OTHER_FEATURES,
}


class EnsembleModel:
    """A mixin: name it before `IFreqaiModel`, and set `drawer`.

    It owns `train` and `predict`, so that what FreqAI would fill with zeros is refused instead, and
    that a model serves only after it was judged on candles that it did not see.

    Attributes
    ----------
    drawer : type
        A `ModelDrawer` in front of FreqAI's `FreqaiDataDrawer`.
    timeframe_seconds : callable of str to int
        freqtrade's length of a timeframe.
    records : ModelRecords

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        As `EnsemblePlan.of`, and for an `identifier` whose models were trained with other settings.
    """

    drawer: type[ModelDrawer]
    timeframe_seconds: Callable[[str], int]

    config: dict[str, Any]
    full_path: Path  # the folder of the identifier's models
    data_provider: Any
    base_tf_seconds: int
    current_candle: Any
    dd: Any
    ft_params: dict[str, Any]
    model: Any
    live: bool
    training_timerange: Any

    def __init__(self, config: dict[str, Any], **kwargs: Any) -> None:
        self._plan = EnsemblePlan.of(config)
        self._succession = Succession.from_config(config)
        self.records = ModelRecords()
        super().__init__(config=config, **kwargs)  # type: ignore[call-arg]
        claim(Path(self.full_path), self._plan.fingerprint)
        self.dd = self.drawer(Path(self.full_path), config)
        self.dd.current_candle = self.current_candle
        self.dd.tell = self._alert_once
        self._failed = FailedTrainings()
        # FreqAI hands over so many of the latest candles.
        self.CONV_WIDTH = self._plan.look_back
        names = self.ft_params["include_timeframes"]
        lengths_ms = {name: _MS * self.timeframe_seconds(name) for name in names}
        given = self._plan, self._succession
        self._universe = UniverseTrainings.of(*given, self, lengths_ms, self._alert)
        self._live = LiveForecasts(
            self,
            config["timeframe"],
            lengths_ms,
            targets=self._plan.targets,
            drift=self._plan.drift,
            remembered=self.CONV_WIDTH,
            longest_age_ms=3_600 * _MS * config["freqai"].get("expiration_hours", 0),
            records=self.records,
        )

    def set_full_path(self) -> None:
        """Find the identifier's folder, and set aside what in it would stop FreqAI's own drawer."""
        super().set_full_path()  # type: ignore[misc]
        self._untold = set_torn_files_aside(Path(self.full_path))

    def start(self, dataframe: pd.DataFrame, metadata: dict[str, Any], strategy: Any) -> Any:
        """Tell what was found at the start, then do what FreqAI does."""
        # The other thread trains: for each turn of the interpreter a decision would wait so long.
        sys.setswitchinterval(min(SWITCH_S, sys.getswitchinterval()))
        while self._untold:
            strategy.dp.send_msg(self._untold.pop(), always_send=True)
        if self._universe is not None:
            self._universe.begin(strategy)
        return super().start(dataframe, metadata, strategy)  # type: ignore[misc]

    def start_live(
        self, dataframe: pd.DataFrame, metadata: dict[str, Any], strategy: Any, dk: Any
    ) -> Any:
        """Decide as FreqAI does, but without its frames where they are not needed."""
        self._live.begin(strategy, dk, dataframe)
        return super().start_live(dataframe, metadata, strategy, dk)  # type: ignore[misc]

    def joins_frames(self, pair: str) -> bool:
        """Whether FreqAI will join frames for a pair's next forecast."""
        return not self._live.is_direct(pair)

    def model_exists(self, dk: Any) -> bool:
        """Whether a backtest's window has a model that is whole."""
        return bool(self.dd.holds_backtest_model(dk))

    def fit(self, *_: Any, **__: Any) -> Any:
        """Not used: `train` does not hand over FreqAI's tables."""
        raise NotImplementedError("the ensemble trains in `train`")

    def extract_data_and_train_model(
        self, new_trained_timerange: Any, pair: str, strategy: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Train as FreqAI does, but leave a pair alone for a while whose training failed.

        FreqAI tries a pair without a model again every second, and computes its features first.
        """
        try:
            self._failed.check(pair)
        except Exception:  # noqa: BLE001 - it was told when it happened
            return
        # As in a backtest.
        self.training_timerange = new_trained_timerange
        if self._universe is not None:
            self._universe.begin(strategy)
        super().extract_data_and_train_model(  # type: ignore[misc]
            new_trained_timerange, pair, strategy, *args, **kwargs
        )

    def train(self, unfiltered_df: pd.DataFrame, pair: str, dk: Any, **_: Any) -> Ensemble:
        """Train a challenger, and let it serve if it earns that.

        Returns
        -------
        Ensemble
            The model that serves from now on: the challenger, or the champion that it did not beat.

        Raises
        ------
        aurum_plugins.errors.AurumError
            If nothing could be trained and there is no champion. FreqAI logs it, and the pair has
            no forecasts.
        """
        table = TrainingTable.of(unfiltered_df, dk, self._candle_ms)
        champion = self._champion(pair, table)
        try:
            ensemble = self._promoted(table, pair, dk, champion)
        except Exception as error:
            self._failed.note(pair, error)
            ours = isinstance(error, AurumError)
            name = pair if self._universe is None else self.dd.champions.name(pair)
            text = f"{name}: {error}" if ours else f"{name}: training failed: {error!r}"
            if self._universe is None or self._universe.is_news(error):
                self._alert(text)
            # A challenger that a champion beat was trained as it should be.
            beaten = champion is not None and isinstance(error, NotPromoted)
            self.records.trained(pair, "" if beaten else text)
            if champion is None:
                raise
            return champion
        self._failed.forget(pair)
        self.records.trained(pair)
        self._describe(dk, table)
        if not self.live:
            self.dd.model_dictionary[pair] = ensemble
        return ensemble

    def predict(
        self, unfiltered_df: pd.DataFrame, dk: Any, **_: Any
    ) -> tuple[pd.DataFrame, npt.NDArray[np.int_]]:
        """Forecast rows, or say of each why not.

        Returns
        -------
        forecasts : pandas.DataFrame
            See `aurum_plugins.freqai.forecast_columns`.
        do_predict : ndarray of int, shape (n,)
            1 where `&-readiness` is 1, else 0.
        """
        dk.DI_values = np.zeros(len(unfiltered_df))
        labels, rows = list(dk.label_list), len(unfiltered_df)
        try:
            forecasts = self._forecast(unfiltered_df, labels, dk.pair)
        except Exception as error:  # noqa: BLE001 - the pair must not trade on it, others go on
            self._alert_once(dk.pair, f"{dk.pair}: no forecast: {error!r}")
            table = no_forecast(labels, rows, _REASONS.get(type(error), Readiness.FAILED))
        else:
            self.records.predicted(dk.pair, WallClock().now_ms(), self._version(dk.pair))
            table = no_forecast(labels, rows, Readiness.IN_SAMPLE)
            if forecasts is not None:
                later = forecast_columns(labels, forecasts).iloc[-rows:]
                table = pd.concat([table.iloc[len(later) :], later], ignore_index=True)
        dk.do_predict = (table[READINESS] == Readiness.READY).to_numpy().astype(np.int_)
        add_statistics(dk, table)
        return table, dk.do_predict

    def set_initial_historic_predictions(self, pred_df: pd.DataFrame, dk: Any, *args: Any) -> None:
        """Keep the first forecasts, and which may be acted on: FreqAI says none."""
        super().set_initial_historic_predictions(pred_df, dk, *args)  # type: ignore[misc]
        pred_df["do_predict"] = dk.do_predict

    def _append_null_backtesting_predictions(self, dk: Any, frame: pd.DataFrame) -> None:
        """Say of a backtest's window without a model what FreqAI would leave out: why not."""
        labels = list(dk.label_list)
        table = no_forecast(labels, len(frame), Readiness.NO_MODEL)
        dk.DI_values = np.zeros(len(frame))
        add_statistics(dk, table)
        made = dk.get_predictions_to_append(table, np.zeros(len(frame), dtype=np.int_), frame)
        dk.append_predictions(made)
        dk.save_backtesting_prediction(made)

    @property
    def _candle_ms(self) -> int:
        return self.base_tf_seconds * _MS

    def _promoted(
        self, table: TrainingTable, pair: str, dk: Any, champion: Ensemble | None
    ) -> Ensemble:
        """Train a challenger, and raise unless it may serve."""
        if self._universe is not None:
            return self._universe.trained(pair, table, dk.label_list)
        ensemble = self._plan.ensemble(dk.label_list)
        ensemble.fit(table.features, table.labels, table.candles)
        found = sum(model.trained_.not_finite for model in ensemble.models_.values())
        self.records.count(pair, not_finite=found)
        challenger = Challenger(pair, ensemble, table, self._plan.fingerprint)
        registry = self.dd.registry if self.live else None
        verdict = self._succession.decide(challenger, champion, registry)
        if not verdict.promoted:
            raise NotPromoted(pair, [str(reason) for reason in verdict.against])
        return ensemble

    def _champion(self, pair: str, table: TrainingTable) -> Ensemble | None:
        """The model that serves; in a backtest, that of the window before."""
        model = self.dd.champion(pair) if self.live else self.dd.model_dictionary.get(pair)
        if not isinstance(model, Ensemble):
            return None
        # A second backtest in one process begins again where the first began.
        return model if self.live or model.trained_until_ < table.candles[-1] else None

    def _forecast(self, frame: pd.DataFrame, labels: list[str], pair: str) -> Forecasts | None:
        """Forecasts of a frame's last rows; of all in a backtest."""
        if not isinstance(self.model, Ensemble):
            raise NotFitted(f"the model of {pair}")
        if not self.live:
            candles = candle_numbers(frame["date"], self._candle_ms)
            return self.model.forecast(frame, candles, frame[labels])
        forecasts = self._live.of(pair, self.model, frame)
        if forecasts is not None:
            for text in self._live.alerts(pair, self.model, forecasts):
                self._alert(text)
        return forecasts

    def _version(self, pair: str) -> str:
        return str(self.dd.champions.version(pair)) if self.live else ""

    def _describe(self, dk: Any, table: TrainingTable) -> None:
        """What FreqAI wants to be told of the labels: their mean and standard deviation."""
        dk.data["labels_mean"] = dict(table.labels.mean())
        dk.data["labels_std"] = dict(table.labels.std())

    def _alert_once(self, pair: str, text: str) -> None:
        """Not again at each candle, as long as the reason stays the same."""
        if self.records.not_predicted(pair, text):
            self._alert(text)

    def _alert(self, text: str) -> None:
        logger.warning("%s", text)
        if getattr(self, "live", False) and self.data_provider is not None:
            self.data_provider.send_msg(text, always_send=True)
