"""A validation, as it is written down."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from aurum_plugins.validation.measurement import Measurement, Outcome
from aurum_plugins.validation.rollout import PhaseStanding

EXIT_KEPT: Final = 0
EXIT_MISSED: Final = 1
EXIT_NOT_MEASURED: Final = 3


class Header(BaseModel):
    """What was validated, where and when.

    Attributes
    ----------
    created : datetime
        UTC.
    mode : {"quick", "full"}
    machine : str
        System and processor, for example "Linux, x86_64, 2 cores, load 0.4 before".
    commit : str
        Of the checkout, with "and changes" where files differ from it; empty where there is none.
    versions : dict of str to str
        Of Python and the libraries that matter.
    data : str
        Which candles.
    seconds : float
        How long it took.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    created: AwareDatetime
    mode: Literal["quick", "full"]
    machine: str
    commit: str
    versions: dict[str, str]
    data: str
    seconds: float


class ValidationReport(BaseModel):
    """The whole report; `model_dump_json` and `model_validate_json` are its file format.

    Attributes
    ----------
    format : int
        Of this schema; a change that breaks a reader raises it.
    header : Header
    measurements : tuple of Measurement
    phases : tuple of PhaseStanding
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    header: Header
    measurements: tuple[Measurement, ...]
    phases: tuple[PhaseStanding, ...]

    def of(self, outcome: Outcome) -> list[Measurement]:
        """Measurements with an outcome."""
        return [each for each in self.measurements if each.outcome is outcome]

    @property
    def exit_status(self) -> int:
        """0 if everything that was measured holds, 1 after a miss, 3 if a figure is not known."""
        if self.of(Outcome.MISSED):
            return EXIT_MISSED
        return EXIT_NOT_MEASURED if self.of(Outcome.NOT_MEASURED) else EXIT_KEPT

    @property
    def summary(self) -> str:
        """Counts by outcome, in words."""
        counts = [(outcome, len(self.of(outcome))) for outcome in Outcome]
        return ", ".join(f"{number} {outcome.value}" for outcome, number in counts if number)
