"""How good the forecasts of one walk-forward window were, as sums that can be added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import reduce
from operator import add
from typing import Self

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.evaluation.scores import brier_losses, hits, log_losses, skill
from aurum_plugins.forecasting.evaluation.walk_forward_run import WindowResult

EVEN = 0.5
# A forecast that is sure and wrong costs a lot, but not everything.
LEAST_CHANCE = 1e-4


@dataclass(frozen=True)
class ForecastSums:
    """Sums over forecasts whose outcome is known.

    Attributes
    ----------
    rows : int
    log_loss, brier : float
        Losses of the forecasts.
    base_brier : float
        Loss of the training rows' base rate on the same rows.
    hits : float
        Forecasts on the side that came true.
    """

    rows: int = 0
    log_loss: float = 0.0
    brier: float = 0.0
    base_brier: float = 0.0
    hits: float = 0.0

    @classmethod
    def of(cls, table: pd.DataFrame) -> Self:
        """Sum up a table of forecasts, as `forecast_table` describes it.

        A row that may not be acted on counts as if its base rate had been forecast, and one without
        a model as if a coin had been thrown: a trial gains nothing by refusing what is hard, and
        all trials are judged on the same rows.
        """
        outcomes = table["target"].to_numpy(np.float64)
        table, up = table[np.isfinite(outcomes)], outcomes[np.isfinite(outcomes)] > 0
        base = table["base_rate"].to_numpy(np.float64)
        base = np.where(np.isfinite(base), base, EVEN)
        usable = table["usable"].to_numpy(np.bool_)
        forecast = np.where(usable, table["probability"].to_numpy(np.float64), base)
        forecast = np.clip(forecast, LEAST_CHANCE, 1.0 - LEAST_CHANCE)
        return cls(
            rows=len(up),
            log_loss=float(log_losses(forecast, up).sum()),
            brier=float(brier_losses(forecast, up).sum()),
            base_brier=float(brier_losses(base, up).sum()),
            hits=float(hits(forecast, up).sum()),
        )

    def __add__(self, other: ForecastSums) -> ForecastSums:
        return ForecastSums(*(ours + theirs for ours, theirs in zip(astuple(self), astuple(other))))

    @property
    def mean_log_loss(self) -> float:
        """In nats a forecast; NaN of none."""
        return self.log_loss / self.rows if self.rows else float("nan")

    @property
    def brier_skill(self) -> float:
        """Part of the base rate's Brier score that the forecasts do away with."""
        return skill(self.brier, self.base_brier)

    @property
    def accuracy(self) -> float:
        """Share of hits; NaN of none."""
        return self.hits / self.rows if self.rows else float("nan")


@dataclass(frozen=True)
class WindowScore:
    """The forecasts of all pairs in one window.

    Attributes
    ----------
    targets : mapping of str to ForecastSums
    failures : tuple of str
        Why a pair had no model.
    """

    targets: Mapping[str, ForecastSums]
    failures: tuple[str, ...] = ()

    @classmethod
    def of(cls, results: Iterable[WindowResult], targets: Sequence[str]) -> Self:
        """Add up the results of a window's pairs."""
        # In order of pairs, in whichever they were done: sums of floats depend on it.
        done = sorted(results, key=lambda result: result.pair)
        sums = {target: ForecastSums() for target in targets}
        for result in done:
            for target in targets:
                sums[target] += ForecastSums.of(result.tables[target])
        failures = tuple(f"{result.pair}: {result.error}" for result in done if result.error)
        return cls(sums, failures)

    def __add__(self, other: WindowScore) -> WindowScore:
        sums = {target: sums + other.targets[target] for target, sums in self.targets.items()}
        return WindowScore(sums, self.failures + other.failures)

    @property
    def loss(self) -> float:
        """Log loss in nats, the mean over targets: what is minimised."""
        return float(np.mean([sums.mean_log_loss for sums in self.targets.values()]))


def total(windows: Sequence[WindowScore]) -> WindowScore:
    """Windows together, one or more; a window counts by its forecasts."""
    return reduce(add, windows)
