"""The ensemble: one model a target, trained, calibrated and forecast together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Self

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from aurum_plugins.forecasting.arrays import FloatArray, IntArray
from aurum_plugins.forecasting.drift.settings import DriftSettings
from aurum_plugins.forecasting.errors import BadRows, FeatureMismatch, NotFitted, TooLittleData
from aurum_plugins.forecasting.expected_spread import expected_spread
from aurum_plugins.forecasting.forecasts import Forecasts, TargetForecast
from aurum_plugins.forecasting.labelled_rows import LabelledRows
from aurum_plugins.forecasting.member_group import Parameters
from aurum_plugins.forecasting.members.catalogue import present
from aurum_plugins.forecasting.recipe import Recipe
from aurum_plugins.forecasting.row_readiness import row_readiness
from aurum_plugins.forecasting.scored_rows import ScoredRows
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.target import Target
from aurum_plugins.forecasting.target_model import TargetModel
from aurum_plugins.forecasting.target_models import by_value_first, target_models
from aurum_plugins.forecasting.training_blocks import TrainingBlocks
from aurum_plugins.preprocessing import PreprocessingSettings


class Ensemble:
    """Forecasts of several targets, each with its probability, interval and confidence.

    Where a target that is learnt by value is among them, its forecast says how volatile the future
    is expected to be: the other targets' intervals widen with it.

    Parameters
    ----------
    targets : sequence of Target
    horizon : int
        Candles until a label is known.
    settings : EnsembleSettings
    preprocessing : PreprocessingSettings
    parameters : mapping of str to mapping
        Parameters of members by name; the defaults where absent.
    drift : DriftSettings

    Attributes
    ----------
    models_ : dict of str to TargetModel
        By the target's name.
    rows_ : int
        Labelled rows that were used.
    judgement_candles_ : ndarray of int
        Candles of the judgement block.
    trained_until_ : int
        The last candle that was offered for training.
    """

    models_: dict[str, TargetModel]
    rows_: int
    judgement_candles_: IntArray
    trained_until_: int

    def __init__(
        self,
        targets: Sequence[Target],
        horizon: int,
        settings: EnsembleSettings | None = None,
        preprocessing: PreprocessingSettings | None = None,
        parameters: Parameters | None = None,
        drift: DriftSettings | None = None,
    ) -> None:
        self.targets = tuple(targets)
        self.horizon = horizon
        self.settings = EnsembleSettings() if settings is None else settings
        self.preprocessing = PreprocessingSettings() if preprocessing is None else preprocessing
        self.parameters: Parameters = {} if parameters is None else parameters
        self.drift = DriftSettings() if drift is None else drift

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame, candles: IntArray) -> Self:
        """Train on a window of candles.

        Parameters
        ----------
        features : pandas.DataFrame of shape (n, d)
            Candidate features; NaN and infinite values are missing.
        labels : pandas.DataFrame of shape (n, number of targets)
            A column of each target's name; NaN where it is not known.
        candles : ndarray of int, shape (n,)
            Number of each row's candle, rising.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
            `TooLittleData`, `OneOutcome`, `MemberFailed`, `BadRows`.
        aurum_plugins.preprocessing.PreprocessingError
            If too few of the features hold information.
        """
        # The cores belong to the bot, and threads that wait for each other burn them.
        with threadpool_limits(limits=1):
            return self._fit(features, labels, candles)

    def forecast(
        self,
        features: pd.DataFrame,
        candles: IntArray,
        labels: pd.DataFrame | None = None,
        *,
        judged: bool = False,
    ) -> Forecasts:
        """Forecast rows.

        Parameters
        ----------
        features : pandas.DataFrame of shape (n, d)
            The features that the ensemble was trained on, by name; others may be there too.
        candles : ndarray of int, shape (n,)
            Rising.
        labels : pandas.DataFrame of shape (n, number of targets), optional
            As of `fit`. The intervals of a row follow what came of earlier ones, as far as it is
            known at the row's close.
        judged : bool
            Whether to ask the members that did not see the judgement block, instead of those that
            serve.

        Returns
        -------
        Forecasts
            A row's forecast depends on that row, on the `window` before it, on the last
            `record_candles` outcomes and on the windows of `DriftSettings`: not on later rows, nor
            on how many are asked for at once.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
            `NotFitted`, `FeatureMismatch`, `MemberFailed`, `BadRows`.
        """
        return self.assess(self.score(features, candles, judged=judged), labels)

    def score(
        self,
        features: pd.DataFrame,
        candles: IntArray,
        *,
        judged: bool = False,
        earlier: Mapping[str, ScoredRows] | None = None,
    ) -> dict[str, ScoredRows]:
        """Score rows: the part of a forecast that no outcome changes.

        Parameters
        ----------
        features, candles, judged
            As of `forecast`.
        earlier : mapping of str to ScoredRows, optional
            By target: rows between the training and these, for members that look at a sequence.

        Returns
        -------
        dict of str to ScoredRows
            By the target's name.

        Raises
        ------
        aurum_plugins.forecasting.errors.ForecastingError
            As of `forecast`.
        """
        if not hasattr(self, "models_"):
            raise NotFitted("the ensemble")
        _check_rows(features, candles)
        missing = [name for name in self.feature_names if name not in features.columns]
        if missing:
            raise FeatureMismatch(missing)
        return {
            name: model.score(
                features,
                candles,
                self.trained_until_,
                judged=judged,
                earlier=earlier[name] if earlier else None,
            )
            for name, model in self.models_.items()
        }

    def assess(
        self, scored: Mapping[str, ScoredRows], labels: pd.DataFrame | None = None, first: int = 0
    ) -> Forecasts:
        """Forecast rows that were scored.

        Parameters
        ----------
        scored : mapping of str to ScoredRows
            As of `score`: n rows of each target.
        labels : pandas.DataFrame of shape (n, number of targets), optional
        first : int
            The first row to forecast; those before it are evidence alone.

        Returns
        -------
        Forecasts
            n - first rows.
        """
        candles = next(iter(scored.values())).candles
        known = self._outcomes(labels, len(candles))
        spread = np.ones(len(candles))
        targets: dict[str, TargetForecast] = {}
        for column in by_value_first(self.targets):
            target = self.targets[column]
            model, rows = self.models_[target.name], scored[target.name]
            targets[target.name] = model.forecast(
                rows, known[:, column], spread, self.trained_until_, first
            )
            if target.learn == "value":
                spread = expected_spread(model.value(rows.scores))
        ordered = {target.name: targets[target.name] for target in self.targets}
        readiness = row_readiness(
            candles[first:], ordered, self.trained_until_, self.settings.novelty_share
        )
        return Forecasts(readiness, ordered)

    def _fit(self, features: pd.DataFrame, labels: pd.DataFrame, candles: IntArray) -> Self:
        _check_rows(features, candles)
        outcomes = self._outcomes(labels, len(candles))
        known = np.isfinite(outcomes).all(axis=1)
        if not known.any():
            raise TooLittleData("training window", 0, self.settings.least_rows)
        self.trained_until_ = int(candles[-1])
        rows = candles[known]
        blocks = TrainingBlocks.of(rows, self.horizon, self.settings)
        self.rows_, self.judgement_candles_ = len(rows), rows[blocks.judgement]
        offered = features.iloc[np.flatnonzero(known)]
        self.models_ = target_models(
            self.targets,
            partial(self.recipe, present(self.settings.members)),
            LabelledRows(offered, outcomes[known], rows, blocks),
            self.preprocessing.min_column_completeness,
        )
        return self

    def recipe(self, members: tuple[str, ...], target: Target, pairs: int = 1) -> Recipe:
        """How the model of a target is made.

        Parameters
        ----------
        members : tuple of str
            Those that are installed.
        target : Target
        pairs : int
            Whose rows are pooled.
        """
        return Recipe(
            target=target,
            horizon=self.horizon,
            names=members,
            settings=self.settings,
            preprocessing=self.preprocessing,
            drift=self.drift,
            parameters=self.parameters,
            pairs=pairs,
        )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Every feature that some target's model selected."""
        models = self.models_.values()
        return tuple(
            dict.fromkeys(name for model in models for name in model.trained_.feature_names)
        )

    @property
    def window(self) -> int:
        """Candles that a score depends on, the row's own included."""
        return max(model.trained_.serving.window for model in self.models_.values())

    def _outcomes(self, labels: pd.DataFrame | None, rows: int) -> FloatArray:
        if labels is None:
            return np.full((rows, len(self.targets)), np.nan)
        if len(labels) != rows:
            raise BadRows(f"{len(labels)} rows of labels, but {rows} of features")
        names = [target.name for target in self.targets]
        missing = [name for name in names if name not in labels.columns]
        if missing:
            raise BadRows(f"no column of labels is called {', '.join(missing)}")
        values: FloatArray = labels[names].to_numpy(np.float64)
        return np.where(np.isfinite(values), values, np.nan)


def _check_rows(features: pd.DataFrame, candles: IntArray) -> None:
    if len(features) != len(candles):
        raise BadRows(f"{len(candles)} candles, but {len(features)} rows of features")
    if not len(candles):
        raise BadRows("there are no rows")
    if not (np.diff(candles) > 0).all():
        raise BadRows("candles must rise from row to row")
