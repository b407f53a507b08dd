"""Forecasts: how often they are right, and whether they know how sure they may be."""

from __future__ import annotations

from math import sqrt

from aurum_plugins.features.targets import FORWARD_RETURN, FORWARD_VOLATILITY
from aurum_plugins.forecasting.evaluation.calibration_error import BINS
from aurum_plugins.forecasting.evaluation.figures import share
from aurum_plugins.forecasting.evaluation.report import EvaluationReport, ThresholdFigures
from aurum_plugins.validation.errors import LeftOut, NotMeasured
from aurum_plugins.validation.gathering.forecast_account import ForecastAccount
from aurum_plugins.validation.measure import AnyMeasure, Measure
from aurum_plugins.validation.promise import Bound, Phase, Promise, Sense, Source, Unit
from aurum_plugins.validation.reading import Reading


def read_volatility(account: ForecastAccount) -> Reading:
    """Accuracy of "wilder than usual"."""
    return _accuracy(account, FORWARD_VOLATILITY)


def read_skill(account: ForecastAccount) -> Reading:
    """What the volatility's forecasts are right in, beyond "as it was last" and the majority."""
    if account.is_synthetic:
        raise LeftOut("invented candles tell nothing of it; `aurum validate --full` measures it")
    name = FORWARD_VOLATILITY
    target, scores = account.target(name)
    gains = {
        "persistence": scores.gain_over_persistence,
        "the majority": scores.gain_over_majority,
    }
    known = {rival: gain for rival, gain in gains.items() if gain.value is not None}
    if not known:
        raise NotMeasured(f"no forecast of {name} could be judged beside persistence")
    rival, least = min(known.items(), key=lambda each: each[1].value or 0.0)
    return Reading(
        value=least.value,
        samples=target.rows,
        noun="forecasts",
        compared=f"the harder rival is {rival}",
        low=least.low,
        high=least.high,
        note=account.where,
    )


def read_direction(account: ForecastAccount) -> Reading:
    """Accuracy of "higher"."""
    return _accuracy(account, FORWARD_RETURN)


def read_confidence(account: ForecastAccount) -> Reading:
    """The mean, and what came of the forecasts that were confident."""
    name = FORWARD_VOLATILITY
    target, _ = account.target(name)
    said = [_acted_on(each, account.report) for each in target.thresholds]
    return Reading(
        value=account.mean_confidence.get(name),
        samples=target.rows,
        noun="forecasts",
        compared="; ".join(words for words in said if words),
        note=account.where,
    )


def read_calibration(account: ForecastAccount) -> Reading:
    """The larger calibration error of the two targets, beside what chance alone makes of it."""
    errors = {
        name: account.target(name)[1].calibration_error
        for name in (FORWARD_VOLATILITY, FORWARD_RETURN)
    }
    worst = max(errors, key=errors.__getitem__)
    rows = account.target(worst)[0].rows
    said = ", ".join(f"{_plain(name)} {error:.3f}" for name, error in errors.items())
    chance = _chance(rows / account.report.header.horizon_candles)
    return Reading(
        value=errors[worst],
        samples=rows,
        noun="forecasts",
        compared=f"{said}; perfect forecasts would show some {chance:.3f} by chance, or more where "
        "pairs move together",
        note=account.where,
    )


def read_intervals(account: ForecastAccount) -> Reading:
    """How far the share of targets in their intervals is from what was said, at worst."""
    found: list[tuple[float, int, str]] = []
    for name in (FORWARD_VOLATILITY, FORWARD_RETURN):
        target, _ = account.target(name)
        for interval in target.intervals:
            held = interval.coverage.value
            if held is None:
                raise NotMeasured(f"no interval of {name} could be judged")
            words = f"{_plain(name)} {share(held)} of {share(interval.level)}"
            found.append((abs(held - interval.level), interval.rows, words))
    if not found:
        raise NotMeasured("no forecast had an interval")
    worst, rows, _ = max(found)
    said = "; ".join(words for _, _, words in found)
    return Reading(worst, rows, "intervals", f"held: {said}", note=account.where)


