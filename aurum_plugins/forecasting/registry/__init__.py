"""Stored models: which one serves, which served before, and why."""

from aurum_plugins.forecasting.registry.artifact import (
    check_artifact,
    read_artifact,
    write_artifact,
)
from aurum_plugins.forecasting.registry.errors import InService, NothingToRollBack, RegistryBusy
from aurum_plugins.forecasting.registry.event import Event, EventKind
from aurum_plugins.forecasting.registry.judged import Compared, Judged
from aurum_plugins.forecasting.registry.loaded import Loaded
from aurum_plugins.forecasting.registry.model_registry import ModelRegistry
from aurum_plugins.forecasting.registry.promotion import PromotionGate
from aurum_plugins.forecasting.registry.promotion_settings import PromotionSettings
from aurum_plugins.forecasting.registry.verdict import Reason, ReasonCode, Verdict
from aurum_plugins.forecasting.registry.version import State, TrainingFacts, TrainingWindow, Version

__all__ = [
    "Compared",
    "Event",
    "EventKind",
    "InService",
    "Judged",
    "Loaded",
    "ModelRegistry",
    "NothingToRollBack",
    "PromotionGate",
    "PromotionSettings",
    "Reason",
    "ReasonCode",
    "RegistryBusy",
    "State",
    "TrainingFacts",
    "TrainingWindow",
    "Verdict",
    "Version",
    "check_artifact",
    "read_artifact",
    "write_artifact",
]
