"""A challenger's figures on the rows that it was not trained on, beside the champion's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.errors import FeatureMismatch
from aurum_plugins.forecasting.evaluation.scores import (
    accuracy,
    auc,
    brier_skill,
    log_loss,
    log_losses,
    majority_accuracy,
)
from aurum_plugins.forecasting.forecasts import TargetForecast
from aurum_plugins.forecasting.registry.judged import Compared, Judged


@dataclass(frozen=True)
class Judgement:
    """What the promotion gate is told.

    Attributes
    ----------
    judged : tuple of Judged
        The challenger's figures, one a target.
    compared : tuple of Compared or None
        One a target; None if there is no champion.
    """

    judged: tuple[Judged, ...]
    compared: tuple[Compared, ...] | None


def judge(
    challenger: Ensemble,
    champion: Ensemble | None,
    features: pd.DataFrame,
    labels: pd.DataFrame,
    candles: IntArray,
) -> Judgement:
    """Let both forecast the challenger's judgement block.

    The two are compared on those of its rows that came after what the champion was fitted and
    calibrated on. The champion was chosen by some of them, which flatters it a little. A champion
    that cannot forecast them, because features have gone, is compared on none.

    Parameters
    ----------
    challenger, champion : Ensemble
    features, labels : pandas.DataFrame of shape (n, ...)
        What the challenger was trained on.
    candles : ndarray of int, shape (n,)
    """
    first = int(challenger.judgement_candles_[0]) - challenger.window
    rows = candles >= first
    features, labels, candles = features[rows], labels[rows], candles[rows]
    judged_rows = np.isin(candles, challenger.judgement_candles_)
    new = challenger.forecast(features, candles, judged=True).targets
    old: dict[str, TargetForecast] = {}
    unseen = np.zeros(len(candles), dtype=np.bool_)
    if champion is not None:
        unseen = judged_rows & (candles >= champion.judgement_candles_[0])
        try:
            old = dict(champion.forecast(features, candles, judged=True).targets)
        except FeatureMismatch:
            unseen[:] = False
    judged, compared = [], []
    for target in challenger.targets:
        name = target.name
        outcomes = labels[name].to_numpy(np.float64)
        base_rate = challenger.models_[name].trained_.base_rate
        chosen = judged_rows & new[name].usable & np.isfinite(outcomes)
        judged.append(_judged(name, new[name], outcomes, chosen, base_rate, challenger.horizon))
        if name in old:
            both = unseen & chosen & old[name].usable
            ours, theirs = (
                log_losses(forecast[name].probability[both], outcomes[both] > 0)
                for forecast in (new, old)
            )
            compared.append(Compared.of(name, ours, theirs, challenger.horizon))
    return Judgement(tuple(judged), None if champion is None else tuple(compared))


def _judged(
    name: str,
    forecast: TargetForecast,
    outcomes: FloatArray,
    chosen: BoolArray,
    base_rate: float,
    horizon: int,
) -> Judged:
    y, probability = outcomes[chosen], forecast.probability[chosen]
    up, base_rates = y > 0, np.full(len(y), base_rate)
    inside = (forecast.lower[chosen] <= y[:, None]) & (y[:, None] <= forecast.upper[chosen])
    coverage = inside.mean(axis=0) if len(y) else np.full(inside.shape[1], np.nan)
    return Judged(
        target=name,
        rows=len(y),
        effective_rows=len(y) / horizon,
        accuracy=accuracy(probability, up),
        base_rate_accuracy=majority_accuracy(base_rates, up),
        brier_skill=brier_skill(probability, up, base_rates),
        auc=auc(probability, up),
        coverage_80=float(coverage[0]),
        coverage_90=float(coverage[1]),
        log_loss=log_loss(probability, up),
    )
