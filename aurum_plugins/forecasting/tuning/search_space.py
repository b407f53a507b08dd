"""Which settings are tuned, and within which bounds.

The bounds are narrower than what the settings allow: tuning is to find the right size for the data
at hand, not to prove that deep trees learn noise by heart. What is configured is always within.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from aurum_plugins.forecasting.members.catalogue import present
from aurum_plugins.forecasting.settings import LARGEST_HELD_OUT, EnsembleSettings
from aurum_plugins.forecasting.tuning.candidate import TRAIN_DAYS, Candidate
from aurum_plugins.forecasting.tuning.knob import Knob, Value

TRAINING = "training"
PARTS = (TRAINING, "linear", "random_forest", "lightgbm", "xgboost", "lstm")
FEATURE_COUNTS = (13, 26, 52, "all")
# Of the configured training window.
SHORTEST, LONGEST = 0.5, 1.5


class _Bounds(NamedTuple):
    make: Callable[..., Knob]
    low: float
    high: float
    log: bool


_W, _R = Knob.whole, Knob.real
_MEMBERS: Mapping[str, Mapping[str, _Bounds]] = {
    "linear": {"penalty": _Bounds(_R, 0.005, 1.0, True)},
    "random_forest": {
        "max_depth": _Bounds(_W, 3, 8, False),
        "min_samples_leaf": _Bounds(_W, 10, 80, True),
        "max_features": _Bounds(_R, 0.1, 0.5, False),
    },
    "lightgbm": {
        "num_boost_round": _Bounds(_W, 50, 250, True),
        "learning_rate": _Bounds(_R, 0.01, 0.1, True),
        "num_leaves": _Bounds(_W, 3, 16, True),
        "min_data_in_leaf": _Bounds(_W, 15, 150, True),
    },
    "xgboost": {
        "num_boost_round": _Bounds(_W, 50, 250, True),
        "learning_rate": _Bounds(_R, 0.01, 0.1, True),
        "max_depth": _Bounds(_W, 1, 4, False),
        "min_child_weight": _Bounds(_R, 5.0, 60.0, True),
    },
    "lstm": {
        "hidden_size": _Bounds(_W, 4, 24, True),
        "epochs": _Bounds(_W, 2, 8, True),
        "learning_rate": _Bounds(_R, 0.003, 0.03, True),
    },
}
_TABLES = {
    "linear": ("linear", "LinearParameters"),
    "random_forest": ("random_forest", "RandomForestParameters"),
    "lightgbm": ("lightgbm_trees", "LightGBMParameters"),
    "xgboost": ("xgboost_trees", "XGBoostParameters"),
    "lstm": ("lstm", "LSTMParameters"),
}


def search_space(
    candidate: Candidate,
    *,
    parts: Sequence[str],
    targets: Sequence[str],
    horizon: int,
    n_features: int | str,
    offered: int,
) -> tuple[Knob, ...]:
    """The settings to be tuned.

    Parameters
    ----------
    candidate : Candidate
        As configured.
    parts : sequence of str
        Some of `PARTS`: members, and "training" for windows, rows and features. Members that the
        ensemble does not have, or whose library is not installed, are passed over.
    targets : sequence of str
        Names of the targets that are forecast, each of which gets its own number of features.
    horizon : int
        Candles until a label is known.
    n_features : int or "all"
        Of targets for which `aurum.ensemble.n_features` says nothing.
    offered : int
        Candidate features that there are: more are not asked for.

    Returns
    -------
    tuple of Knob
    """
    knobs: list[Knob] = []
    if TRAINING in parts:
        knobs += _training(candidate, targets, horizon, n_features, offered)
    for name in present(candidate.ensemble.members):
        if name in parts:
            knobs += _of_member(name, candidate.parameters.get(name, {}))
    return tuple(knobs)


def longest_days(days: int) -> int:
    """The longest training window that is tried, from the configured one."""
    return round(LONGEST * days)


def _training(
    candidate: Candidate,
    targets: Sequence[str],
    horizon: int,
    n_features: int | str,
    offered: int,
) -> list[Knob]:
    ensemble, days = candidate.ensemble, candidate.train_days
    section = EnsembleSettings.section
    most = min(0.3, LARGEST_HELD_OUT - ensemble.judgement_share)
    counts: list[Value] = [
        count for count in FEATURE_COUNTS if isinstance(count, str) or count <= offered
    ]
    rows = Knob.whole(
        f"{section}.rows_per_horizon",
        ensemble.rows_per_horizon,
        min(2, horizon),
        min(8, horizon),
        log=True,
    )
    return [
        Knob.whole(TRAIN_DAYS, days, max(1, round(SHORTEST * days)), longest_days(days)),
        rows,
        Knob.real(f"{section}.calibration_share", ensemble.calibration_share, 0.1, most),
        *(
            Knob.choice(
                f"{section}.n_features.{target}",
                ensemble.n_features.get(target, n_features),
                counts,
            )
            for target in targets
        ),
    ]


def _of_member(name: str, given: Mapping[str, Any]) -> list[Knob]:
    module, table = _TABLES[name]
    parameters = getattr(import_module(f"aurum_plugins.forecasting.members.{module}"), table)
    configured = parameters.from_config({"aurum": {"members": {name: given}}})
    return [
        bounds.make(
            f"{parameters.section}.{key}",
            getattr(configured, key),
            bounds.low,
            bounds.high,
            log=bounds.log,
        )
        for key, bounds in _MEMBERS[name].items()
    ]
