"""Forecasts that say how sure they are, and abstain when they are not."""

from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.errors import ForecastingError
from aurum_plugins.forecasting.forecasts import Forecasts, Readiness, TargetForecast
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.target import Target

__all__ = [
    "Ensemble",
    "EnsembleSettings",
    "ForecastingError",
    "Forecasts",
    "Readiness",
    "Target",
    "TargetForecast",
]
