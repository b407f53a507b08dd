"""Sentences that table and page have in common."""

from __future__ import annotations

from aurum_plugins.validation.measurement import Measurement, Outcome
from aurum_plugins.validation.rollout import PhaseStanding


def beside(measurement: Measurement) -> str:
    """What a figure must be seen beside, or why there is none."""
    parts = []
    if measurement.promise.not_promised:
        parts.append(f"not promised: {measurement.promise.not_promised}")
    elif measurement.outcome in (Outcome.NOT_MEASURED, Outcome.LEFT_OUT):
        parts.append(measurement.outcome.value)
    parts += [part for part in (measurement.compared, measurement.note) if part]
    if not parts:
        return ""
    text = ". ".join(part[0].upper() + part[1:] for part in parts)
    return text if text.endswith(".") else f"{text}."


def rollback_words(phase: PhaseStanding) -> str:
    """Whether to go back, and by which commands."""
    rollback = phase.rollback
    commands = ", then ".join(f"`{command}`" for command in rollback.commands)
    if not rollback.promise:
        when = "The way back" if not phase.missed else "Go back"
        return f"{when}: {commands}."
    rule = f"{rollback.promise} is below {100 * rollback.below:g} %"
    if phase.roll_back:
        return f"Go back, because {rule}: {commands}."
    if phase.roll_back is None:
        return f"To go back if {rule}, which is not known: {commands}."
    return f"To go back if {rule}, which it is not: {commands}."
