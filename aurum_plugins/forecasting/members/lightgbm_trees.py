"""Gradient-boosted trees, by LightGBM."""

from __future__ import annotations

import lightgbm
import numpy as np
from pydantic import Field

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.members.checked_member import CheckedMember
from aurum_plugins.forecasting.target import Learn
from aurum_plugins.settings import Section

_OBJECTIVES = {"sign": "binary", "value": "regression"}
# LightGBM's seeds are signed numbers of 32 bits.
_HIGHEST_SEED = 2**31 - 1


class LightGBMParameters(Section):
    """Parameters of the member, called as in LightGBM.

    Parameters
    ----------
    num_boost_round : int in [1, 2000]
        Trees.
    learning_rate : float in (0, 1]
    num_leaves : int in [2, 256]
    min_data_in_leaf : int in [1, 1000]
        Rows.
    lambda_l2 : float in [0, 1000]
    bagging_fraction : float in (0, 1]
        Share of the rows that each tree sees.
    feature_fraction : float in (0, 1]
        Share of the features that each tree sees.
    extra_trees : bool
        Try one random threshold a feature rather than all: less is learnt from noise.
    max_bin : int in [2, 255]
        Steps that a feature is rounded to.
    """

    section = "aurum.members.lightgbm"

    num_boost_round: int = Field(default=100, ge=1, le=2_000)
    learning_rate: float = Field(default=0.04, gt=0, le=1)
    num_leaves: int = Field(default=6, ge=2, le=256)
    min_data_in_leaf: int = Field(default=40, ge=1, le=1_000)
    lambda_l2: float = Field(default=5.0, ge=0, le=1_000)
    bagging_fraction: float = Field(default=0.7, gt=0, le=1)
    feature_fraction: float = Field(default=0.25, gt=0, le=1)
    extra_trees: bool = True
    max_bin: int = Field(default=63, ge=2, le=255)


class LightGBMTrees(CheckedMember):
    """Few small trees, each a small step towards what those before it left unexplained.

    Parameters
    ----------
    learn : "sign" or "value"
    seed : int in [0, 2**32 - 1]
    parameters : LightGBMParameters, optional

    Attributes
    ----------
    booster_ : lightgbm.Booster

    References
    ----------
    G. Ke and others, "LightGBM: a highly efficient gradient boosting decision tree", NIPS (2017).
    """

    name = "lightgbm"

    booster_: lightgbm.Booster

    def __init__(
        self, learn: Learn, seed: int, parameters: LightGBMParameters | None = None
    ) -> None:
        super().__init__(learn, seed)
        self.parameters = LightGBMParameters() if parameters is None else parameters

    def _learn(self, features: FloatArray, values: FloatArray, _candles: IntArray) -> None:
        chosen = self.parameters.model_dump()
        rounds = chosen.pop("num_boost_round")
        settings = {
            **chosen,
            "objective": _OBJECTIVES[self.learn],
            "bagging_freq": 1,
            "seed": self.seed % _HIGHEST_SEED,
            "num_threads": 1,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }
        rows = lightgbm.Dataset(features, values, params=settings)
        self.booster_ = lightgbm.train(settings, rows, rounds)

    def _outputs(self, features: FloatArray, _candles: IntArray) -> FloatArray:
        # What it was trained with does not hold here: without it, every core is used.
        outputs = self.booster_.predict(features, raw_score=True, num_threads=1)
        return np.asarray(outputs, dtype=np.float64)
