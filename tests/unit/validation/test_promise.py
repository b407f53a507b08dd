"""Promises, their bounds, and what is said of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from aurum_plugins.commands.on_demand import PLACES
from aurum_plugins.validation.catalogue import MEASURES
from aurum_plugins.validation.figures import wanted
from aurum_plugins.validation.promise import Bound, Phase, Promise, Sense, Source, Unit
from aurum_plugins.validation.rollout import ROLLBACKS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "validation.md"
PROMISES = [measure.promise for measure in MEASURES]


@pytest.mark.parametrize(
    ("sense", "below", "at", "above"),
    [
        (Sense.AT_LEAST, False, True, True),
        (Sense.ABOVE, False, False, True),
        (Sense.AT_MOST, True, True, False),
        (Sense.BELOW, True, False, False),
    ],
)
def test_a_bound_is_kept_on_its_own_side(sense, below, at, above) -> None:
    bound = Bound(sense=sense, value=2.0)
    assert [bound.holds(figure) for figure in (1.9, 2.0, 2.1)] == [below, at, above]
    assert bound.is_floor == above


@pytest.mark.parametrize(
    ("bound", "reason"), [(None, ""), (Bound(sense=Sense.AT_LEAST, value=1), "nobody can")]
)
def test_a_promise_has_a_bound_or_a_reason_for_having_none(bound, reason) -> None:
    with pytest.raises(ValidationError, match="must have a bound, or a reason for having none"):
        Promise(
            name="x",
            words="X",
            unit=Unit.COUNT,
            bound=bound,
            phase=Phase.CORE,
            how="Counted.",
            not_promised=reason,
        )


def test_names_are_unique_and_in_the_order_of_the_phases() -> None:
    names = [promise.name for promise in PROMISES]
    assert len(set(names)) == len(names)
    assert [promise.phase for promise in PROMISES] == sorted(p.phase for p in PROMISES)
    assert {promise.phase for promise in PROMISES} == set(Phase)


def test_every_figure_of_the_plan_is_there() -> None:
    """Its own numbers, in its own units: none was made easier."""
    said = {
        promise.name: (promise.bound.sense, promise.bound.value)
        for promise in PROMISES
        if promise.bound is not None and promise.source is Source.PLAN
    }
    assert said == {
        "nan": (Sense.AT_MOST, 0),
        "completeness": (Sense.AT_LEAST, 0.99),
        "latency": (Sense.BELOW, 500),
        "execution": (Sense.AT_LEAST, 0.95),
        "signals": (Sense.AT_LEAST, 1.0),
        "calls": (Sense.AT_LEAST, 0.999),
        "uptime": (Sense.AT_LEAST, 0.999),
        "errors": (Sense.BELOW, 0.001),
        "recovery": (Sense.BELOW, 30),
        "stability": (Sense.AT_LEAST, 0.99),
        "features": (Sense.AT_LEAST, 0.95),
        "volatility": (Sense.AT_LEAST, 0.70),
        "throughput": (Sense.ABOVE, 100),
        "books": (Sense.AT_LEAST, 0.98),
        "fees": (Sense.AT_LEAST, 1.0),
        "intervention": (Sense.BELOW, 0.01),
        "deployment": (Sense.BELOW, 300),
        "coverage": (Sense.AT_LEAST, 0.95),
    }


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_how_it_is_measured_is_one_sentence(promise) -> None:
    assert promise.how.endswith(".")
    assert ". " not in promise.how
    assert not promise.not_promised.endswith(".")


def test_the_way_back_is_made_of_commands_that_exist() -> None:
    assert set(ROLLBACKS) == set(Phase)
    for rollback in ROLLBACKS.values():
        for command in rollback.commands:
            program, name, *_ = command.split()
            assert (program, name in PLACES) == ("aurum", True), command
        assert not rollback.promise or rollback.promise in {p.name for p in PROMISES}


def test_the_page_has_every_promise_with_its_bound() -> None:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    said = {
        name: cells[2].strip()
        for cells in (line.strip("|").split("|") for line in lines)
        for name in re.findall(r"`([a-z]+)`", cells[0])
        if len(cells) == 4
    }
    for promise in PROMISES:
        shown = wanted(promise).replace("\N{NO-BREAK SPACE}", " ").removesuffix(" per hour")
        bound = "not promised" if promise.bound is None else shown
        assert said[promise.name] == bound, promise.name
