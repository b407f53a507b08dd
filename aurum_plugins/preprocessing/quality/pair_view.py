"""What the page shows of one pair: figures sorted, scaled and placed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from aurum_plugins.preprocessing.quality.figures import day, percent
from aurum_plugins.preprocessing.quality.report import (
    FeatureQuality,
    Gap,
    PairQuality,
    Period,
    Stretch,
)

# The usual reading of the population stability index.
PSI_MODERATE, PSI_LARGE = 0.1, 0.25
# Bars of the index end here: what lies beyond is large, however large.
PSI_SHOWN = 1.0
# Months between the marks of the time axis; the first step that gives few enough marks is taken.
_STEPS = (1, 3, 6, 12, 24, 60, 120, 1_200)
_MOST_MARKS = 6


@dataclass(frozen=True)
class Place:
    """A stretch of a horizontal axis, in percent of its length."""

    left: float
    width: float


@dataclass(frozen=True)
class PairView:
    """One pair, for the template.

    Attributes
    ----------
    quality : PairQuality
    number : int
        Tells pairs apart whose names make the same anchor.
    """

    quality: PairQuality
    number: int = 1

    @property
    def anchor(self) -> str:
        """Name of the section, fit for a link."""
        return f"pair-{self.number}-{re.sub('[^A-Za-z0-9]+', '-', self.quality.pair)}"

    @property
    def features(self) -> tuple[FeatureQuality, ...]:
        """In the order of the report."""
        return self.quality.features

    @cached_property
    def gaps(self) -> list[Gap]:
        """Longest first, the older first among equals."""
        return sorted(self.quality.gaps, key=lambda gap: (-gap.candles, gap.period.start))

    @cached_property
    def by_completeness(self) -> list[FeatureQuality]:
        """Features with missing values, the least complete first."""
        lacking = [feature for feature in self.features if feature.completeness < 1.0]
        return sorted(lacking, key=lambda feature: (feature.completeness, feature.name))

    @cached_property
    def by_clipping(self) -> list[FeatureQuality]:
        """Features with clipped values, most first."""
        clipped = [feature for feature in self.features if feature.clipped]
        return sorted(clipped, key=lambda feature: (-(feature.clipped or 0), feature.name))

    @cached_property
    def by_drift(self) -> list[FeatureQuality]:
        """Features whose drift is known, the largest PSI first."""
        return sorted(
            (feature for feature in self.features if feature.drift is not None),
            key=lambda feature: (-_psi(feature), feature.name),
        )

    @property
    def without_drift(self) -> list[str]:
        """Names of the features with too few values in either window."""
        return [feature.name for feature in self.features if feature.drift is None]

    @property
    def drifted(self) -> list[FeatureQuality]:
        """Features with a large PSI."""
        return [feature for feature in self.by_drift if _psi(feature) >= PSI_LARGE]

    @cached_property
    def selected(self) -> list[FeatureQuality]:
        """Selected features, the highest score first."""
        chosen = [feature for feature in self.features if feature.selected]
        return sorted(chosen, key=lambda feature: (-(feature.score or 0.0), feature.name))

    @cached_property
    def causes(self) -> list[str]:
        """Causes of missing values that occur, the most frequent first."""
        rows: dict[str, int] = {}
        for feature in self.features:
            for cause, number in _causes(feature).items():
                rows[cause] = rows.get(cause, 0) + number
        return sorted(rows, key=lambda cause: (-rows[cause], cause))

    @property
    def largest_missing(self) -> float:
        """Share of values missing in the worst feature; at least a hair, to divide by."""
        return max((1.0 - feature.completeness for feature in self.features), default=0.0) or 1.0

    def missing(self, feature: FeatureQuality) -> list[tuple[str, int, float]]:
        """Cause, number of values and length in percent of the longest bar."""
        scale = 100.0 / max(self.quality.candles, 1) / self.largest_missing
        found = _causes(feature)
        return [
            (cause, found[cause], found[cause] * scale) for cause in self.causes if cause in found
        ]

    @property
    def largest_clipping(self) -> int:
        """Number of clipped values of the worst feature; above 0, to divide by."""
        return max((feature.clipped or 0 for feature in self.features), default=0) or 1

    @property
    def highest_score(self) -> float:
        """Of the selected features; above 0, to divide by."""
        return max((feature.score or 0.0 for feature in self.selected), default=0.0) or 1.0

    @cached_property
    def largest_absence(self) -> float:
        """Share not observed in the worst week or month; 0 if every one was whole."""
        return max((1.0 - stretch.observed for stretch in self.quality.over_time), default=0.0)

    @property
    def stretch_name(self) -> str:
        """What the stretches of time are."""
        lengths = [part.period.stop - part.period.start for part in self.quality.over_time]
        return "month" if max(lengths, default=timedelta()) > timedelta(days=7) else "week"

    def absence(self, stretch: Stretch) -> float:
        """Height of a column, percent of the highest."""
        return 100.0 * (1.0 - stretch.observed) / (self.largest_absence or 1.0)

    def place(self, period: Period) -> Place:
        """Where a period lies on the time axis."""
        whole = self.quality.period
        scale = 100.0 / ((whole.stop_ms - whole.start_ms) or 1)
        return Place(
            scale * (period.start_ms - whole.start_ms), scale * (period.stop_ms - period.start_ms)
        )

    @cached_property
    def marks(self) -> list[tuple[str, float]]:
        """Labels of the time axis and where they stand, percent."""
        whole = self.quality.period
        months = {start.year * 12 + start.month - 1: start for start in _month_starts(whole)}
        few = (step for step in _STEPS if sum(not m % step for m in months) <= _MOST_MARKS)
        step = next(few, _STEPS[-1])
        kept = [start for month, start in months.items() if not month % step]
        if not kept:
            return [(day(whole.start), 0.0)]
        pattern = "%Y" if step % 12 == 0 else "%Y-%m"
        return [
            (start.strftime(pattern), self.place(Period(start=start, stop=start)).left)
            for start in kept
        ]

    @property
    def summary(self) -> str:
        """The candles in one sentence."""
        quality = self.quality
        gaps = f"{len(quality.gaps)} gap{'' if len(quality.gaps) == 1 else 's'}"
        return f"{percent(quality.completeness)} of the candles observed, {gaps}"


def _psi(feature: FeatureQuality) -> float:
    return 0.0 if feature.drift is None else feature.drift.population_stability


def _causes(feature: FeatureQuality) -> dict[str, int]:
    return {
        cause.lower(): number
        for cause, number in feature.missing.items()
        if number and cause.lower() != "present"
    }


def _month_starts(period: Period) -> Iterable[datetime]:
    start = period.start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while start < period.stop:
        if start >= period.start:
            yield start
        start = (start + timedelta(days=32)).replace(day=1)
