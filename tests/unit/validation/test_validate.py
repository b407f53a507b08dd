"""Measures are carried out whatever becomes of them, and no error passes for a success."""

from __future__ import annotations

from typing import Any

import pytest
from validation_accounts import gathered, soak

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.validation.catalogue import MEASURES
from aurum_plugins.validation.errors import LeftOut, NotMeasured
from aurum_plugins.validation.measurement import Measurement, Outcome
from aurum_plugins.validation.validate import seconds_left, validate

SOAKED = [measure for measure in MEASURES if "soak" in measure.promise.how]


def quietly(*_: Any) -> None:
    pass


def outcomes(**changes: Any) -> dict[str, Measurement]:
    found = validate(MEASURES, gathered(**changes), quietly)
    return {measurement.promise.name: measurement for measurement in found}


def raising(error: Exception) -> Any:
    def fail() -> Any:
        raise error

    return fail


def test_evidence_without_a_flaw_passes_everywhere() -> None:
    found = outcomes()
    assert list(found) == [measure.promise.name for measure in MEASURES]
    promised = [each for each in found.values() if each.promise.bound is not None]
    assert {each.outcome for each in promised} == {Outcome.PASSED}
    rest = [each for each in found.values() if each.promise.bound is None]
    assert {each.outcome for each in rest} == {Outcome.NOT_PROMISED}


def test_one_soak_is_run_for_all_that_read_it() -> None:
    runs: list[int] = []
    evidence = gathered(soak=lambda: runs.append(1) or soak())
    validate(MEASURES, evidence, quietly)
    assert runs == [1]
    assert len(SOAKED) >= 10


@pytest.mark.parametrize(
    ("error", "outcome", "words"),
    [
        (LeftOut("only with --full"), Outcome.LEFT_OUT, "only with --full"),
        (NotMeasured("no index"), Outcome.NOT_MEASURED, "no index"),
        (ConfigurationError("checkout", "must be a file", "x"), Outcome.NOT_MEASURED, "checkout:"),
        (OSError(28, "No space left on device"), Outcome.NOT_MEASURED, "No space left on device"),
        (KeyError("secret"), Outcome.NOT_MEASURED, "KeyError (test_validate.py, line"),
    ],
)
def test_what_breaks_down_is_named_and_is_no_pass(error, outcome, words) -> None:
    found = outcomes(soak=raising(error))
    for measure in SOAKED:
        measurement = found[measure.promise.name]
        assert (measurement.outcome, measurement.value) == (outcome, None)
        assert words in measurement.note
        # Other messages may hold a secret.
        assert "secret" not in measurement.note
    assert found["nan"].outcome is Outcome.PASSED


def test_who_watches_is_told_what_is_done_and_how_long_it_takes() -> None:
    evidence = gathered()
    assert seconds_left(MEASURES, evidence) == 7.0
    told: list[tuple[str, float]] = []
    moments = iter(range(1_000))
    found = validate(
        MEASURES, evidence, lambda doing, left: told.append((doing, left)), lambda: next(moments)
    )
    assert told[0] == ("nan: door", 7.0)
    assert told[-1][1] == 0.0
    lefts = [left for _, left in told]
    assert lefts == sorted(lefts, reverse=True)
    # Evidence that is known already is not gathered again.
    assert [doing for doing, _ in told].count("execution: soak") == 1
    assert all(":" not in doing for doing, _ in told if doing.startswith("fees"))
    assert {measurement.seconds for measurement in found} == {1.0}
