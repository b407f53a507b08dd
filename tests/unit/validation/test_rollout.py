"""Phases pass if all their rows do, and say when to go back."""

from __future__ import annotations

from typing import Any

import pytest
from validation_accounts import forecasts, gathered, soak

from aurum_plugins.validation.catalogue import MEASURES
from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.promise import Phase
from aurum_plugins.validation.rollout import PhaseStanding, Standing, phases
from aurum_plugins.validation.sentences import rollback_words
from aurum_plugins.validation.validate import validate

PROMISES = [measure.promise for measure in MEASURES]


def stand(**changes: Any) -> dict[Phase, PhaseStanding]:
    found = phases(validate(MEASURES, gathered(**changes), lambda *_: None), PROMISES)
    return {phase.phase: phase for phase in found}


def test_all_phases_pass_where_all_promises_are_kept() -> None:
    found = stand()
    assert list(found) == list(Phase)
    assert {phase.standing for phase in found.values()} == {Standing.PASSED}
    assert [phase.roll_back for phase in found.values()] == [False, False, False, None]
    assert rollback_words(found[Phase.WHOLE]).startswith("The way back: `aurum kill")


@pytest.mark.parametrize(("filled", "goes_back"), [(184, False), (170, True)])
def test_a_missed_execution_rate_misses_the_first_phase_and_the_last(filled, goes_back) -> None:
    found = stand(soak=lambda: soak(filled=filled))
    core = found[Phase.CORE]
    assert (core.standing, core.missed, core.roll_back) == (
        Standing.MISSED,
        ("execution",),
        goes_back,
    )
    assert rollback_words(core).startswith(
        "Go back, because"
        if goes_back
        else "To go back if execution is below 90 %, which it is not"
    )
    assert found[Phase.STABILITY].standing is Standing.PASSED
    assert found[Phase.WHOLE].missed == ("execution",)
    assert rollback_words(found[Phase.WHOLE]).startswith("Go back: `aurum kill")


def test_what_is_not_known_leaves_a_phase_open() -> None:
    def fail() -> Any:
        raise NotMeasured("no candles")

    found = stand(forecasts=fail)
    phase = found[Phase.FORECASTS]
    assert (phase.standing, phase.roll_back) == (Standing.OPEN, None)
    assert "volatility" in phase.unknown
    assert "which is not known: `aurum models rollback PAIR`" in rollback_words(phase)


def test_forecasts_too_poor_for_the_plan_go_back() -> None:
    poor = forecasts()
    target = poor.report.targets[1]
    accuracy = target.scores.accuracy.model_copy(update={"value": 0.6})
    scores = target.scores.model_copy(update={"accuracy": accuracy})
    targets = (poor.report.targets[0], target.model_copy(update={"scores": scores}))
    report = poor.report.model_copy(update={"targets": targets})
    found = stand(forecasts=lambda: type(poor)(report, poor.mean_confidence, False))
    assert found[Phase.FORECASTS].roll_back


def test_only_phases_that_have_a_row_are_told() -> None:
    chosen = [measure for measure in MEASURES if measure.promise.name == "uptime"]
    found = phases(validate(chosen, gathered(), lambda *_: None), PROMISES)
    assert [phase.phase for phase in found] == [Phase.STABILITY]


def test_a_phase_of_which_not_all_was_looked_at_has_not_passed() -> None:
    chosen = [m for m in MEASURES if m.promise.name in ("nan", "completeness", "revenue")]
    core, whole = phases(validate(chosen, gathered(), lambda *_: None), PROMISES)
    assert (core.standing, core.roll_back) == (Standing.OPEN, None)
    assert core.unknown == ("latency", "execution")
    assert whole.standing is Standing.OPEN
    # Nothing is promised of it, so nothing of it is missing.
    assert "satisfaction" not in whole.unknown
    assert {"uptime", "volatility", "deployment"} < set(whole.unknown)
