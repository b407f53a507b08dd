"""From received candles to the finite numbers that a model is fitted on."""

from aurum_plugins.preprocessing.candle_repair import (
    CandleError,
    RepairedCandles,
    repair_candles,
)
from aurum_plugins.preprocessing.candle_settings import CandleSettings
from aurum_plugins.preprocessing.datasieve_step import AurumPreprocessing
from aurum_plugins.preprocessing.errors import PreprocessingError
from aurum_plugins.preprocessing.fit_report import FitReport
from aurum_plugins.preprocessing.preprocessor import Preprocessor
from aurum_plugins.preprocessing.selection import MinimumRedundancySelector
from aurum_plugins.preprocessing.settings import PreprocessingSettings

__all__ = [
    "AurumPreprocessing",
    "CandleError",
    "CandleSettings",
    "FitReport",
    "MinimumRedundancySelector",
    "PreprocessingError",
    "PreprocessingSettings",
    "Preprocessor",
    "RepairedCandles",
    "repair_candles",
]
