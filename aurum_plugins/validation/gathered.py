"""All evidence of a validation, each piece produced when it is first read."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.validation.evidence import Evidence
from aurum_plugins.validation.gathering.coverage_account import CoverageAccount
from aurum_plugins.validation.gathering.data_account import DataAccount
from aurum_plugins.validation.gathering.decision_times import DecisionTimes
from aurum_plugins.validation.gathering.deployment_account import DeploymentAccount
from aurum_plugins.validation.gathering.door_account import DoorAccount
from aurum_plugins.validation.gathering.forecast_account import ForecastAccount
from aurum_plugins.validation.gathering.soak_account import SoakAccount


@dataclass(frozen=True)
class Gathered:
    """What measures may read.

    Attributes
    ----------
    door : Evidence of DoorAccount
        Broken candles on their way to the models.
    data : Evidence of DataAccount
        Of the candles at hand.
    forecasts : Evidence of ForecastAccount
        Walk-forward.
    times : Evidence of DecisionTimes
    soak : Evidence of SoakAccount
        A bot on a broken exchange.
    coverage : Evidence of CoverageAccount
        Of the tests.
    deployment : Evidence of DeploymentAccount
    """

    door: Evidence[DoorAccount]
    data: Evidence[DataAccount]
    forecasts: Evidence[ForecastAccount]
    times: Evidence[DecisionTimes]
    soak: Evidence[SoakAccount]
    coverage: Evidence[CoverageAccount]
    deployment: Evidence[DeploymentAccount]
