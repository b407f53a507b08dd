"""Everything that forecasts one target: features chosen for it, members, weights, calibration."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.conformal.conformal_layer import ConformalLayer
from aurum_plugins.forecasting.conformal.forecasted import Forecasted
from aurum_plugins.forecasting.conformal.outcomes import Outcomes
from aurum_plugins.forecasting.conformal.regimes import Regimes
from aurum_plugins.forecasting.drift.model_drift import ModelDrift
from aurum_plugins.forecasting.drift.settings import DriftSettings
from aurum_plugins.forecasting.errors import NotFitted, OneOutcome
from aurum_plugins.forecasting.forecasts import TargetForecast
from aurum_plugins.forecasting.member_group import MemberGroup, Parameters
from aurum_plugins.forecasting.novelty import Novelty
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.sign_calibrator import SignCalibrator
from aurum_plugins.forecasting.stack import Stack
from aurum_plugins.forecasting.target import Target
from aurum_plugins.forecasting.training_blocks import TrainingBlocks
from aurum_plugins.forecasting.validation.purged_folds import PurgedFolds
from aurum_plugins.forecasting.value_calibrator import ValueCalibrator
from aurum_plugins.preprocessing import PreprocessingSettings, Preprocessor

EVEN = 0.5
# FreqAI's, of a label's column.
PREFIX = "&-"


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What a model said of rows that its members were not fitted on, and what came of them.

    Attributes
    ----------
    candles, target : ndarray of shape (k,)
    scores : ndarray of shape (k, m)
        Of the members.
    spread : ndarray of shape (k,)
    calibration : ndarray of bool, shape (k,)
        Rows of the calibration block; the others belong to the judgement block.
    """

    candles: IntArray
    target: FloatArray
    scores: FloatArray
    spread: FloatArray
    calibration: BoolArray


