"""The four phases of the rollout: what has to hold, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from aurum_plugins.validation.measurement import Measurement, Outcome
from aurum_plugins.validation.promise import Phase, Promise


class Standing(StrEnum):
    """Where a phase stands."""

    PASSED = "passed"
    MISSED = "missed"
    OPEN = "open"  # a row of it was not measured, left out or not looked at


class Rollback(BaseModel):
    """When to go back, and how.

    Attributes
    ----------
    promise : str
        Name of the promise that decides; empty: none alone does.
    below : float
        The plan goes back where its figure is smaller.
    commands : tuple of str
        What takes the bots back; each exists.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    promise: str = ""
    below: float = 0.0
    commands: tuple[str, ...]


class PhaseStanding(BaseModel):
    """One phase after a validation.

    Attributes
    ----------
    phase : Phase
    title : str
    standing : Standing
    missed, unknown : tuple of str
        Names of promises that were missed, and of those without a figure.
    rollback : Rollback
    roll_back : bool or None
        Whether its figure is below the rollback's; None if that is not known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    phase: Phase
    title: str
    standing: Standing
    missed: tuple[str, ...]
    unknown: tuple[str, ...]
    rollback: Rollback
    roll_back: bool | None


TITLES: Final = {
    Phase.CORE: "Core: data and execution",
    Phase.STABILITY: "Stability: exchange and bot",
    Phase.FORECASTS: "Forecasts",
    Phase.WHOLE: "The whole system",
}
STOP: Final = 'aurum kill --reason "validation missed"'
RESTORE: Final = "aurum starts restore"
ROLLBACKS: Final = {
    Phase.CORE: Rollback(promise="execution", below=0.90, commands=(STOP, RESTORE)),
    Phase.STABILITY: Rollback(promise="uptime", below=0.99, commands=(STOP, RESTORE)),
    Phase.FORECASTS: Rollback(
        promise="volatility", below=0.65, commands=("aurum models rollback PAIR",)
    ),
    Phase.WHOLE: Rollback(commands=(f"{STOP} --flat", RESTORE)),
}
_UNKNOWN: Final = frozenset({Outcome.NOT_MEASURED, Outcome.LEFT_OUT})


def phases(
    measurements: Sequence[Measurement], promises: Iterable[Promise]
) -> tuple[PhaseStanding, ...]:
    """Where each phase stands, of those that have a row; the last one needs all of them.

    Parameters
    ----------
    measurements : sequence of Measurement
    promises : iterable of Promise
        All that there are: of what was not looked at nothing is known, so its phase is open.
    """
    present = sorted({measurement.promise.phase for measurement in measurements})
    looked_at = {measurement.promise.name for measurement in measurements}
    others = [each for each in promises if each.name not in looked_at and each.bound is not None]
    return tuple(_standing(phase, measurements, others) for phase in present)


def _standing(
    phase: Phase, measurements: Sequence[Measurement], others: Sequence[Promise]
) -> PhaseStanding:
    own = [m for m in measurements if m.promise.phase is phase or phase is Phase.WHOLE]
    missed = tuple(m.promise.name for m in own if m.outcome is Outcome.MISSED)
    unknown = (
        *(m.promise.name for m in own if m.outcome in _UNKNOWN),
        *(each.name for each in others if each.phase is phase or phase is Phase.WHOLE),
    )
    rollback = ROLLBACKS[phase]
    figures = {m.promise.name: m.value for m in own}
    figure = figures.get(rollback.promise)
    return PhaseStanding(
        phase=phase,
        title=TITLES[phase],
        standing=Standing.MISSED if missed else Standing.OPEN if unknown else Standing.PASSED,
        missed=missed,
        unknown=unknown,
        rollback=rollback,
        roll_back=None if figure is None else figure < rollback.below,
    )
