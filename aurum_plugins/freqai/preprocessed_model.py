"""Our preprocessing in front of models of FreqAI."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from datasieve.pipeline import Pipeline

from aurum_plugins.atomic_write import write_atomically
from aurum_plugins.clock import WallClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.models_door import at_the_door
from aurum_plugins.freqai.fingerprint import fingerprint
from aurum_plugins.freqai.identifier import claim
from aurum_plugins.freqai.model_records import ModelRecords
from aurum_plugins.freqai.training_report import TrainingReport
from aurum_plugins.preprocessing import AurumPreprocessing, PreprocessingSettings

logger = logging.getLogger(__name__)

STEP = "aurum"
REPORT = "data_quality.json"
# Steps of FreqAI's own pipeline that ours stands in for; its outlier checks stay, behind it.
REPLACED = frozenset({"const", "scaler"})


class PreprocessedModel:
    """A mixin: name it before the model class of FreqAI.

    The model is fitted on what `AurumPreprocessing` gives, in place of FreqAI's own scaler.
    Features that are missing in too many training rows are no candidates
    (`min_column_completeness`); of the others, FreqAI drops every training row that lacks one.
    `do_predict` is 1 only for rows that have them all, whose numbers are finite, and whose model
    was trained with the settings in force. FreqAI fills the other rows with zeros and then forgets
    that it did.

    Each fit leaves `data_quality.json`, a `TrainingReport`, beside the model.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        For `continual_learning`, which would go on growing trees on other columns, because each
        fit selects its own; for a `conv_width` above 1, whose windows would hold refused rows; and
        for an `identifier` whose models were trained with other settings.
    TypeError
        If a subclass names it behind a class that trains.

    Examples
    --------
    >>> from freqtrade.freqai.prediction_models.XGBoostRegressor import XGBoostRegressor
    >>> class AurumXGBoostRegressor(PreprocessedModel, XGBoostRegressor):
    ...     pass
    """

    config: dict[str, Any]
    full_path: Path  # the folder of the identifier's models

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        trains = next(base for base in cls.__mro__ if "train" in vars(base))
        if not issubclass(trains, PreprocessedModel):
            raise TypeError(f"{cls.__name__}: name PreprocessedModel before {trains.__name__}")

    def __init__(self, config: dict[str, Any], **kwargs: Any) -> None:
        settings = config["freqai"]
        if settings.get("continual_learning", False):
            rule = "must be false: each training selects its own features"
            raise ConfigurationError("freqai.continual_learning", rule, value=True)
        width = settings.get("conv_width", 1)
        if width != 1:
            rule = "must be 1: a window of several candles would hold rows that are refused"
            raise ConfigurationError("freqai.conv_width", rule, width)
        self._settings = PreprocessingSettings.from_config(config)
        self._fingerprint = fingerprint(config)
        self.records = ModelRecords()
        super().__init__(config=config, **kwargs)  # type: ignore[call-arg]
        claim(Path(self.full_path), self._fingerprint)

    def define_data_pipeline(self, threads: int = -1) -> Pipeline:
        """The pipeline that FreqAI fits: our step, then its own outlier checks if it has any."""
        stock = super().define_data_pipeline(threads=threads)  # type: ignore[misc]
        kept = [(name, step) for name, step in stock.steps if name not in REPLACED]
        ours = AurumPreprocessing(self._settings.preprocessor(), self._fingerprint)
        return Pipeline([(STEP, ours), *kept], {})

    def train(self, unfiltered_df: pd.DataFrame, pair: str, dk: Any, **kwargs: Any) -> Any:
        """Train as the model does, and write down what there was to train on."""
        labelled = unfiltered_df.loc[unfiltered_df[dk.label_list].notna().all(axis=1)]
        values = labelled[dk.training_features_list].to_numpy(np.float64)
        complete = np.isfinite(values).mean(axis=0) if len(values) else np.ones(values.shape[1])
        scarce = complete < self._settings.min_column_completeness
        names = np.asarray(dk.training_features_list, dtype=object)
        left_out = tuple(names[scarce])
        if left_out:
            logger.warning(
                "%s: %d of %d features are missing in too many rows and are left out: %s",
                *(pair, len(left_out), len(names), ", ".join(left_out[:5])),
            )
        frame = unfiltered_df.drop(columns=list(left_out))
        try:
            model = super().train(frame, pair, dk, **kwargs)  # type: ignore[misc]
        except Exception as error:
            self.records.trained(pair, f"{pair}: training failed: {error!r}")
            raise
        self.records.trained(pair)
        self.records.count(pair, not_finite=int(_not_finite(dk, "train_features").sum()))
        report = TrainingReport(
            rows_offered=len(unfiltered_df),
            rows_labelled=len(labelled),
            rows_whole=int(np.isfinite(values[:, ~scarce]).all(axis=1).sum()),
            missing=_counts(names, np.isnan(values)),
            infinite=_counts(names, np.isinf(values)),
            left_out=left_out,
            fit=dk.feature_pipeline[STEP].preprocessor.fit_report_,
        )
        write_atomically(Path(dk.data_path) / REPORT, report.model_dump_json(indent=2) + "\n")
        return model

    def predict(
        self, unfiltered_df: pd.DataFrame, dk: Any, **kwargs: Any
    ) -> tuple[pd.DataFrame, npt.NDArray[np.int_]]:
        """Predict as the model does, then refuse the rows that it should not have predicted.

        Returns
        -------
        forecasts : pandas.DataFrame of shape (n, number of labels)
        do_predict : ndarray of int, shape (n,)
            1 = may be used. 0 = a feature was missing or infinite, the preprocessing refused the
            row, the forecast is not finite, or the model was trained with other settings. FreqAI's
            own outlier checks may say less than 0.
        """
        fitted = set(dk.feature_pipeline.features_in)
        others = [name for name in map(str, unfiltered_df) if "%" in name and name not in fitted]
        forecasts, do_predict = super().predict(  # type: ignore[misc]
            unfiltered_df.drop(columns=others), dk, **kwargs
        )
        whole = ~dk.data["filter_drop_index_prediction"].to_numpy(bool)
        numbers = forecasts.select_dtypes("number")
        not_finite = _not_finite(dk, "prediction_features", len(whole))
        self.records.count(
            dk.pair,
            rows_refused=int(np.count_nonzero(~whole)),
            not_finite=int(not_finite.sum()),
        )
        self.records.predicted(dk.pair, WallClock().now_ms())
        usable = whole & np.isfinite(numbers.to_numpy(np.float64)).all(axis=1) & (not_finite == 0)
        ours = dict(dk.feature_pipeline.steps).get(STEP)
        if getattr(ours, "fingerprint", None) != self._fingerprint:
            logger.warning("%s: trained with other settings, not used until trained anew", dk.pair)
            usable[:] = False
        dk.do_predict = np.where(usable, do_predict, np.minimum(do_predict, 0)).astype(np.int_)
        refused = int(np.count_nonzero(~whole))
        if refused:
            logger.info(
                "%s: %d of %d rows lack a feature: do_predict is 0", dk.pair, refused, len(whole)
            )
        return forecasts, dk.do_predict


def _counts(names: npt.NDArray[np.object_], hit: npt.NDArray[np.bool_]) -> dict[str, int]:
    counts = hit.sum(axis=0)
    return {str(names[column]): int(counts[column]) for column in np.flatnonzero(counts)}


def _not_finite(dk: Any, table: str, rows: int = 1) -> npt.NDArray[np.int_]:
    """Values of each row of what the model was given that were not finite: see `models_door`.

    All of them in each row, where the model was given other rows than were asked for; none, where
    it keeps no such table.
    """
    given = getattr(dk, "data_dictionary", {}).get(table)
    if given is None:
        return np.zeros(rows, dtype=np.int64)
    values = np.asarray(given, dtype=np.float64)
    found = at_the_door(values.reshape(len(values), -1))[1]
    return found if len(found) == rows else np.full(rows, found.sum())
