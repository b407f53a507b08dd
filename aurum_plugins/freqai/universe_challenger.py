"""A model of all pairs that was just trained, as `Succession` judges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aurum_plugins.forecasting.judgement import Judgement
from aurum_plugins.forecasting.pair_table import PairTable
from aurum_plugins.forecasting.registry import TrainingFacts, Verdict
from aurum_plugins.forecasting.universe import Universe
from aurum_plugins.forecasting.universe_judgement import judge_universe
from aurum_plugins.freqai.champions import UNIVERSE
from aurum_plugins.freqai.training_facts import training_facts


@dataclass(frozen=True, eq=False)
class UniverseChallenger:
    """What was trained, and on what.

    Attributes
    ----------
    model : Universe
        Fitted.
    tables : mapping of str to PairTable
        What it was trained on.
    settings : str
        Fingerprint.
    candle_ms : int
    """

    model: Universe
    tables: Mapping[str, PairTable]
    settings: str
    candle_ms: int
    pair: str = UNIVERSE

    def judgement(self, champion: Universe | None) -> Judgement:
        """Its figures on the judgement block of every pair, and the champion's on the same rows."""
        return judge_universe(self.model, champion, self.tables)

    def facts(self, judgement: Judgement, verdict: Verdict) -> TrainingFacts:
        """What the registry keeps beside it."""
        pairs = self.model.pairs_
        candles = np.concatenate([self.tables[name].candles for name in pairs])
        one = next(iter(pairs.values()))
        return training_facts(
            (int(candles.min()), int(candles.max())),
            self.candle_ms,
            one,
            rows=sum(ensemble.rows_ for ensemble in pairs.values()),
            settings=self.settings,
            judgement=judgement,
            verdict=verdict,
        )
