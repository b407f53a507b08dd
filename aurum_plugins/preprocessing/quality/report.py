"""What is known about the quality of candles and of the features made from them.

Every figure is a count, a share in [0, 1] or a statistic without unit; times are UTC. A figure that
could not be computed is None, never 0.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Period(_Figures):
    """A stretch of time; `stop` is not part of it."""

    start: AwareDatetime
    stop: AwareDatetime

    @classmethod
    def of_ms(cls, start_ms: int, stop_ms: int) -> Self:
        """From UTC milliseconds since 1970."""
        return cls(
            start=_EPOCH + timedelta(milliseconds=start_ms),
            stop=_EPOCH + timedelta(milliseconds=stop_ms),
        )

    @property
    def start_ms(self) -> int:
        """UTC milliseconds since 1970."""
        return (self.start - _EPOCH) // timedelta(milliseconds=1)

    @property
    def stop_ms(self) -> int:
        """UTC milliseconds since 1970."""
        return (self.stop - _EPOCH) // timedelta(milliseconds=1)


class Gap(_Figures):
    """Consecutive candles that were not observed."""

    period: Period
    candles: int
    statuses: dict[str, int]  # candles by name of `CandleStatus`, those that occur


class Stretch(_Figures):
    """Part of the time that candles cover, such as a month."""

    period: Period
    candles: int  # intervals of time
    observed: float  # share of them


class Drift(_Figures):
    """How far a feature's distribution moved from the reference window to the current one."""

    kolmogorov_smirnov: float  # largest distance between the two distribution functions
    population_stability: float  # PSI over the reference window's deciles
    reference_rows: int
    current_rows: int


class FeatureQuality(_Figures):
    """One feature of one pair."""

    name: str
    family: str
    completeness: float  # share of rows with a value
    missing: dict[str, int]  # rows by name of `MissingCause`, every cause
    clipped: int | None  # values of the fitted rows beyond the clipping bounds; None without a fit
    drift: Drift | None
    selected: bool
    score: float | None  # relevance for the targets, None if unusable


class Selection(_Figures):
    """What the preprocessing made of the features.

    Rows are observed candles. It was fitted on the reference window, and applied to the current.
    """

    rows_fitted: int  # of the reference window, with targets and enough features
    rows_dropped_as_outliers: int  # of those fitted
    rows_too_incomplete: int  # of the current window, with too few of the selected features
    columns_in: int
    columns_out: int
    rows_out: int  # the rest of the current window
    finite_share: float | None  # of the numbers that came out
    error: str | None = None  # why nothing came out; then the counts of what came out are 0


class PairQuality(_Figures):
    """Candles and features of one pair."""

    pair: str
    timeframe: str
    period: Period
    candles: int  # intervals of time, whether a candle was received or not
    completeness: float  # share observed
    statuses: dict[str, int]  # candles by name of `CandleStatus`, every status
    repairs: dict[str, int]  # rows by kind of repair, see `candle_repair`
    gaps: tuple[Gap, ...]
    over_time: tuple[Stretch, ...] = ()  # weeks or months, oldest first
    reference: Period
    current: Period
    features: tuple[FeatureQuality, ...]
    selection: Selection


class DataQualityReport(_Figures):
    """The whole report; `model_dump_json` and `model_validate_json` are its file format."""

    format: Literal[1] = 1
    created: datetime
    pairs: tuple[PairQuality, ...]
