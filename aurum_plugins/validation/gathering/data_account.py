"""What the candles at hand are worth."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.preprocessing.quality.report import DataQualityReport


@dataclass(frozen=True)
class DataAccount:
    """The quality report, and of what.

    Attributes
    ----------
    report : DataQualityReport
    is_synthetic : bool
        Whether the candles are invented, and whole by construction.
    """

    report: DataQualityReport
    is_synthetic: bool
