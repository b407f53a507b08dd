"""A random forest of scikit-learn's trees."""

from __future__ import annotations

import numpy as np
from pydantic import Field
from sklearn import config_context
from sklearn.tree import DecisionTreeRegressor

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.members.checked_member import CheckedMember
from aurum_plugins.forecasting.members.flat_forest import FlatForest
from aurum_plugins.forecasting.members.target_scale import HIGHEST_LOG_ODDS
from aurum_plugins.forecasting.target import Learn
from aurum_plugins.settings import Section

_LEAST_SHARE = 1.0 / (1.0 + np.exp(HIGHEST_LOG_ODDS))


class RandomForestParameters(Section):
    """Parameters of the member, called as in scikit-learn.

    Parameters
    ----------
    n_estimators : int in [1, 1000]
        Trees.
    max_depth : int in [1, 20]
    min_samples_leaf : int in [1, 1000]
        Rows.
    max_features : float in (0, 1]
        Share of the features that each split may choose from.
    max_samples : float in (0, 1]
        Rows drawn for each tree, with replacement, as a share of all. Labels overlap, so that a
        third of the rows says nearly as much as all, in a third of the time.
    """

    section = "aurum.members.random_forest"

    n_estimators: int = Field(default=60, ge=1, le=1_000)
    max_depth: int = Field(default=5, ge=1, le=20)
    min_samples_leaf: int = Field(default=20, ge=1, le=1_000)
    max_features: float = Field(default=0.2, gt=0, le=1)
    max_samples: float = Field(default=0.3, gt=0, le=1)


class RandomForest(CheckedMember):
    """Shallow trees of large leaves, each grown on its own draw of the rows (Breiman, 2001).

    A sign is learnt as the value 0 or 1: splits that lower the variance of such a label are those
    that lower its Gini impurity, and the mean of the leaves is the share of ups (Malley and others,
    2012).

    Parameters
    ----------
    learn : "sign" or "value"
    seed : int in [0, 2**32 - 1]
    parameters : RandomForestParameters, optional

    Attributes
    ----------
    forest_ : FlatForest

    References
    ----------
    L. Breiman, "Random forests", Machine Learning 45 (2001). J. Malley, J. Kruppa, A. Dasgupta,
    K. Malley and A. Ziegler, "Probability machines", Methods of Information in Medicine 51 (2012).
    """

    name = "random_forest"

    forest_: FlatForest

    def __init__(
        self, learn: Learn, seed: int, parameters: RandomForestParameters | None = None
    ) -> None:
        super().__init__(learn, seed)
        self.parameters = RandomForestParameters() if parameters is None else parameters

    def _learn(self, features: FloatArray, values: FloatArray, _candles: IntArray) -> None:
        chosen = self.parameters
        # Of the kind that trees draw from, so that they need not each make one.
        draws = np.random.RandomState(self.seed)
        drawn = max(1, round(chosen.max_samples * len(values)))
        rows = np.ascontiguousarray(features, dtype=np.float32)
        trees = []
        # Skips what the ensemble of scikit-learn does anew for each tree, which takes longer than
        # to grow one: parameters were checked, and the rows are whole.
        with config_context(assume_finite=True, skip_parameter_validation=True):
            for _ in range(chosen.n_estimators):
                sample = draws.randint(len(values), size=drawn)
                tree = DecisionTreeRegressor(
                    max_depth=chosen.max_depth,
                    min_samples_leaf=chosen.min_samples_leaf,
                    max_features=chosen.max_features,
                    random_state=draws,
                )
                trees.append(tree.fit(rows[sample], values[sample], check_input=False))
        self.forest_ = FlatForest.of(trees)

    def _outputs(self, features: FloatArray, _candles: IntArray) -> FloatArray:
        mean = self.forest_.mean(features)
        if self.learn == "value":
            return mean
        share = np.clip(mean, _LEAST_SHARE, 1.0 - _LEAST_SHARE)
        return np.log(share / (1.0 - share))
