"""What is known of a stored model without loading it."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from aurum_plugins.forecasting.registry.event import VersionId
from aurum_plugins.forecasting.registry.verdict import Verdict


class State(StrEnum):
    """Where a model stands.

    A candidate was trained, and neither promoted nor rejected. An earlier champion may serve again;
    one that was rolled back serves again only when it is promoted by hand.
    """

    CANDIDATE = "candidate"
    CHAMPION = "champion"
    EARLIER = "earlier"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled_back"


def _defined(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


Metric = Annotated[float | None, BeforeValidator(_defined)]


class TrainingWindow(BaseModel):
    """The candles that a model was trained on, judgement included.

    Attributes
    ----------
    first, last : datetime
        UTC times at which the first and the last of them open.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    first: AwareDatetime
    last: AwareDatetime

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError(f"first must not be after last, got {self.first} and {self.last}")
        return self


class TrainingFacts(BaseModel):
    """What a training knows of its model.

    Attributes
    ----------
    trained_on : TrainingWindow
    rows : int
        Labelled rows of the window.
    seed : int
    settings : str
        Fingerprint of the settings that decide what features and labels are.
    features : int
        That the model takes.
    libraries : dict of str to str
        Versions of what it was made with, by name.
    metrics : dict of str to dict of str to (float or None)
        By target, then by name. None = undefined; NaN and infinity become None.
    verdict : Verdict or None
        What the promotion gate said; None if the model was not judged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    trained_on: TrainingWindow
    rows: int = Field(ge=0)
    seed: int
    settings: str
    features: int = Field(ge=0)
    libraries: dict[str, str] = {}
    metrics: dict[str, dict[str, Metric]] = {}
    verdict: Verdict | None = None


class Version(TrainingFacts):
    """One stored model.

    Attributes
    ----------
    id : str
        Its UTC time of creation, to the millisecond; unique among the pair's models.
    pair : str
    created : datetime
        UTC.
    digest : str
        SHA-256 of its artifact, see `artifact`.
    state : State
        When it was looked up.
    """

    id: VersionId
    pair: str = Field(min_length=1)
    created: AwareDatetime
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    state: State = State.CANDIDATE

    def manifest(self) -> str:
        """JSON of all but the state, which changes while the rest does not."""
        return self.model_dump_json(indent=2, exclude={"state"}) + "\n"
