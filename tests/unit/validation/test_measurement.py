"""Readings held against promises, and how the result is told."""

from __future__ import annotations

from typing import Any

import pytest

from aurum_plugins.validation.figures import figure, measured, verdict, wanted
from aurum_plugins.validation.measurement import Measurement, Outcome
from aurum_plugins.validation.promise import Bound, Phase, Promise, Sense, Unit
from aurum_plugins.validation.reading import Reading

SPACE = "\N{NO-BREAK SPACE}"


def promise(unit: Unit = Unit.SHARE, **changes: Any) -> Promise:
    facts: dict[str, Any] = {
        "name": "x",
        "words": "X: 95 %",
        "unit": unit,
        "bound": Bound(sense=Sense.AT_LEAST, value=0.95),
        "phase": Phase.CORE,
        "how": "Counted.",
    }
    return Promise(**{**facts, **changes})


UNPROMISED = promise(bound=None, not_promised="nobody can")


def held(reading: Reading, of: Promise | None = None) -> Measurement:
    return Measurement.of(of or promise(), reading, 0.5)


@pytest.mark.parametrize(
    ("value", "of", "outcome"),
    [
        (0.96, promise(), Outcome.PASSED),
        (0.95, promise(), Outcome.PASSED),
        (0.94, promise(), Outcome.MISSED),
        (0.0, promise(), Outcome.MISSED),
        (None, promise(), Outcome.NOT_MEASURED),
        (0.99, UNPROMISED, Outcome.NOT_PROMISED),
        (None, UNPROMISED, Outcome.NOT_PROMISED),
    ],
)
def test_an_outcome_follows_from_the_figure_alone(value, of, outcome) -> None:
    assert held(Reading(value), of).outcome is outcome


def test_what_rests_on_few_samples_says_so() -> None:
    few, many = Reading.of_share(16, 16, "entries"), Reading.of_share(990, 1_000, "entries")
    assert verdict(held(few)) == "passed, but on too few to be sure"
    assert verdict(held(many)) == "passed"
    assert verdict(held(Reading.of_share(10, 16, "entries"))) == "missed"
    assert verdict(held(Reading.of_share(15, 16, "entries"))).endswith("too few to be sure")
    assert not held(few, UNPROMISED).is_uncertain
    assert not held(Reading(0.99)).is_uncertain


@pytest.mark.parametrize("sense", [Sense.AT_MOST, Sense.BELOW])
def test_of_a_ceiling_the_upper_end_counts(sense) -> None:
    of = promise(bound=Bound(sense=sense, value=0.01))
    assert held(Reading.of_share(0, 16, "decisions"), of).is_uncertain
    assert not held(Reading.of_share(0, 10_000, "decisions"), of).is_uncertain


@pytest.mark.parametrize("bound", [1.0, 0.0])
def test_all_and_nothing_cannot_be_proven_by_any_count(bound) -> None:
    sense = Sense.AT_LEAST if bound else Sense.AT_MOST
    of = promise(bound=Bound(sense=sense, value=bound))
    whole = Reading.of_share(round(bound * 16), 16, "decisions")
    assert held(whole, of).outcome is Outcome.PASSED
    assert not held(whole, of).is_uncertain


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (None, Unit.SHARE, "\N{EN DASH}"),
        (1.0, Unit.SHARE, "100.0 %"),
        (0.5, Unit.SHARE, "50.0 %"),
        (0.9998, Unit.SHARE, "99.980 %"),
        (0.999999, Unit.SHARE, "> 99.999 %"),
        (1_234.0, Unit.COUNT, "1,234"),
        (0.0, Unit.COUNT, "0"),
        (0.0234, Unit.PLAIN, "0.023"),
        (12.34, Unit.MILLISECONDS, "12.3 ms"),
        (1_234.5, Unit.PER_HOUR, "1,234 per hour"),
    ],
)
def test_figures_are_short_and_never_rounded_up_to_all(value, unit, shown) -> None:
    assert figure(value, unit).replace(SPACE, " ") == shown


def test_interval_and_samples_stand_behind_the_figure() -> None:
    shown = measured(held(Reading.of_share(1_500, 2_000, "entries"))).replace(SPACE, " ")
    assert shown == "75.0 % (73.1 % to 76.8 %; 2,000 entries)"
    assert measured(held(Reading(0.5))).replace(SPACE, " ") == "50.0 %"


@pytest.mark.parametrize(
    ("of", "shown"),
    [
        (promise(), "at least 95 %"),
        (promise(bound=Bound(sense=Sense.BELOW, value=0.001)), "below 0.1 %"),
        (promise(Unit.MILLISECONDS, bound=Bound(sense=Sense.BELOW, value=500)), "below 500 ms"),
        (promise(Unit.COUNT, bound=Bound(sense=Sense.AT_MOST, value=0)), "at most 0"),
        (UNPROMISED, "\N{EN DASH}"),
    ],
)
def test_what_is_wanted_is_said_in_the_plans_unit(of, shown) -> None:
    assert wanted(of).replace(SPACE, " ") == shown
