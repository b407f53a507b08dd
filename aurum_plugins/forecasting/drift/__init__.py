"""Monitors of a model in service: whether its losses or its features drift."""

from aurum_plugins.forecasting.drift.alarm import Alarm, AlarmEdge
from aurum_plugins.forecasting.drift.drift_code import DriftCode
from aurum_plugins.forecasting.drift.drift_reading import DriftReading, InputReading
from aurum_plugins.forecasting.drift.drift_state import DriftState, assess_drift
from aurum_plugins.forecasting.drift.input_drift import InputDrift
from aurum_plugins.forecasting.drift.loss_drift import LossDrift
from aurum_plugins.forecasting.drift.model_drift import ModelDrift
from aurum_plugins.forecasting.drift.realised_losses import realised_losses
from aurum_plugins.forecasting.drift.settings import DriftSettings

__all__ = [
    "Alarm",
    "AlarmEdge",
    "DriftCode",
    "DriftReading",
    "DriftSettings",
    "DriftState",
    "InputDrift",
    "InputReading",
    "LossDrift",
    "ModelDrift",
    "assess_drift",
    "realised_losses",
]
