"""Members of one target and the features chosen for it, fitted on a training window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from aurum_plugins.forecasting.arrays import BoolArray, FloatArray, IntArray
from aurum_plugins.forecasting.columns_of_rows import ColumnsOfRows
from aurum_plugins.forecasting.drift.input_drift import InputDrift
from aurum_plugins.forecasting.errors import OneOutcome
from aurum_plugins.forecasting.member_group import MemberGroup
from aurum_plugins.forecasting.models_door import at_the_door
from aurum_plugins.forecasting.novelty import Novelty
from aurum_plugins.forecasting.pair_clock import in_order_of_time, moments, pair_numbers, turns
from aurum_plugins.forecasting.recipe import Recipe
from aurum_plugins.forecasting.training_blocks import TrainingBlocks
from aurum_plugins.forecasting.validation.purged_folds import PurgedFolds
from aurum_plugins.preprocessing import Preprocessor


@dataclass(frozen=True, eq=False)
class HeldOut(ColumnsOfRows):
    """Scores of rows that the judged members were not fitted on, and what came of them.

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


@dataclass(frozen=True, eq=False)
class TrainedMembers:
    """What a training leaves before anything is weighted or calibrated.

    Features are selected on the whole first block, also for its folds, which flatters out-of-fold
    scores a little: the members' weights may see it, calibration does not.

    Attributes
    ----------
    preprocessor : Preprocessor
        Of the selected features alone.
    judged : MemberGroup
        Fitted on the first block: what is calibrated and judged.
    serving : MemberGroup
        What forecasts: the same members, with `refit` fitted on all blocks.
    base_rate : float
        Share of the first block's labels that are above 0.
    out_of_fold : ndarray of shape (j, m)
        Scores of rows of the first block by members that were fitted without them.
    out_of_fold_target : ndarray of shape (j,)
    held_out : HeldOut
    novelty : Novelty
    inputs : InputDrift
        Knows how the features of the first block are distributed.
    not_finite : int
        Scaled features of the training rows that were not finite; see `models_door`. Their rows
        were left out.
    """

    preprocessor: Preprocessor
    judged: MemberGroup
    serving: MemberGroup
    base_rate: float
    out_of_fold: FloatArray
    out_of_fold_target: FloatArray
    held_out: HeldOut
    novelty: Novelty
    inputs: InputDrift
    # Models that were stored before it was counted have none.
    not_finite: int = 0

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        features: pd.DataFrame,
        labels: FloatArray,
        candles: IntArray,
        blocks: TrainingBlocks,
        spread: FloatArray,
    ) -> Self:
        """Fit members on the labelled rows of a training window.

        Parameters
        ----------
        recipe : Recipe
        features : pandas.DataFrame of shape (n, d)
            Candidate features; NaN is missing.
        labels : ndarray of shape (n,)
            Finite.
        candles : ndarray of int, shape (n,)
            Rising; those of several pairs are numbered as `pair_clock` says.
        blocks : TrainingBlocks
        spread : ndarray of shape (n,)
            How volatile each row's future is expected to be; read for held-out rows alone.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
        aurum_plugins.preprocessing.PreprocessingError
        """
        fitted = blocks.fitted
        for name, rows in (("fitting", fitted), ("calibration", blocks.calibration)):
            _check_outcomes(recipe.target.name, name, labels[rows])
        thinned = recipe.thinned(candles)
        chosen = fitted[thinned[fitted]]
        whole = recipe.preprocessor().fit(features.iloc[chosen], labels[chosen])
        preprocessor = whole.narrowed()
        selected = features.loc[:, list(preprocessor.feature_names_in_)]
        scaled, not_finite = at_the_door(preprocessor.transform(selected))
        usable = np.asarray(preprocessor.usable_rows(selected), dtype=np.bool_) & (not_finite == 0)
        wanted = thinned & usable
        wanted[chosen] &= whole.inlier_mask_
        block = scaled[fitted], labels[fitted], candles[fitted], wanted[fitted]
        judged = recipe.members()
        judged.fit(*block)
        serving = judged
        if recipe.settings.refit:
            serving = recipe.members()
            serving.fit(scaled, labels, candles, wanted)
        rows = blocks.held_out[usable[blocks.held_out]]
        calibration = np.isin(rows, blocks.calibration)
        return cls(
            preprocessor=preprocessor,
            judged=judged,
            serving=serving,
            base_rate=float(np.mean(labels[fitted] > 0)),
            out_of_fold=_out_of_fold(recipe, *block),
            out_of_fold_target=labels[fitted][wanted[fitted]],
            held_out=HeldOut(
                candles=candles[rows],
                target=labels[rows],
                scores=judged.score(scaled, candles, rows),
                spread=spread[rows],
                calibration=calibration,
            ),
            novelty=Novelty().fit(
                scaled[fitted[wanted[fitted]]],
                scaled[rows[calibration & turns(candles[rows], recipe.pairs)]],
            ),
            inputs=_inputs(recipe, scaled, candles, blocks, wanted),
            not_finite=int(not_finite.sum()),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the members, in the order of their scores."""
        return self.judged.names

    @property
    def feature_names(self) -> list[str]:
        """The selected features, in the order that members see them in."""
        return list(self.preprocessor.feature_names_in_)

    def of_pair(self, pair: int, base_rate: float, own_names: Mapping[str, str]) -> Self:
        """The same members, with what is known of one pair alone, its candles numbered as its own.

        Parameters
        ----------
        pair : int
            Its number.
        base_rate : float
            Share of its labels in the first block that are above 0.
        own_names : mapping of str to str
            What the pair's features are called, where that is not as in the training.
        """
        preprocessor = copy(self.preprocessor)
        names = (own_names.get(name, name) for name in self.feature_names)
        preprocessor.feature_names_in_ = np.array(list(names), dtype=object)
        held = self.held_out
        own = held[pair_numbers(held.candles) == pair]
        own = replace(own, candles=moments(own.candles))
        return replace(self, preprocessor=preprocessor, base_rate=base_rate, held_out=own)

    def part(self, names: Sequence[str]) -> Self:
        """Some of the members: they are fitted apart from each other, so they need no training."""
        columns = [position for position, name in enumerate(self.names) if name in names]
        held_out = replace(self.held_out, scores=self.held_out.scores[:, columns])
        return replace(
            self,
            judged=self.judged.part(columns),
            serving=self.serving.part(columns),
            out_of_fold=self.out_of_fold[:, columns],
            held_out=held_out,
        )

    def prepared(self, features: pd.DataFrame) -> tuple[FloatArray, BoolArray, IntArray]:
        """Scaled features as members may see them.

        Parameters
        ----------
        features : pandas.DataFrame of shape (n, d)

        Returns
        -------
        scaled : ndarray of shape (n, k)
            Finite.
        usable : ndarray of bool, shape (n,)
            Whether enough of the features were there, and all that was scaled was finite.
        not_finite : ndarray of int, shape (n,)
            How many were not: see `models_door`.
        """
        selected = features.loc[:, self.feature_names]
        usable = np.asarray(self.preprocessor.usable_rows(selected), dtype=np.bool_)
        scaled, not_finite = at_the_door(self.preprocessor.transform(selected))
        return scaled, usable & (not_finite == 0), not_finite


def _out_of_fold(
    recipe: Recipe, scaled: FloatArray, labels: FloatArray, candles: IntArray, chosen: BoolArray
) -> FloatArray:
    """Scores of the chosen rows by members that were fitted without them, shape (j, m)."""
    scores = np.full((len(candles), len(recipe.names)), np.nan)
    folds = PurgedFolds(recipe.settings.folds, recipe.settings.embargo_candles)
    order = in_order_of_time(candles)
    begins = moments(candles)[order]
    for earlier, later in folds.split(begins, begins + recipe.horizon):
        train, test = np.sort(order[earlier]), np.sort(order[later])
        group = recipe.members()
        group.fit(scaled[train], labels[train], candles[train], chosen[train])
        wanted = test[chosen[test]]
        scores[wanted] = group.score(scaled, candles, wanted)
    return scores[chosen]


def _inputs(
    recipe: Recipe,
    scaled: FloatArray,
    candles: IntArray,
    blocks: TrainingBlocks,
    chosen: BoolArray,
) -> InputDrift:
    """A monitor of features, fitted on the first block.

    Of several pairs that block is thinned: each pair's windows are then those of its held-out rows.
    """
    monitor = InputDrift(recipe.drift.input_candles, recipe.drift.input_share)
    fitted = blocks.fitted
    if recipe.pairs == 1:
        return monitor.fit(scaled[fitted], candles[fitted])
    held = blocks.held_out
    whose = pair_numbers(candles[held])
    stretches = [
        (scaled[rows], moments(candles[rows]))
        for rows in (held[whose == pair] for pair in np.unique(whose))
    ]
    rows = fitted[chosen[fitted]]
    return monitor.fit(scaled[rows], candles[rows], stretches)


def _check_outcomes(target: str, block: str, labels: FloatArray) -> None:
    up = labels > 0
    if up.all() or not up.any() or np.ptp(labels) == 0:
        raise OneOutcome(target, f"{block} block")