class TargetModel:
    """Members behind one preprocessing, weighted, calibrated and conformal.

    Fitting reads the blocks of a training window in order of time: features are selected and
    members fitted on the first, their weights learnt from its out-of-fold scores; probabilities,
    expected values, regimes and novelty are learnt on the second. The features of the folds are
    those that the whole first block selects, which flatters out-of-fold scores a little: weights
    may see it, calibration does not.

    Parameters
    ----------
    target : Target
    settings : EnsembleSettings
    preprocessing : PreprocessingSettings
    horizon : int
        Candles until a label is known.
    names : sequence of str
        Members.
    parameters : mapping of str to mapping
        Of members by name.
    drift : DriftSettings

    Attributes
    ----------
    preprocessor_ : Preprocessor
        Of the selected features alone.
    members_ : MemberGroup
        Fitted on the first block: what was calibrated and judged.
    serving_ : MemberGroup
        What forecasts: the same members, with `refit` fitted on all blocks.
    base_rate_ : float
        Share of the labels of the first block that are above 0.
    held_out_ : HeldOut
    outcomes_ : Outcomes
        The forecasts of the held-out rows, which intervals start from.
    """

    preprocessor_: Preprocessor
    members_: MemberGroup
    serving_: MemberGroup
    base_rate_: float
    held_out_: HeldOut
    outcomes_: Outcomes

    def __init__(
        self,
        target: Target,
        settings: EnsembleSettings,
        preprocessing: PreprocessingSettings,
        horizon: int,
        names: Sequence[str],
        parameters: Parameters,
        drift: DriftSettings,
    ) -> None:
        self.target = target
        self.settings = settings
        self.preprocessing = preprocessing
        self.horizon = horizon
        self.names = tuple(names)
        self.parameters = parameters
        self.drift = drift

    def fit(
        self,
        features: pd.DataFrame,
        labels: FloatArray,
        candles: IntArray,
        blocks: TrainingBlocks,
        spread: FloatArray,
    ) -> Self:
        """Learn from the labelled rows of a training window.

        Parameters
        ----------
        features : pandas.DataFrame of shape (n, d)
            Candidate features; NaN is missing.
        labels : ndarray of shape (n,)
            Finite.
        candles : ndarray of int, shape (n,)
            Rising.
        blocks : TrainingBlocks
        spread : ndarray of shape (n,)
            How volatile each row's future is expected to be, above 0; read for held-out rows alone.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
        aurum_plugins.preprocessing.PreprocessingError
        """
        for name, block in (("fitting", blocks.fitted), ("calibration", blocks.calibration)):
            self._check_outcomes(name, labels[block])
        fitted = blocks.fitted
        self.base_rate_ = float(np.mean(labels[fitted] > 0))
        thinned = self._thinned(candles[fitted])
        rows = fitted[thinned]
        whole = self._preprocessor().fit(features.iloc[rows], labels[rows])
        self.preprocessor_ = whole.narrowed()
        selected = features.loc[:, self.feature_names]
        scaled, usable = self.preprocessor_.transform(selected), self.usable_rows(selected)
        chosen = thinned & usable[fitted]
        chosen[thinned] &= whole.inlier_mask_
        self._oof = self._out_of_fold(scaled[fitted], labels[fitted], candles[fitted], chosen)
        self._oof_labels = labels[fitted][chosen]
        self.members_ = self._group()
        self.members_.fit(scaled[fitted], labels[fitted], candles[fitted], chosen)
        rows = blocks.held_out[usable[blocks.held_out]]
        self.held_out_ = HeldOut(
            candles=candles[rows],
            target=labels[rows],
            scores=self.members_.score(scaled, candles, rows),
            spread=spread[rows],
            calibration=np.isin(rows, blocks.calibration),
        )
        self._drift = ModelDrift(self.target.learn, self.horizon, self.drift)
        self._drift.fit_inputs(scaled[fitted], candles[fitted])
        self._novelty = Novelty().fit(
            scaled[fitted][chosen], scaled[rows[self.held_out_.calibration]]
        )
        self.serving_ = self.members_
        if self.settings.refit:
            self.serving_ = self._group()
            latest = self._thinned(candles) & usable
            self.serving_.fit(scaled, labels, candles, latest)
        return self._calibrate()

    def subset(self, names: Sequence[str]) -> TargetModel:
        """The same model with some of its members alone, weighted and calibrated anew.

        The members themselves are fitted apart from each other, so they need no training.
        """
        part = copy.copy(self)
        columns = [position for position, name in enumerate(self.names) if name in names]
        part = copy.copy(self)
        part._narrow(columns)  # noqa: SLF001 - of the same class
        return part

    @property
    def feature_names(self) -> list[str]:
        """The selected features, in the order that members see them in."""
        return list(self.preprocessor_.feature_names_in_)

    @property
    def weights(self) -> dict[str, float]:
        """Share of each member in the combined score."""
        return dict(zip(self.names, map(float, self._stack.weights_)))

    def usable_rows(self, features: pd.DataFrame) -> BoolArray:
        """Whether enough of `feature_names` is there, shape (n,)."""
        return np.asarray(self.preprocessor_.usable_rows(features), dtype=np.bool_)

    def probability(self, scores: FloatArray) -> FloatArray:
        """Calibrated probability of the members' scores, (n, m) to (n,)."""
        return self._sign.probability(self._stack.combine(scores))

    def value(self, scores: FloatArray) -> FloatArray:
        """Expected target of the members' scores, (n, m) to (n,)."""
        return self._value.value(self._stack.combine(scores))

    def forecast(
        self,
        features: pd.DataFrame,
        candles: IntArray,
        labels: FloatArray,
        spread: FloatArray,
        since: int,
        *,
        judged: bool = False,
    ) -> TargetForecast:
        """Forecast rows.

        Parameters
        ----------
        features : pandas.DataFrame of shape (n, d)
            Only `feature_names` are looked at.
        candles : ndarray of int, shape (n,)
            Rising.
        labels : ndarray of shape (n,)
            NaN where not known. A row looks only at labels known at its own close.
        spread : ndarray of shape (n,)
        since : int
            Rows up to this candle are no evidence: the model may have seen them.
        judged : bool
            Whether to ask the members that did not see the held-out rows, instead of those that
            serve.
        """
        if not hasattr(self, "outcomes_"):
            raise NotFitted(f"the model of {self.target.name}")
        selected = features.loc[:, self.feature_names]
        scaled, usable = self.preprocessor_.transform(selected), self.usable_rows(selected)
        members = self.members_ if judged else self.serving_
        scores = members.score(scaled, candles, np.arange(len(candles)))
        forecasted = self._forecasted(candles, scores, spread)
        usable &= np.isfinite(forecasted.probability)
        later = candles > since
        outcomes = _followed(self.outcomes_, forecasted, labels, usable & later)
        conformal = self._layer.assess(outcomes, forecasted)
        drift = self._drift.read(outcomes, scaled, candles, later)
        above = self._sign.probability(scores) > EVEN
        known = np.isfinite(scores)
        agreeing = known & (above == (forecasted.probability > EVEN)[:, None])
        return TargetForecast(
            probability=forecasted.probability,
            value=forecasted.value,
            lower=conformal.lower,
            upper=conformal.upper,
            may_be_up=conformal.may_be_up,
            may_be_down=conformal.may_be_down,
            confidence=conformal.confidence * drift.factor,
            agreement=agreeing.sum(axis=1) / np.maximum(known.sum(axis=1), 1),
            novelty=self._novelty.novelty(scaled),
            regime=forecasted.regime,
            drifted=drift.drifted,
            scores=scores,
            usable=usable,
        )

    def _narrow(self, columns: Sequence[int]) -> None:
        self.names = tuple(self.names[column] for column in columns)
        self.members_ = self.members_.part(columns)
        self.serving_ = self.serving_.part(columns)
        self._drift = copy.copy(self._drift)
        self._oof = self._oof[:, columns]
        scores = self.held_out_.scores[:, columns]
        self.held_out_ = replace(self.held_out_, scores=scores)
        self._calibrate()

    def _preprocessor(self) -> Preprocessor:
        asked = self.settings.n_features
        count = asked.get(self.target.name.removeprefix(PREFIX), self.preprocessing.n_features)
        prepared: Preprocessor = self.preprocessing.preprocessor().set_params(n_features=count)
        return prepared

    def _group(self) -> MemberGroup:
        # The tail by which a network stops is purged by the horizon, which it cannot know.
        network = {"purge_candles": self.horizon, **self.parameters.get("lstm", {})}
        parameters = {**self.parameters, "lstm": network}
        return MemberGroup(self.names, self.target.learn, self.settings.seed, parameters)

    @property
    def _stride(self) -> int:
        return max(1, self.horizon // self.settings.rows_per_horizon)

    def _thinned(self, candles: IntArray) -> BoolArray:
        kept: BoolArray = candles % self._stride == 0
        return kept

    def _out_of_fold(
        self, scaled: FloatArray, labels: FloatArray, candles: IntArray, chosen: BoolArray
    ) -> FloatArray:
        """Scores of the chosen rows by members that were fitted without them, shape (k, m)."""
        scores = np.full((len(candles), len(self.names)), np.nan)
        folds = PurgedFolds(self.settings.folds, self.settings.embargo_candles)
        for train, test in folds.split(candles, candles + self.horizon):
            group = self._group()
            group.fit(scaled[train], labels[train], candles[train], chosen[train])
            wanted = test[chosen[test]]
            scores[wanted] = group.score(scaled, candles, wanted)
        return scores[chosen]

    def _calibrate(self) -> Self:
        held = self.held_out_
        known = np.isfinite(self._oof).any(axis=1)
        per_label = max(1, self.horizon // self._stride)
        oof, labels = self._oof[known], self._oof_labels[known]
        self._stack = Stack(self.target.learn, per_label).fit(oof, labels)
        before = SignCalibrator(self.target.name, per_label).fit(self._stack.combine(oof), labels)
        score = self._stack.combine(held.scores)
        usable = held.calibration & np.isfinite(score)
        self._sign = SignCalibrator(self.target.name, self.horizon)
        self._sign.fit(score[usable], held.target[usable], before)
        self._value = ValueCalibrator(self.target, self.horizon)
        self._value.fit(score[usable], held.target[usable])
        self._regimes = Regimes().fit(self._level(held.scores, held.spread)[usable])
        self._layer = ConformalLayer(self.settings.record_candles, self.horizon)
        forecasted = self._forecasted(held.candles, held.scores, held.spread)
        self.outcomes_ = _outcomes(forecasted, held.target)
        self._drift.fit_losses(self.outcomes_)
        return self

    def _level(self, scores: FloatArray, spread: FloatArray) -> FloatArray:
        """What regimes are told by: the expected volatility."""
        return self.value(scores) if self.target.learn == "value" else spread

    def _forecasted(self, candles: IntArray, scores: FloatArray, spread: FloatArray) -> Forecasted:
        return Forecasted(
            candles=candles,
            probability=self.probability(scores),
            value=self.value(scores),
            spread=spread,
            regime=self._regimes.of(self._level(scores, spread)),
        )

    def _check_outcomes(self, block: str, labels: FloatArray) -> None:
        up = labels > 0
        if up.all() or not up.any() or np.ptp(labels) == 0:
            raise OneOutcome(self.target.name, f"{block} block")


def _outcomes(forecasted: Forecasted, target: FloatArray) -> Outcomes:
    columns = {field.name: getattr(forecasted, field.name) for field in fields(forecasted)}
    return Outcomes(**columns, target=target)


def _followed(
    outcomes: Outcomes, forecasted: Forecasted, target: FloatArray, rows: BoolArray
) -> Outcomes:
    """The outcomes, and those of some of the rows behind them."""
    later = _outcomes(forecasted, target)
    return Outcomes(
        *(
            np.concatenate([getattr(outcomes, field.name), getattr(later, field.name)[rows]])
            for field in fields(Outcomes)
        )
    )
