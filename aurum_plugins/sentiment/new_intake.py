"""Making an intake with the scorer that the settings name."""

from __future__ import annotations

from aurum_plugins.sentiment.intake import Intake
from aurum_plugins.sentiment.scoring.entity_linker import EntityLinker
from aurum_plugins.sentiment.scoring.event_detector import EventDetector
from aurum_plugins.sentiment.scoring.new_scorer import new_scorer
from aurum_plugins.sentiment.settings import SentimentSettings


def new_intake(settings: SentimentSettings) -> Intake:
    """An intake that remembers nothing yet.

    Raises
    ------
    aurum_plugins.errors.AurumError
        If the scorer that is asked for cannot be had.
    """
    return Intake(settings, new_scorer(settings), EntityLinker(), EventDetector())
