"""What can happen to a model in the registry."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

# Part of a file's name: no separators, no dots.
VersionId = Annotated[str, Field(pattern=r"^\w[\w-]*$")]


class EventKind(StrEnum):
    """What happened."""

    TRAINED = "trained"
    PROMOTED = "promoted"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled_back"
    QUARANTINED = "quarantined"
    PRUNED = "pruned"
    REINSTATED = "reinstated"


class Event(BaseModel):
    """One line of a pair's history.

    Attributes
    ----------
    number : int
        Counts from 1, rising, one count a pair.
    time : datetime
        UTC.
    kind : EventKind
    version : str
        The model it happened to.
    reasons : tuple of str
        In words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    number: int = Field(ge=1)
    time: AwareDatetime
    kind: EventKind
    version: VersionId
    reasons: tuple[str, ...] = ()
