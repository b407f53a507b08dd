"""The `aurum.preprocessing` section of the configuration."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from aurum_plugins.preprocessing.preprocessor import Preprocessor
from aurum_plugins.settings import Section


class PreprocessingSettings(Section):
    """How features are cleaned, scaled and selected.

    Parameters
    ----------
    n_features : int >= 1 or "all"
        Features that a model gets.
    clip_width : float in [1, 1000]
        Robust standard deviations from the median, beyond which a value is clipped.
    outlier_share : float in [0, 0.5]
        Of the training rows, to be dropped as unlike the rest.
    min_completeness : float in (0, 1]
        Share of the selected features that a row must have for a trade to follow from it.
    min_column_completeness : float in [0, 1]
        Share of the training rows in which a feature must have a value to be a candidate of a model
        of FreqAI, which drops every row that lacks one.
    random_state : int in [0, 2**32 - 1]
        Seed of the isolation forest.

    Examples
    --------
    >>> PreprocessingSettings(n_features=10).preprocessor()
    Preprocessor(n_features=10)
    """

    section = "aurum.preprocessing"

    n_features: int | Literal["all"] = 26
    clip_width: float = Field(default=8.0, ge=1, le=1_000)
    outlier_share: float = Field(default=0.01, ge=0, le=0.5)
    min_completeness: float = Field(default=0.9, gt=0, le=1)
    min_column_completeness: float = Field(default=0.95, ge=0, le=1)
    random_state: int = Field(default=0, ge=0, le=2**32 - 1)

    # In place of pydantic's own check of a union, which names each branch as if it were a key.
    @field_validator("n_features", mode="plain")
    @classmethod
    def _count_or_all(cls, value: object) -> object:
        if value == "all" or (type(value) is int and value >= 1):
            return value
        raise ValueError('must be a whole number from 1, or "all"')

    def preprocessor(self) -> Preprocessor:
        """An estimator with these parameters, not fitted."""
        return Preprocessor(**self.model_dump(exclude={"min_column_completeness"}))
