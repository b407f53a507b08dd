"""The scorer that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aurum_plugins.sentiment.scoring.scorer import Scorer
from aurum_plugins.sentiment.settings import SentimentSettings


def new_scorer(settings: SentimentSettings) -> Scorer:
    """Build it; libraries are imported by the one that needs them.

    Raises
    ------
    aurum_plugins.sentiment.scoring.errors.ScorerUnavailable
        The transformer was asked for, and its libraries or its model are not there. VADER does not
        take its place.
    """
    return _SCORERS[settings.scorer](settings)


def _vader(_: SentimentSettings) -> Scorer:
    from aurum_plugins.sentiment.scoring.learned_scorer import LearnedScorer  # noqa: PLC0415

    return LearnedScorer()


def _transformer(settings: SentimentSettings) -> Scorer:
    from aurum_plugins.sentiment.scoring.transformer import load_transformer  # noqa: PLC0415

    return load_transformer(settings.transformer_model)


_SCORERS: Final[Mapping[str, Callable[[SentimentSettings], Scorer]]] = {
    "vader": _vader,
    "transformer": _transformer,
}
