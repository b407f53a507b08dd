"""Intervals, sets of signs and confidence, from how the last forecasts turned out."""

from aurum_plugins.forecasting.conformal.conformal import Conformal
from aurum_plugins.forecasting.conformal.conformal_layer import ConformalLayer
from aurum_plugins.forecasting.conformal.forecasted import Forecasted
from aurum_plugins.forecasting.conformal.outcomes import Outcomes
from aurum_plugins.forecasting.conformal.regimes import Regimes
from aurum_plugins.forecasting.conformal.rolling_record import least_record

__all__ = ["Conformal", "ConformalLayer", "Forecasted", "Outcomes", "Regimes", "least_record"]
