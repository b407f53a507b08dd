"""Which command asks what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aurum_plugins.telegram.asked_bot import Question
from aurum_plugins.telegram.fees_answer import fees_answer
from aurum_plugins.telegram.models_answer import models_answer
from aurum_plugins.telegram.risk_answer import risk_answer
from aurum_plugins.telegram.sentiment_answer import sentiment_answer
from aurum_plugins.telegram.why_answer import why_answer

QUESTIONS: Final[Mapping[str, Question]] = {
    "why": why_answer,
    "risk": risk_answer,
    "sentiment": sentiment_answer,
    "models": models_answer,
    "fees": fees_answer,
}
