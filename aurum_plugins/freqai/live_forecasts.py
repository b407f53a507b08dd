"""What a running bot forecasts of each pair, candle by candle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from aurum_plugins.clock import WallClock
from aurum_plugins.features import TargetSettings
from aurum_plugins.forecasting import Ensemble, Forecasts, Readiness
from aurum_plugins.forecasting.arrays import IntArray
from aurum_plugins.forecasting.drift import DriftSettings
from aurum_plugins.forecasting.forecast_stream import ForecastStream
from aurum_plugins.freqai.columns import FreqaiColumns
from aurum_plugins.freqai.direct_features import DirectFeatures
from aurum_plugins.freqai.drift_alerts import DriftAlerts
from aurum_plugins.freqai.model_records import ModelRecords
from aurum_plugins.freqai.training_table import at_candles, candle_numbers


class LiveForecasts:
    """A stream of forecasts for each pair, begun again with each model.

    Parameters
    ----------
    host : freqtrade.freqai.freqai_interface.IFreqaiModel
        Whose history of candles is looked at.
    own : str
        The base timeframe.
    lengths_ms : mapping of str to int
        Of the candles of each timeframe that has features.
    targets : TargetSettings
    drift : DriftSettings
    remembered : int
        Rows after a training that are kept for the record.
    longest_age_ms : int
        Of a model since the last candle of its training; 0 for any.
    records : ModelRecords
    """

    def __init__(
        self,
        host: Any,
        own: str,
        lengths_ms: Mapping[str, int],
        *,
        targets: TargetSettings,
        drift: DriftSettings,
        remembered: int,
        longest_age_ms: int,
        records: ModelRecords,
    ) -> None:
        self._host = host
        self._own = own
        self._lengths_ms = lengths_ms
        self._candle_ms = lengths_ms[own]
        self._targets = targets
        self._drift = DriftAlerts(drift)
        self._remembered = remembered
        self._longest_age_ms = longest_age_ms
        self._records = records
        self._streams: dict[str, ForecastStream] = {}
        self._latest: dict[str, Forecasts] = {}
        self._strategy: Any = None
        self._direct: DirectFeatures | None = None
        self._frame = pd.DataFrame()

    def begin(self, strategy: Any, dk: Any, frame: pd.DataFrame) -> None:
        """Take over a decision from FreqAI: its data kitchen, and the strategy's candles."""
        if strategy is not self._strategy:
            self._strategy, self._direct = strategy, self._direct_features(strategy)
        self._frame = frame
        if self._direct is not None:
            stock = dk.use_strategy_to_populate_indicators
            dk.use_strategy_to_populate_indicators = partial(self._direct.populate, stock)

    def is_direct(self, pair: str) -> bool:
        """Whether a pair's features are taken without FreqAI's frames."""
        return self._direct is not None and self._direct.agree(pair)

    def of(self, pair: str, model: Ensemble, frame: pd.DataFrame) -> Forecasts | None:
        """Forecast the candles up to the latest that were not forecast yet.

        Parameters
        ----------
        pair : str
        model : Ensemble
            The one that serves.
        frame : pandas.DataFrame
            What FreqAI wants forecast. It has features where they are not taken directly.

        Returns
        -------
        Forecasts or None
            Of the latest rows, the last of which is the frame's. The same again if nothing is new;
            None if the model was trained on that candle.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
        """
        stream = self._streams.get(pair)
        if stream is None or stream.ensemble is not model:
            stream = self._streams[pair] = ForecastStream(model, self._remembered)
            self._latest.pop(pair, None)
        latest = int(candle_numbers(frame["date"].iloc[-1:], self._candle_ms)[0])
        missing = min(latest - stream.last, self._remembered)
        if missing > 0:
            candles, features = self._features(pair, frame, missing)
            new = candles > stream.last
            before, first = stream.not_finite, pair not in self._latest
            forecasts = stream.forecast(features.loc[new], candles[new], self._labels(pair, model))
            refused = forecasts.readiness == Readiness.MISSING_FEATURES
            self._records.count(
                pair,
                # What the history lacked before the bot, or its model, was there is no news.
                rows_refused=int(refused[-1:].sum() if first else refused.sum()),
                not_finite=stream.not_finite - before,
            )
            if self._is_old(model):
                forecasts.readiness[:] = Readiness.EXPIRED
            self._latest[pair] = forecasts
        return self._latest.get(pair)

    def alerts(self, pair: str, model: Ensemble, forecasts: Forecasts) -> list[str]:
        """What to tell of a pair's latest forecast; nothing for the second time."""
        return list(self._drift.of(pair, model, forecasts))

    def _features(self, pair: str, frame: pd.DataFrame, rows: int) -> tuple[IntArray, pd.DataFrame]:
        if self._direct is not None and self.is_direct(pair):
            return self._direct.of(pair, self._frame, rows)
        rest = frame.iloc[-rows:].reset_index(drop=True)
        return candle_numbers(rest["date"], self._candle_ms), rest

    def _labels(self, pair: str, model: Ensemble) -> Callable[[IntArray], pd.DataFrame]:
        """Labels of candles, as far as they are known.

        The strategy's frame is too short for labels that compare with weeks; FreqAI keeps a longer
        history.
        """
        names = [target.name for target in model.targets]

        def labels(candles: IntArray) -> pd.DataFrame:
            needed = int(candles[-1] - candles[0]) + 1
            needed += self._targets.volatility_candles + self._targets.horizon_candles
            drawer = self._host.dd
            with drawer.history_lock:
                history = drawer.historic_data[pair][self._own].iloc[-needed:].copy()
            history["date"] = pd.to_datetime(history["date"], utc=True)
            labelled = self._strategy.set_freqai_targets(history, metadata={"pair": pair})
            return at_candles(labelled, candles, self._candle_ms)[names]

        return labels

    def _is_old(self, model: Ensemble) -> bool:
        age_ms = WallClock().now_ms() - model.trained_until_ * self._candle_ms
        return 0 < self._longest_age_ms < age_ms

    def _direct_features(self, strategy: Any) -> DirectFeatures | None:
        """A short way to the features, for a strategy that is known to have one."""
        columns = getattr(strategy, "columns", None)
        parameters = self._host.ft_params
        if (
            not isinstance(columns, FreqaiColumns)
            or parameters.get("include_corr_pairlist")
            or parameters.get("include_shifted_candles")
        ):
            return None
        return DirectFeatures(columns, strategy.dp, self._host, self._lengths_ms, self._own)
