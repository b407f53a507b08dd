"""One ensemble for several pairs: trained on rows of all of them, with a record of each."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from functools import partial
from typing import Self

import numpy as np
from threadpoolctl import threadpool_limits

from aurum_plugins.forecasting.arrays import BoolArray
from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.errors import NotFitted, PairLeftOut
from aurum_plugins.forecasting.members.catalogue import present
from aurum_plugins.forecasting.pair_table import PairTable
from aurum_plugins.forecasting.pooled_rows import PooledRows
from aurum_plugins.forecasting.recipe import Recipe
from aurum_plugins.forecasting.target_models import target_models


class Universe:
    """An ensemble that is trained on rows of several pairs, and forecasts each of them.

    Features, members, their weights, the calibration of probabilities and values, regimes and
    novelty are learnt from all pairs together. The record of outcomes, which intervals, prediction
    sets and confidence come from, the monitor of losses and the base rate are each pair's own.

    Time is cut for all pairs at once: a row of any pair whose label reaches into a held-out stretch
    is left out of what is fitted before it, because pairs rise and fall together and another pair's
    outcome would tell. Members are fitted on one pair's row where an ensemble of one pair is fitted
    on its row, the pair drawn by lot: the model costs what one pair's does, however many there are.

    Parameters
    ----------
    ensemble : Ensemble
        Not fitted; its settings are those of the model.

    Attributes
    ----------
    pairs_ : dict of str to Ensemble
        What forecasts each pair, by its name, in alphabetical order.
    left_out_ : dict of str to str
        Pairs that could not take part, and why.
    trained_until_ : int
        The last candle that was offered for training, of any pair.
    """

    pairs_: dict[str, Ensemble]
    left_out_: dict[str, str]
    trained_until_: int

    def __init__(self, ensemble: Ensemble) -> None:
        self.ensemble = ensemble

    def fit(self, tables: Mapping[str, PairTable]) -> Self:
        """Train on a window of candles.

        A pair is left out that has fewer than `least_rows` labelled rows, or less than five
        horizons of them in one of the blocks.

        Parameters
        ----------
        tables : mapping of str to PairTable
            By the pair's name, in any order; features of the same names.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
            `TooLittleData` if no pair can take part; `OneOutcome`, `MemberFailed`, `BadRows`.
        aurum_plugins.preprocessing.PreprocessingError
            If too few of the features hold information.
        """
        # The cores belong to the bot, and threads that wait for each other burn them.
        with threadpool_limits(limits=1):
            return self._fit(tables)

    def of(self, pair: str) -> Ensemble:
        """What forecasts a pair.

        Raises
        ------
        aurum_plugins.forecasting.errors.PairLeftOut
            For a pair that took no part in the training.
        aurum_plugins.forecasting.errors.NotFitted
        """
        if not hasattr(self, "pairs_"):
            raise NotFitted("the model of all pairs")
        if pair not in self.pairs_:
            reason = self.left_out_.get(pair, "it was not among the pairs of its training")
            raise PairLeftOut(pair, reason)
        return self.pairs_[pair]

    def _fit(self, tables: Mapping[str, PairTable]) -> Self:
        plain = self.ensemble
        rows = PooledRows.of(tables, plain.horizon, plain.settings)
        self.left_out_ = rows.left_out
        self.trained_until_ = max(int(tables[name].candles[-1]) for name in rows.tables)
        members, pairs = present(plain.settings.members), len(rows.tables)
        recipe = partial(plain.recipe, members, pairs=pairs)
        models = target_models(
            plain.targets,
            recipe,
            rows.only(_looked_at(rows, recipe(plain.targets[0]))),
            plain.preprocessing.min_column_completeness,
        )
        self.pairs_ = {}
        for number, name in enumerate(rows.tables):
            rates = dict(zip((target.name for target in plain.targets), rows.base_rates(number)))
            one = copy(plain)
            one.models_ = {
                target: model.of_pair(number, float(rates[target]), tables[name].own_names)
                for target, model in models.items()
            }
            one.rows_ = len(rows.tables[name].candles)
            one.trained_until_ = self.trained_until_
            one.judgement_candles_ = rows.judgement(number)
            self.pairs_[name] = one
        return self


def _looked_at(rows: PooledRows, recipe: Recipe) -> BoolArray:
    """Rows whose features are needed: gathering and scaling all would take longer than the fit."""
    if len(rows.tables) == 1 or recipe.members().window > 1:
        return np.ones(len(rows.candles), dtype=np.bool_)
    kept = recipe.thinned(rows.candles)
    kept[rows.blocks.held_out] = True
    return kept
