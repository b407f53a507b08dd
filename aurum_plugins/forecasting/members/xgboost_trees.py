"""Gradient-boosted trees, by XGBoost."""

from __future__ import annotations

import numpy as np
import xgboost
from pydantic import Field

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.members.checked_member import CheckedMember
from aurum_plugins.forecasting.target import Learn
from aurum_plugins.settings import Section

_OBJECTIVES = {"sign": "binary:logistic", "value": "reg:squarederror"}


class XGBoostParameters(Section):
    """Parameters of the member, called as in XGBoost.

    Parameters
    ----------
    num_boost_round : int in [1, 2000]
        Trees.
    learning_rate : float in (0, 1]
    max_depth : int in [1, 10]
    min_child_weight : float in [0, 1000]
        Rows in a leaf; of a sign, a row weighs a quarter or less.
    reg_lambda : float in [0, 1000]
    subsample : float in (0, 1]
        Share of the rows that each tree sees.
    colsample_bytree : float in (0, 1]
        Share of the features that each tree sees.
    max_bin : int in [2, 256]
        Steps that a feature is rounded to.
    """

    section = "aurum.members.xgboost"

    num_boost_round: int = Field(default=100, ge=1, le=2_000)
    learning_rate: float = Field(default=0.04, gt=0, le=1)
    max_depth: int = Field(default=2, ge=1, le=10)
    min_child_weight: float = Field(default=20.0, ge=0, le=1_000)
    reg_lambda: float = Field(default=5.0, ge=0, le=1_000)
    subsample: float = Field(default=0.7, gt=0, le=1)
    colsample_bytree: float = Field(default=0.25, gt=0, le=1)
    max_bin: int = Field(default=64, ge=2, le=256)


class XGBoostTrees(CheckedMember):
    """Few trees of one or two questions, so little more than a sum of curves of single features.

    Parameters
    ----------
    learn : "sign" or "value"
    seed : int in [0, 2**32 - 1]
    parameters : XGBoostParameters, optional

    Attributes
    ----------
    booster_ : xgboost.Booster

    References
    ----------
    T. Chen and C. Guestrin, "XGBoost: a scalable tree boosting system", KDD (2016).
    """

    name = "xgboost"

    booster_: xgboost.Booster

    def __init__(
        self, learn: Learn, seed: int, parameters: XGBoostParameters | None = None
    ) -> None:
        super().__init__(learn, seed)
        self.parameters = XGBoostParameters() if parameters is None else parameters

    def _learn(self, features: FloatArray, values: FloatArray, _candles: IntArray) -> None:
        chosen = self.parameters.model_dump()
        rounds = chosen.pop("num_boost_round")
        settings = {
            **chosen,
            "objective": _OBJECTIVES[self.learn],
            "tree_method": "hist",
            "seed": self.seed,
            # Its own estimate: the share of ups, or the mean of a standardised value.
            "base_score": values.mean() if self.learn == "sign" else 0.0,
            "nthread": 1,
            "verbosity": 0,
        }
        # The parameter alone leaves parts of the work to every core. What is set here holds for
        # this thread of Python's.
        with xgboost.config_context(nthread=1, verbosity=0):
            rows = xgboost.DMatrix(_rounded(features), values, nthread=1)
            self.booster_ = xgboost.train(settings, rows, rounds)

    def _outputs(self, features: FloatArray, _candles: IntArray) -> FloatArray:
        outputs = self.booster_.inplace_predict(_rounded(features), predict_type="margin")
        return np.asarray(outputs, dtype=np.float64)


def _rounded(features: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.ascontiguousarray(features, dtype=np.float32)
