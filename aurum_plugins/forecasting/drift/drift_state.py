"""Both monitors together: what becomes of the confidence, and what to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray
from aurum_plugins.forecasting.drift.drift_code import DriftCode
from aurum_plugins.forecasting.drift.drift_reading import DriftReading, InputReading
from aurum_plugins.forecasting.drift.settings import DriftSettings
from aurum_plugins.forecasting.errors import BadRows

# A dead feature is beyond its limit, by no measure that has a unit.
SEVERITY_OF_DEATH = 2.0
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class DriftState:
    """How far a model has drifted at each of n rows.

    Attributes
    ----------
    loss : DriftReading
    inputs : InputReading
    factor : ndarray of shape (n,)
        In (0, 1]: what confidence is multiplied by.
    severity : ndarray of shape (n,)
        The worst figure in units of its limit, for `Alarm`: above 1 the model has drifted. NaN
        where nothing is known.
    """

    loss: DriftReading
    inputs: InputReading
    factor: FloatArray
    severity: FloatArray
    settings: DriftSettings

    @property
    def drifted(self) -> BoolArray:
        """Rows at which losses or features have drifted, shape (n,)."""
        either: BoolArray = self.loss.drifted | self.inputs.drifted
        return either

    def codes(self, row: int) -> tuple[DriftCode, ...]:
        """Every reason that holds at a row, the most telling first; none if it has not drifted.

        Parameters
        ----------
        row : int
            Position; -1 is the latest.
        """
        holds = {
            DriftCode.LOSS: self.loss.drifted[row],
            DriftCode.INPUT: self.inputs.statistic[row] > self.settings.input_share,
            DriftCode.DEAD_FEATURE: self.inputs.dead[row].any(),
        }
        return tuple(code for code, held in holds.items() if held)

    def sentences(self, row: int, names: Sequence[str]) -> tuple[str, ...]:
        """The same in words.

        Parameters
        ----------
        row : int
        names : sequence of str
            Of the features.
        """
        figures: dict[DriftCode, dict[str, object]] = {
            DriftCode.LOSS: {
                "figure": self.loss.statistic[row],
                "limit": self.settings.loss_threshold,
            },
            DriftCode.INPUT: {
                "figure": self.inputs.statistic[row],
                "limit": self.settings.input_share,
                "names": _listed(names, self.inputs.shifted[row]),
            },
            DriftCode.DEAD_FEATURE: {"names": _listed(names, self.inputs.dead[row])},
        }
        return tuple(code.sentence.format(**figures[code]) for code in self.codes(row))


def assess_drift(loss: DriftReading, inputs: InputReading, settings: DriftSettings) -> DriftState:
    """Combine the readings of the same n rows.

    Parameters
    ----------
    loss : DriftReading
        As `LossDrift` gives it.
    inputs : InputReading
        As `InputDrift` gives it.
    settings : DriftSettings
        Those that the monitors were made by.

    Raises
    ------
    aurum_plugins.forecasting.errors.BadRows
    """
    if len(loss.statistic) != len(inputs.statistic):
        raise BadRows(
            f"readings must be of the same rows, got {len(loss.statistic)} of losses "
            f"and {len(inputs.statistic)} of features"
        )
    factor = np.where(loss.drifted, settings.confidence_factor, 1.0)
    factor[inputs.drifted] *= settings.confidence_factor
    severity = np.fmax(
        loss.statistic / settings.loss_threshold, inputs.statistic / settings.input_share
    )
    dying = np.where(inputs.dead.any(axis=1), SEVERITY_OF_DEATH, np.nan)
    return DriftState(
        loss=loss,
        inputs=inputs,
        factor=factor,
        severity=np.fmax(severity, dying),
        settings=settings,
    )


def _listed(names: Sequence[str], chosen: BoolArray) -> str:
    at_fault = [name for name, held in zip(names, chosen) if held]
    more = f" and {len(at_fault) - _SHOWN} more" if len(at_fault) > _SHOWN else ""
    return ", ".join(at_fault[:_SHOWN]) + more
