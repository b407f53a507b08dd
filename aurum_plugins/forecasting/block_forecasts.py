"""What challenger and champion say of a judgement block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.errors import FeatureMismatch
from aurum_plugins.forecasting.evaluation.scores import log_losses
from aurum_plugins.forecasting.forecasts import TargetForecast


@dataclass(frozen=True, eq=False)
class BlockForecasts:
    """Forecasts of one target of one pair, n rows.

    Attributes
    ----------
    candles : ndarray of int, shape (n,)
    outcomes, probability, base_rates : ndarray of shape (n,)
    lower, upper : ndarray of shape (n, number of levels)
        Ends of the intervals.
    chosen : ndarray of bool, shape (n,)
        Rows of the judgement block that were forecast, and whose outcome is known.
    champion : ndarray of shape (n,) or None
        Its probabilities; None if there is none, or it cannot forecast.
    both : ndarray of bool, shape (n,)
        Chosen rows that neither of the two saw, and both can forecast.
    """

    candles: IntArray
    outcomes: FloatArray
    probability: FloatArray
    base_rates: FloatArray
    lower: FloatArray
    upper: FloatArray
    chosen: BoolArray
    champion: FloatArray | None
    both: BoolArray

    def losses(self) -> pd.DataFrame:
        """Log losses of `challenger` and `champion` where both count, by candle."""
        if self.champion is None:
            return pd.DataFrame({"challenger": [], "champion": []}, dtype=np.float64)
        up = self.outcomes[self.both] > 0
        return pd.DataFrame(
            {
                "challenger": log_losses(self.probability[self.both], up),
                "champion": log_losses(self.champion[self.both], up),
            },
            index=pd.Index(self.candles[self.both]),
        )


def forecast_block(
    challenger: Ensemble,
    champion: Ensemble | None,
    features: pd.DataFrame,
    labels: pd.DataFrame,
    candles: IntArray,
) -> dict[str, BlockForecasts]:
    """Let both forecast the challenger's judgement block; parameters as of `judge`.

    Returns
    -------
    dict of str to BlockForecasts
        By target.
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
    found: dict[str, BlockForecasts] = {}
    for target in challenger.targets:
        name = target.name
        forecast, earlier = new[name], old.get(name)
        outcomes = labels[name].to_numpy(np.float64)
        chosen = judged_rows & forecast.usable & np.isfinite(outcomes)
        base_rate = challenger.models_[name].trained_.base_rate
        found[name] = BlockForecasts(
            candles=candles,
            outcomes=outcomes,
            probability=forecast.probability,
            base_rates=np.full(len(candles), base_rate),
            lower=forecast.lower,
            upper=forecast.upper,
            chosen=chosen,
            champion=None if earlier is None else earlier.probability,
            both=unseen & chosen & (False if earlier is None else earlier.usable),
        )
    return found
