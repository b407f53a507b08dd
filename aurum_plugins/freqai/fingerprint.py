"""A short name for all settings that decide what features and labels are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from aurum_plugins.features import FeatureSettings, TargetSettings, freqai_parameters
from aurum_plugins.preprocessing import CandleSettings, PreprocessingSettings
from aurum_plugins.sentiment.settings import SentimentSettings

_SECTIONS = (CandleSettings, FeatureSettings, PreprocessingSettings, TargetSettings)
_LENGTH = 16


def fingerprint(config: Mapping[str, Any], *more: Any) -> str:
    """Digest of our settings, FreqAI's `feature_parameters` and our version.

    FreqAI tells models apart by the names of their features, and a feature keeps its name when the
    market pairs or a horizon change.

    Parameters
    ----------
    config : mapping
        A whole freqtrade configuration.
    *more
        What else a model depends on, as JSON knows it.

    Returns
    -------
    str
        16 hexadecimal digits.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If a section breaks a rule.
    """
    settings = {kind.section: kind.from_config(config).model_dump() for kind in _SECTIONS}
    parts = [version("aurumbotx"), settings, dict(freqai_parameters(config)), *more]
    if settings[FeatureSettings.section]["sentiment"]:
        parts.append(SentimentSettings.from_config(config).mood.half_life_minutes)
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
