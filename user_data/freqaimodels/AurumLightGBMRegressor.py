"""FreqAI's LightGBM regressor behind our preprocessing. Wiring only."""

from __future__ import annotations

from freqtrade.freqai.prediction_models.LightGBMRegressor import LightGBMRegressor

from aurum_plugins.freqai import PreprocessedModel


class AurumLightGBMRegressor(PreprocessedModel, LightGBMRegressor):
    """The same model, parameters and commands; see `aurum_plugins.freqai.PreprocessedModel`."""
