"""What an ensemble says of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.drift.drift_state import DriftState


class Readiness(IntEnum):
    """Why a row's forecast may be acted on, or may not.

    Numbers rather than words, because FreqAI carries its columns as numbers and fills what it has
    nothing for with 0: so 0 is not a forecast.
    """

    NO_MODEL = 0, "no model has forecast this candle"
    READY = 1, "the forecast may be acted on"
    MISSING_FEATURES = 2, "too many of the selected features have no value"
    IN_SAMPLE = 3, "the candle is one of those that the model was trained on"
    NOVEL = 4, "the features are unlike those that the model was trained on"
    NOT_CALIBRATED = 5, "too few outcomes are known to say how sure the forecast is"
    EXPIRED = 6, "the model is older than expiration_hours"
    OTHER_FEATURES = 7, "the model was trained on features that are not offered"
    FAILED = 8, "the model raised an error"

    sentence: str

    def __new__(cls, code: int, sentence: str) -> Self:
        """Keep the sentence beside the number."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member


@dataclass(frozen=True, eq=False)
class TargetForecast:
    """The forecast of one target for n rows, with L interval levels and m members.

    Attributes
    ----------
    probability : ndarray of shape (n,)
        Calibrated, of the target being above 0.
    value : ndarray of shape (n,)
        Expected target.
    lower, upper : ndarray of shape (n, L)
        Interval that holds the target with the level's probability. NaN where too few outcomes are
        known.
    may_be_up, may_be_down : ndarray of bool, shape (n, L)
        The prediction set of the sign: which signs cannot be excluded at the level.
    confidence : ndarray of shape (n,)
        In [0, 1]; see `aurum_plugins.forecasting.conformal`. Lower while the model drifts.
    agreement : ndarray of shape (n,)
        Share of the members that are on the ensemble's side.
    novelty : ndarray of shape (n,)
        In [0, 1]: share of the calibration rows that are more like the training rows.
    regime : ndarray of int, shape (n,)
        Which volatility regime the model sees; see `aurum_plugins.forecasting.conformal`.
    drift : DriftState
        Whether losses or features have drifted from those that the model was calibrated on.
    scores : ndarray of shape (n, m)
        Of each member, before they are combined.
    usable : ndarray of bool, shape (n,)
        Whether enough of the selected features was there, and the numbers are finite.
    """

    probability: FloatArray
    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    may_be_up: BoolArray
    may_be_down: BoolArray
    confidence: FloatArray
    agreement: FloatArray
    novelty: FloatArray
    regime: IntArray
    drift: DriftState
    scores: FloatArray
    usable: BoolArray


@dataclass(frozen=True, eq=False)
class Forecasts:
    """The forecasts of all targets for the same n rows.

    Attributes
    ----------
    readiness : ndarray of int, shape (n,)
        `Readiness` of each row; a forecast that is not ready has numbers all the same.
    targets : mapping of str to TargetForecast
        By the target's name.
    """

    readiness: IntArray
    targets: Mapping[str, TargetForecast]

    @property
    def ready(self) -> BoolArray:
        """Rows that may be acted on, shape (n,)."""
        usable: BoolArray = self.readiness == Readiness.READY
        return usable
