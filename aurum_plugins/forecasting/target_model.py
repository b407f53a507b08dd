"""Everything that forecasts one target: members, their weights, calibration, intervals, drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Self

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.conformal.conformal_layer import ConformalLayer
from aurum_plugins.forecasting.conformal.forecasted import Forecasted
from aurum_plugins.forecasting.conformal.outcomes import Outcomes
from aurum_plugins.forecasting.conformal.regimes import Regimes
from aurum_plugins.forecasting.drift.model_drift import ModelDrift
from aurum_plugins.forecasting.errors import NotFitted
from aurum_plugins.forecasting.forecasts import TargetForecast
from aurum_plugins.forecasting.recipe import Recipe
from aurum_plugins.forecasting.scored_rows import ScoredRows
from aurum_plugins.forecasting.sign_calibrator import SignCalibrator
from aurum_plugins.forecasting.stack import Stack
from aurum_plugins.forecasting.trained_members import TrainedMembers
from aurum_plugins.forecasting.training_blocks import TrainingBlocks
from aurum_plugins.forecasting.value_calibrator import ValueCalibrator

EVEN = 0.5
# Of out-of-fold rows, and of the calibration block: log-odds know where even odds are, an expected
# value does not where outcomes are skewed.
INTERCEPT_PRECISIONS = {"sign": (1_000.0, 1_000.0), "value": (4.0, 100.0)}


class TargetModel:
    """Members behind one preprocessing, weighted, calibrated and conformal.

    Fitting reads the blocks of a training window in order of time: features are selected and
    members fitted on the first, their weights learnt from its out-of-fold scores; probabilities,
    expected values, regimes and novelty are learnt on the second. Intervals, sets and confidence
    start from how the second and the third turned out.

    Parameters
    ----------
    recipe : Recipe

    Attributes
    ----------
    trained_ : TrainedMembers
    outcomes_ : Outcomes
        The forecasts of the held-out rows, which intervals start from.
    """

    trained_: TrainedMembers
    outcomes_: Outcomes
    # Of one pair's model: that of all pairs, the pair's number, and its names of the features.
    _pooled: tuple[TargetModel, int, Mapping[str, str]] | None = None

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def fit(
        self,
        features: pd.DataFrame,
        labels: FloatArray,
        candles: IntArray,
        blocks: TrainingBlocks,
        spread: FloatArray,
    ) -> Self:
        """Train members and calibrate them; parameters and errors are as of `TrainedMembers.of`."""
        trained = TrainedMembers.of(self.recipe, features, labels, candles, blocks, spread)
        return self._calibrate(trained)

    def of_pair(self, pair: int, base_rate: float, own_names: Mapping[str, str]) -> TargetModel:
        """The same model with the record of one pair; parameters as of `TrainedMembers.of_pair`."""
        one = TargetModel(self.recipe)
        one.__dict__ |= self.__dict__
        one.trained_ = self.trained_.of_pair(pair, base_rate, own_names)
        one._pooled = self, pair, own_names
        return one._record()

    def subset(self, names: Sequence[str]) -> TargetModel:
        """The same model with some of its members alone, weighted and calibrated anew."""
        if self._pooled is not None:
            pooled, pair, own_names = self._pooled
            return pooled.subset(names).of_pair(pair, self.trained_.base_rate, own_names)
        part = TargetModel(self.recipe)
        return part._calibrate(self.trained_.part(names))

    @property
    def weights(self) -> dict[str, float]:
        """Share of each member in the combined score."""
        return dict(zip(self.trained_.names, map(float, self._stack.weights_)))

    def probability(self, scores: FloatArray) -> FloatArray:
        """Calibrated probability of the members' scores, (n, m) to (n,)."""
        return self._sign.probability(self._stack.combine(scores))

    def value(self, scores: FloatArray) -> FloatArray:
        """Expected target of the members' scores, (n, m) to (n,)."""
        return self._value.value(self._stack.combine(scores))

    def score(
        self,
        features: pd.DataFrame,
        candles: IntArray,
        since: int,
        *,
        judged: bool = False,
        earlier: ScoredRows | None = None,
    ) -> ScoredRows:
        """Score rows.

        Parameters
        ----------
        features : pandas.DataFrame of shape (n, d)
            Only the selected ones are looked at.
        candles : ndarray of int, shape (n,)
            Rising.
        since : int
            The model may have seen the rows up to this candle.
        judged : bool
            Whether to ask the members that did not see the held-out rows, instead of those that
            serve.
        earlier : ScoredRows, optional
            Rows after `since` and before these, for members that look at a sequence.
        """
        if not hasattr(self, "trained_"):
            raise NotFitted(f"the model of {self.recipe.target.name}")
        trained = self.trained_
        scaled, usable, not_finite = trained.prepared(features)
        members = trained.judged if judged else trained.serving
        later = candles > since
        scores = np.empty((len(candles), len(members.names)))
        for part in (later, ~later):
            # A backtest has no rows before its window, so that a sequence begins there for all.
            rows = np.flatnonzero(part)
            if not len(rows):
                continue
            seen, numbers = scaled[rows], candles[rows]
            if earlier is not None and part is later and members.window > 1:
                seen = np.concatenate([earlier.scaled, seen])
                numbers = np.concatenate([earlier.candles, numbers])
            wanted = np.arange(len(numbers) - len(rows), len(numbers))
            scores[rows] = members.score(seen, numbers, wanted)
        novelty = trained.novelty.novelty(scaled)
        return ScoredRows(candles, scaled, usable, scores, novelty, not_finite)

    def forecast(
        self,
        scored: ScoredRows,
        labels: FloatArray,
        spread: FloatArray,
        since: int,
        first: int = 0,
    ) -> TargetForecast:
        """Forecast rows that were scored.

        Parameters
        ----------
        scored : ScoredRows
            n rows.
        labels : ndarray of shape (n,)
            NaN where not known. A row looks only at labels known at its own close.
        spread : ndarray of shape (n,)
        since : int
            Rows up to this candle are no evidence: the model may have seen them.
        first : int
            The first row to forecast; those before it are evidence alone.

        Returns
        -------
        TargetForecast
            n - first rows.
        """
        forecasted = self._forecasted(scored.candles, scored.scores, spread)
        usable = scored.usable & np.isfinite(forecasted.probability)
        later = scored.candles > since
        known = _outcomes(forecasted, labels)[usable & later]
        outcomes = self.outcomes_.followed_by(known)
        wanted, scores = forecasted[first:], scored.scores[first:]
        conformal = self._layer.assess(outcomes, wanted)
        drift = self._drift.read(outcomes, scored.scaled, scored.candles, later, first)
        above = self._sign.probability(scores) > EVEN
        asked = np.isfinite(scores)
        agreeing = asked & (above == (wanted.probability > EVEN)[:, None])
        return TargetForecast(
            probability=wanted.probability,
            value=wanted.value,
            lower=conformal.lower,
            upper=conformal.upper,
            may_be_up=conformal.may_be_up,
            may_be_down=conformal.may_be_down,
            confidence=conformal.confidence * drift.factor,
            agreement=agreeing.sum(axis=1) / np.maximum(asked.sum(axis=1), 1),
            novelty=scored.novelty[first:],
            regime=wanted.regime,
            drift=drift,
            scores=scores,
            usable=usable[first:],
        )

    def _calibrate(self, trained: TrainedMembers) -> Self:
        """Learn weights, probabilities, values and regimes; each pair has a record of its own."""
        target, per_outcome = self.recipe.target, self.recipe.held_out_per_label
        self.trained_ = trained
        known = np.isfinite(trained.out_of_fold).any(axis=1)
        earlier, labels = trained.out_of_fold[known], trained.out_of_fold_target[known]
        per_label = self.recipe.rows_per_label
        self._stack = Stack(target.learn, per_label).fit(earlier, labels)
        loose, firm = INTERCEPT_PRECISIONS[target.learn]
        before = SignCalibrator(target.name, per_label, loose)
        before.fit(self._stack.combine(earlier), labels)
        held = trained.held_out
        score = self._stack.combine(held.scores)
        usable = held.calibration & np.isfinite(score)
        score, labels = score[usable], held.target[usable]
        self._sign = SignCalibrator(target.name, per_outcome, firm).fit(score, labels, before)
        self._value = ValueCalibrator(target, per_outcome).fit(score, labels)
        self._regimes = Regimes().fit(self._level(held.scores, held.spread)[usable])
        return self if self.recipe.pairs > 1 else self._record()

    def _record(self) -> Self:
        """Begin the record of one pair with its held-out rows."""
        horizon, held = self.recipe.horizon, self.trained_.held_out
        self._layer = ConformalLayer(self.recipe.settings.record_candles, horizon)
        self.outcomes_ = _outcomes(
            self._forecasted(held.candles, held.scores, held.spread), held.target
        )
        learn, settings = self.recipe.target.learn, self.recipe.drift
        self._drift = ModelDrift(learn, horizon, settings, self.trained_.inputs)
        self._drift.fit(self.outcomes_)
        return self

    def _level(self, scores: FloatArray, spread: FloatArray) -> FloatArray:
        """What regimes are told by: the expected volatility."""
        return self.value(scores) if self.recipe.target.learn == "value" else spread

    def _forecasted(self, candles: IntArray, scores: FloatArray, spread: FloatArray) -> Forecasted:
        return Forecasted(
            candles=candles,
            probability=self.probability(scores),
            value=self.value(scores),
            spread=spread,
            regime=self._regimes.of(self._level(scores, spread)),
        )


def _outcomes(forecasted: Forecasted, target: FloatArray) -> Outcomes:
    columns = {column.name: getattr(forecasted, column.name) for column in fields(forecasted)}
    return Outcomes(**columns, target=target)
