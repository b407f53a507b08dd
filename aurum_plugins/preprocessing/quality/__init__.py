"""What is known about the quality of candles and features, computed and written down."""

from aurum_plugins.preprocessing.quality.assessment import assess
from aurum_plugins.preprocessing.quality.completeness import completeness_over_time
from aurum_plugins.preprocessing.quality.drift import measure_drift
from aurum_plugins.preprocessing.quality.gaps import find_gaps
from aurum_plugins.preprocessing.quality.report import (
    DataQualityReport,
    Drift,
    FeatureQuality,
    Gap,
    PairQuality,
    Period,
    Selection,
    Stretch,
)

__all__ = [
    "DataQualityReport",
    "Drift",
    "FeatureQuality",
    "Gap",
    "PairQuality",
    "Period",
    "Selection",
    "Stretch",
    "assess",
    "completeness_over_time",
    "find_gaps",
    "measure_drift",
]
