"""A challenger's figures on the rows that it was not trained on, beside the champion's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import IntArray
from aurum_plugins.forecasting.block_forecasts import BlockForecasts, forecast_block
from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.evaluation.scores import (
    accuracy,
    auc,
    brier_skill,
    log_loss,
    majority_accuracy,
)
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
    rows = forecast_block(challenger, champion, features, labels, candles)
    return judgement_of([rows], challenger.horizon, compared=champion is not None)


def judgement_of(
    blocks: Sequence[Mapping[str, BlockForecasts]], horizon: int, *, compared: bool
) -> Judgement:
    """Figures of the judgement blocks of one pair, or of several together.

    What several pairs did at one candle is one event of one market: outcomes count by candles, and
    challenger and champion are compared by their mean losses at each.

    Parameters
    ----------
    blocks : sequence of mapping of str to BlockForecasts
        One a pair, by target.
    horizon : int
        Candles until a label is known.
    compared : bool
        Whether there is a champion.
    """
    judged, both = [], []
    for target in blocks[0]:
        parts = [block[target] for block in blocks]
        judged.append(_judged(target, parts, horizon))
        if any(part.champion is not None for part in parts):
            both.append(_compared(target, parts, horizon))
    return Judgement(tuple(judged), tuple(both) if compared else None)


def _judged(name: str, parts: Sequence[BlockForecasts], horizon: int) -> Judged:
    chosen = [part.chosen for part in parts]
    y, probability, lower, upper, base_rates = (
        np.concatenate([values[rows] for values, rows in zip(columns, chosen)])
        for columns in zip(
            *((p.outcomes, p.probability, p.lower, p.upper, p.base_rates) for p in parts)
        )
    )
    up = y > 0
    inside = (lower <= y[:, None]) & (y[:, None] <= upper)
    coverage = inside.mean(axis=0) if len(y) else np.full(inside.shape[1], np.nan)
    candles = np.concatenate([part.candles[rows] for part, rows in zip(parts, chosen)])
    return Judged(
        target=name,
        rows=len(y),
        effective_rows=len(np.unique(candles)) / horizon,
        accuracy=accuracy(probability, up),
        base_rate_accuracy=majority_accuracy(base_rates, up),
        brier_skill=brier_skill(probability, up, base_rates),
        auc=auc(probability, up),
        coverage_80=float(coverage[0]),
        coverage_90=float(coverage[1]),
        log_loss=log_loss(probability, up),
    )


def _compared(name: str, parts: Sequence[BlockForecasts], horizon: int) -> Compared:
    losses = pd.concat([part.losses() for part in parts]).groupby(level=0).mean()
    new, old = (losses[who].to_numpy(np.float64) for who in ("challenger", "champion"))
    return Compared.of(name, new, old, horizon)
