"""The `aurum.ensemble` section of the configuration."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from aurum_plugins.forecasting.validation.time_blocks import ROUNDING
from aurum_plugins.settings import Section

MEMBERS = ("linear", "random_forest", "lightgbm", "xgboost", "lstm")


class EnsembleSettings(Section):
    """How a model is trained, and when its forecast may be acted on.

    A training window is cut, in order of time, into three blocks, each parted from the next by the
    horizon and the embargo: members are fitted on the first, by far the longest; probabilities and
    intervals are calibrated on the second; on the third the model is judged before it serves.

    Parameters
    ----------
    members : tuple of str
        Some of "linear", "random_forest", "lightgbm", "xgboost" and "lstm", which is left out where
        its optional extra is not installed.
    folds : int in [2, 20]
        Purged folds of the first block, from whose out-of-fold scores the members' weights are
        learnt.
    calibration_share, judgement_share : float in [0.05, 0.4]
        Of the training rows, for the second and third block.
    embargo_candles : int in [0, 5000]
        Rows that are dropped after each held-out stretch, beyond those whose labels overlap it.
    rows_per_horizon : int in [1, 1000]
        Rows that members are fitted on in each stretch as long as the horizon. Labels of
        neighbouring rows overlap almost wholly: more rows cost time and say little.
    record_candles : int in [50, 20000]
        The latest outcomes that intervals, prediction sets and confidence are measured by.
    least_rows : int in [100, 1000000]
        Labelled rows without which nothing is trained.
    refit : bool
        Whether members are fitted anew on all three blocks once the model was calibrated and
        judged: the latest rows say most of the next.
    n_features : dict of str to (int or "all")
        Features that a target's model gets, by the target's name, in place of
        `aurum.preprocessing.n_features`.
    novelty_share : float in [0, 0.5]
        Share of the calibration rows that may be as unlike the training rows as a row that is
        refused as novel; 0 refuses none.
    seed : int in [0, 2**32 - 1]
        Of everything that is random.
    """

    section = "aurum.ensemble"

    members: tuple[str, ...] = Field(default=MEMBERS, min_length=1)
    folds: int = Field(default=3, ge=2, le=20)
    calibration_share: float = Field(default=0.2, ge=0.05, le=0.4)
    judgement_share: float = Field(default=0.1, ge=0.05, le=0.4)
    embargo_candles: int = Field(default=0, ge=0, le=5_000)
    rows_per_horizon: int = Field(default=4, ge=1, le=1_000)
    record_candles: int = Field(default=500, ge=50, le=20_000)
    least_rows: int = Field(default=1_000, ge=100, le=1_000_000)
    refit: bool = True
    n_features: dict[str, int | Literal["all"]] = Field(default_factory=dict)
    novelty_share: float = Field(default=0.001, ge=0, le=0.5)
    seed: int = Field(default=0, ge=0, le=2**32 - 1)

    # In place of pydantic's own check of a union, which names each branch as if it were a key.
    @field_validator("n_features", mode="plain")
    @classmethod
    def _counts_or_all(cls, given: object) -> object:
        if not isinstance(given, dict):
            # Pydantic reports no TypeError.
            raise ValueError(  # noqa: TRY004
                "must be an object of numbers of features by target"
            )
        for target, count in given.items():
            if count != "all" and (type(count) is not int or count < 1):
                raise ValueError(f'{target}: must be a whole number from 1, or "all"')
        return given

    @field_validator("members")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in MEMBERS:
                raise ValueError(f"{name!r} is no member; known are {', '.join(MEMBERS)}")
        if len(set(names)) < len(names):
            raise ValueError("must name each member once")
        return names

    @model_validator(mode="after")
    def _shares(self) -> EnsembleSettings:
        if self.calibration_share + self.judgement_share > LARGEST_HELD_OUT + ROUNDING:
            raise ValueError(
                f"calibration_share and judgement_share together must be at most {LARGEST_HELD_OUT}"
            )
        return self


LARGEST_HELD_OUT = 0.6
