"""What the promotion gate says, in codes and in words."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ReasonCode(StrEnum):
    """Why a model was promoted, or was not."""

    NO_CHAMPION = "no_champion"
    FLOORS_MET = "floors_met"
    NOT_WORSE = "not_worse"
    NOT_COMPARED = "not_compared"
    FLOOR_MISSED = "floor_missed"
    UNDEFINED = "undefined"
    NOT_JUDGED = "not_judged"
    WORSE = "worse"


_AGAINST = frozenset(
    {ReasonCode.FLOOR_MISSED, ReasonCode.UNDEFINED, ReasonCode.NOT_JUDGED, ReasonCode.WORSE}
)
_FLOORS = _AGAINST - {ReasonCode.WORSE}


class Reason(BaseModel):
    """One sentence with its figures.

    Attributes
    ----------
    code : ReasonCode
    sentence : str
    target : str or None
        The label it is about.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    code: ReasonCode
    sentence: str
    target: str | None = None

    @property
    def is_against(self) -> bool:
        """Whether it speaks against a promotion."""
        return self.code in _AGAINST

    def __str__(self) -> str:
        return self.sentence


class Verdict(BaseModel):
    """Whether a model may serve.

    Attributes
    ----------
    promoted : bool
    reasons : tuple of Reason
        For and against.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    promoted: bool
    reasons: tuple[Reason, ...]

    @property
    def against(self) -> tuple[Reason, ...]:
        """The reasons that speak against it."""
        return tuple(reason for reason in self.reasons if reason.is_against)

    @property
    def floors_met(self) -> bool:
        """Whether every floor was reached."""
        return not any(reason.code in _FLOORS for reason in self.reasons)
