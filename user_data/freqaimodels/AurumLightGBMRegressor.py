"""FreqAI's LightGBM regressor behind our preprocessing. Wiring only."""

from __future__ import annotations

from typing import Any

from freqtrade.exceptions import OperationalException
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.freqai.prediction_models.LightGBMRegressor import LightGBMRegressor

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.freqai import AlignedFrames, PreprocessedModel


class AurumLightGBMRegressor(PreprocessedModel, AlignedFrames, LightGBMRegressor):
    """The same model, parameters and commands; see `aurum_plugins.freqai.PreprocessedModel`."""

    timeframe_seconds = staticmethod(timeframe_to_seconds)

    def __init__(self, config: dict[str, Any], **kwargs: Any) -> None:
        try:
            super().__init__(config, **kwargs)
        except ConfigurationError as error:
            # freqtrade's own ConfigurationError would end the process with status 0.
            raise OperationalException(str(error)) from error