def _accuracy(account: ForecastAccount, name: str) -> Reading:
    target, scores = account.target(name)
    accuracy = scores.accuracy
    if accuracy.value is None:
        raise NotMeasured(f"no forecast of {name} could be judged")
    base = f"majority {share(scores.majority)}, persistence {share(scores.persistence)}"
    failures = len(account.report.failures)
    note = account.where + (f"; {failures:,} windows had no model" if failures else "")
    return Reading(
        value=accuracy.value,
        samples=target.rows,
        noun="forecasts",
        compared=f"right without a model: {base}",
        low=accuracy.low,
        high=accuracy.high,
        note=note,
    )


def _chance(independent: float) -> float:
    """Expected calibration error of perfect forecasts that are near one half.

    See `aurum_plugins.forecasting.evaluation.calibration_error`.
    """
    return 0.8 * sqrt(0.25 * BINS / independent)


def _acted_on(line: ThresholdFigures, report: EvaluationReport) -> str:
    if line.threshold != report.header.threshold:
        return ""
    right = share(line.accuracy.value)
    return f"confidence of {line.threshold:g} or more: {share(line.coverage)} of all, {right} right"


def _plain(name: str) -> str:
    return {FORWARD_VOLATILITY: "volatility", FORWARD_RETURN: "direction"}.get(name, name)


MEASURES: tuple[AnyMeasure, ...] = (
    Measure(
        Promise(
            name="volatility",
            words="Prediction accuracy: 70 %",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_LEAST, value=0.70),
            phase=Phase.FORECASTS,
            how='Walk-forward: share of forecasts of "wilder than usual" that came true, each by '
            "a model that had not seen its outcome.",
        ),
        lambda gathered: gathered.forecasts,
        read_volatility,
    ),
    Measure(
        Promise(
            name="skill",
            words="Prediction accuracy, besides: more than is right without a model",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.ABOVE, value=0),
            phase=Phase.FORECASTS,
            how='The same walk-forward: accuracy of "wilder than usual" less that of "as it was '
            'last", or of the majority where that is the harder rival, on the same rows.',
            source=Source.OURS,
        ),
        lambda gathered: gathered.forecasts,
        read_skill,
    ),
    Measure(
        Promise(
            name="direction",
            words="Prediction accuracy: 70 %, of the direction of prices",
            unit=Unit.SHARE,
            phase=Phase.FORECASTS,
            how='The same walk-forward: share of forecasts of "higher" that came true.',
            not_promised="no honest system can: half is luck, published figures are 51 to 56 %, "
            "and what claims 70 % has seen the future",
        ),
        lambda gathered: gathered.forecasts,
        read_direction,
    ),
    Measure(
        Promise(
            name="confidence",
            words="Model confidence: 80 %",
            unit=Unit.SHARE,
            phase=Phase.FORECASTS,
            how="The same walk-forward: mean confidence of the volatility's forecasts, as it came.",
            not_promised="a mean confidence says nothing, and any number can be printed; whether "
            "confidence is deserved stands in the next two rows",
        ),
        lambda gathered: gathered.forecasts,
        read_confidence,
    ),
    Measure(
        Promise(
            name="calibration",
            words="Model confidence, instead: what is said to be likely comes true as often",
            unit=Unit.PLAIN,
            bound=Bound(sense=Sense.AT_MOST, value=0.05),
            phase=Phase.FORECASTS,
            how="The same walk-forward: expected calibration error over ten bins, the larger of "
            "both targets.",
            source=Source.OURS,
        ),
        lambda gathered: gathered.forecasts,
        read_calibration,
    ),
    Measure(
        Promise(
            name="intervals",
            words="Model confidence, instead: intervals of 80 % and 90 % hold as much",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_MOST, value=0.03),
            phase=Phase.FORECASTS,
            how="The same walk-forward: how far the share of targets within their intervals is "
            "from what was said, the largest of both targets and levels.",
            source=Source.OURS,
        ),
        lambda gathered: gathered.forecasts,
        read_intervals,
    ),
)
