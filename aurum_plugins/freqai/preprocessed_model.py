"""Our preprocessing in front of any FreqAI model that defines its pipeline in the usual way."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from datasieve.pipeline import Pipeline

from aurum_plugins.atomic_write import write_atomically
from aurum_plugins.preprocessing import AurumPreprocessing, PreprocessingSettings

logger = logging.getLogger(__name__)

STEP = "aurum"
REPORT = "data_quality.json"


class PreprocessedModel:
    """A mixin: name it before the model class of FreqAI.

    The model is fitted on what `AurumPreprocessing` gives, in place of FreqAI's own scaler, and
    `do_predict` is 1 only for rows whose every feature was there and whose forecasts are finite.
    FreqAI fills the others with zeros and then forgets that it did.

    Each fit leaves `data_quality.json` beside the model.

    Examples
    --------
    >>> from freqtrade.freqai.prediction_models.XGBoostRegressor import XGBoostRegressor
    >>> class AurumXGBoostRegressor(PreprocessedModel, XGBoostRegressor):
    ...     pass
    """

    config: dict[str, Any]

    def define_data_pipeline(self, threads: int = -1) -> Pipeline:  # noqa: ARG002
        """The pipeline that FreqAI fits: our step alone."""
        settings = PreprocessingSettings.from_config(self.config)
        return Pipeline([(STEP, AurumPreprocessing(settings.preprocessor()))], {})

    def train(self, unfiltered_df: pd.DataFrame, pair: str, dk: Any, **kwargs: Any) -> Any:
        """Train as the model does, and write down what the preprocessing found."""
        model = super().train(unfiltered_df, pair, dk, **kwargs)  # type: ignore[misc]
        report = dk.feature_pipeline[STEP].preprocessor.fit_report_
        path = Path(dk.data_path) / REPORT
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, report.to_json())
        return model

    def predict(
        self, unfiltered_df: pd.DataFrame, dk: Any, **kwargs: Any
    ) -> tuple[pd.DataFrame, npt.NDArray[np.int_]]:
        """Predict as the model does, then refuse the rows that it should not have predicted.

        Returns
        -------
        forecasts : pandas.DataFrame of shape (n, number of labels)
        do_predict : ndarray of int, shape (n,)
            1 = may be used, 0 = a feature was missing or infinite, the preprocessing refused the
            row, or the forecast is not finite.
        """
        forecasts, do_predict = super().predict(unfiltered_df, dk, **kwargs)  # type: ignore[misc]
        whole = ~dk.data["filter_drop_index_prediction"].to_numpy(bool)
        numbers = forecasts.select_dtypes("number")
        finite = np.isfinite(numbers.to_numpy(np.float64)).all(axis=1)
        dk.do_predict = np.where(whole & finite, do_predict, 0).astype(np.int_)
        refused = len(whole) - int(whole.sum())
        if refused:
            logger.info(
                "%s: %d of %d rows lack a feature: do_predict is 0", dk.pair, refused, len(whole)
            )
        return forecasts, dk.do_predict
