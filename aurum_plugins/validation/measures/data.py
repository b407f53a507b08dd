"""Data quality: what goes into the models."""

from __future__ import annotations

from collections import Counter

from aurum_plugins.features.candles import CandleStatus
from aurum_plugins.features.missing import MissingCause
from aurum_plugins.preprocessing.quality.figures import percent
from aurum_plugins.preprocessing.quality.pair_view import PSI_LARGE
from aurum_plugins.preprocessing.quality.report import DataQualityReport
from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.gathering.data_account import DataAccount
from aurum_plugins.validation.gathering.decision_times import DecisionTimes
from aurum_plugins.validation.gathering.door_account import DoorAccount
from aurum_plugins.validation.measure import AnyMeasure, Measure
from aurum_plugins.validation.promise import Bound, Phase, Promise, Sense, Unit
from aurum_plugins.validation.reading import Reading

# A row lacks these because history begins, which nothing can mend.
WARM_UP = MissingCause.WARM_UP.name.lower()
OBSERVED = CandleStatus.OBSERVED.name.lower()


def read_nan(account: DoorAccount) -> Reading:
    """Numbers that were not finite behind the preprocessing, or came out of a model.

    Where nothing broken went in, or no forecast came out that may be acted on, that shows nothing.
    """
    if not account.not_finite_offered:
        raise NotMeasured("no feature that went in was NaN or infinite")
    if account.refused >= account.forecast:
        raise NotMeasured(f"of {account.forecast:,} forecasts none may be acted on")
    return Reading(
        value=account.not_finite + account.not_finite_forecasts,
        samples=account.forecast,
        noun="rows forecast",
        compared=(
            f"{account.not_finite_offered:,} of {account.offered:,} features that went in were "
            "NaN or infinite"
        ),
        note=(
            f"{account.damaged:,} of {account.candles:,} candles were broken; {account.fitted:,} "
            f"rows were fitted, {account.refused:,} forecasts refused"
        ),
    )


def read_completeness(account: DataAccount) -> Reading:
    """Share of candles that were observed; repairs and flags apart."""
    report = account.report
    candles = sum(pair.candles for pair in report.pairs)
    observed = round(sum(pair.completeness * pair.candles for pair in report.pairs))
    repairs = sum((Counter(pair.repairs) for pair in report.pairs), Counter())
    flags = sum((Counter(pair.statuses) for pair in report.pairs), Counter())
    flagged = {name: n for name, n in flags.items() if n and name != OBSERVED}
    gaps = sum(len(pair.gaps) for pair in report.pairs)
    return Reading.of_share(
        observed,
        candles,
        "candles",
        compared=f"rows repaired {_named(repairs)}; candles flagged {_named(flagged)}",
        note=_where(account, f"{gaps:,} gaps"),
    )


def read_features(account: DataAccount) -> Reading:
    """Share of features that have a value, the warm-up apart."""
    present = wanted = 0
    drifted = features = 0
    for pair in account.report.pairs:
        for feature in pair.features:
            warming = feature.missing.get(WARM_UP, 0)
            wanted += pair.candles - warming
            present += round(feature.completeness * pair.candles)
            features += 1
            drifted += feature.drift is not None and feature.drift.population_stability >= PSI_LARGE
    out = f"{percent(_finite(account.report))} of the numbers that came out were finite"
    return Reading.of_share(
        min(present, wanted),
        wanted,
        "values",
        compared=f"{out}; {drifted:,} of {features:,} features drifted far "
        f"(PSI {PSI_LARGE:g} or more)",
        note=_where(account, ""),
    )


def read_latency(times: DecisionTimes) -> Reading:
    """The 99th percentile."""
    if not times.milliseconds:
        raise NotMeasured("no decision was timed")
    training = times.while_training
    beside = f", {training:,} of them while a model was trained" if training else ""
    return Reading(
        value=times.quantile(0.99),
        samples=len(times.milliseconds),
        noun="decisions",
        compared=f"median {times.quantile(0.5):.1f} ms, longest {times.quantile(1.0):.1f} ms",
        note=f"{times.what}, {times.pairs} pairs{beside}",
    )


def _finite(report: DataQualityReport) -> float | None:
    shares = [pair.selection.finite_share for pair in report.pairs]
    known = [share for share in shares if share is not None]
    return min(known, default=None)


def _where(account: DataAccount, words: str) -> str:
    where = "of the synthetic market, whole by construction" if account.is_synthetic else ""
    return "; ".join(part for part in (words, where) if part)


def _named(counts: dict[str, int]) -> str:
    shown = ", ".join(f"{name} {number:,}" for name, number in counts.items() if number)
    return shown or "none"


MEASURES: tuple[AnyMeasure, ...] = (
    Measure(
        Promise(
            name="nan",
            words="NaN errors: 0",
            unit=Unit.COUNT,
            bound=Bound(sense=Sense.AT_MOST, value=0),
            phase=Phase.CORE,
            how="Broken candles and spoilt features go through repair, preprocessing and the "
            "ensemble; what is not finite at the models' door, or behind it, is counted.",
        ),
        lambda gathered: gathered.door,
        read_nan,
    ),
    Measure(
        Promise(
            name="completeness",
            words="Data completeness: 99 %",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_LEAST, value=0.99),
            phase=Phase.CORE,
            how="The quality report of the candles at hand: share of intervals with a candle that "
            "can be believed; nothing is filled in.",
        ),
        lambda gathered: gathered.data,
        read_completeness,
    ),
    Measure(
        Promise(
            name="latency",
            words="Processing latency: below 500 ms",
            unit=Unit.MILLISECONDS,
            bound=Bound(sense=Sense.BELOW, value=500),
            phase=Phase.CORE,
            how="Wall time from a new candle to what is made of it, for each pair, the 99th "
            "percentile.",
        ),
        lambda gathered: gathered.times,
        read_latency,
    ),
    Measure(
        Promise(
            name="features",
            words="Feature quality: 95 %",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_LEAST, value=0.95),
            phase=Phase.FORECASTS,
            how="The quality report: share of all features of all candles that have a value, "
            "leaving out those whose history has not begun.",
        ),
        lambda gathered: gathered.data,
        read_features,
    ),
)
