"""A data quality report made by hand, for tests of what renders it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

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

START = datetime(2023, 1, 1, tzinfo=UTC)
CANDLES = 1_000
MONTHS = (31, 10)


def feature(number: int, **changes: Any) -> FeatureQuality:
    """Feature number n misses n + 1 values, drifts by n / 20 and scores n / 100."""
    figures: dict[str, Any] = {
        "name": f"feature_{number}",
        "family": "price_action",
        "completeness": 1.0 - (number + 1) / CANDLES,
        "missing": {"absent": 1, "warm_up": number, "gap": 0, "market": 0, "undefined": 0},
        "clipped": number,
        "drift": Drift(
            kolmogorov_smirnov=number / 40,
            population_stability=number / 20,
            reference_rows=600,
            current_rows=300,
        ),
        "selected": number % 2 == 0,
        "score": number / 100,
    }
    return FeatureQuality(**{**figures, **changes})


def gap(hour: int, candles: int) -> Gap:
    """A gap that begins so many hours after the first candle."""
    start = START + timedelta(hours=hour)
    period = Period(start=start, stop=start + timedelta(hours=candles))
    return Gap(period=period, candles=candles, statuses={"missing": candles})


def pair_quality(**changes: Any) -> PairQuality:
    """Forty features of a thousand hours, with two gaps."""
    stop = START + timedelta(hours=CANDLES)
    february = START + timedelta(days=MONTHS[0])
    split = START + timedelta(hours=600)
    figures: dict[str, Any] = {
        "pair": "AAA/USDT",
        "timeframe": "1h",
        "period": Period(start=START, stop=stop),
        "candles": CANDLES,
        "completeness": 0.994,
        "statuses": {"observed": 994, "missing": 6, "empty": 0, "invalid": 0, "implausible": 0},
        "repairs": {"duplicate": 3, "unsorted": 0},
        "gaps": (gap(100, 2), gap(300, 4)),
        "over_time": (
            Stretch(period=Period(start=START, stop=february), candles=744, observed=738 / 744),
            Stretch(period=Period(start=february, stop=stop), candles=256, observed=1.0),
        ),
        "reference": Period(start=START, stop=split - timedelta(hours=24)),
        "current": Period(start=split, stop=stop),
        "features": tuple(feature(number) for number in range(40)),
        "selection": Selection(
            rows_fitted=500,
            rows_dropped_as_outliers=5,
            rows_too_incomplete=7,
            columns_in=40,
            columns_out=20,
            rows_out=393,
            finite_share=1.0,
        ),
    }
    return PairQuality(**{**figures, **changes})


def report(*pairs: PairQuality) -> DataQualityReport:
    """A report on these pairs."""
    return DataQualityReport(created=datetime(2024, 5, 6, 7, 8, tzinfo=UTC), pairs=pairs)
