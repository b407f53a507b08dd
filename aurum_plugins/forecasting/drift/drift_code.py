"""Why a model counts as drifted."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class DriftCode(StrEnum):
    """A reason, with a sentence that is filled with figures."""

    LOSS = (
        "loss",
        "losses exceed those on held-out rows by {figure:.1f} times the noise ({limit:g} allowed)",
    )
    INPUT = (
        "input",
        "{figure:.0%} of the features have shifted since training ({limit:.0%} allowed): {names}",
    )
    DEAD_FEATURE = (
        "dead_feature",
        "features stand still as they never did in training: {names}",
    )

    sentence: str

    def __new__(cls, code: str, sentence: str) -> Self:
        """Keep the sentence beside the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member
