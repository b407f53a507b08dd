"""Splits in time whose training labels end before what is judged begins."""

from aurum_plugins.forecasting.validation.label_spans import LabelSpans
from aurum_plugins.forecasting.validation.purged_folds import PurgedFolds
from aurum_plugins.forecasting.validation.time_blocks import time_blocks

__all__ = ["LabelSpans", "PurgedFolds", "time_blocks"]
