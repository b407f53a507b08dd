"""Who forecasts a pair: the model in service, or the one just trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aurum_plugins.forecasting import Ensemble
from aurum_plugins.forecasting.judgement import Judgement, judge
from aurum_plugins.forecasting.registry import (
    ModelRegistry,
    PromotionGate,
    PromotionSettings,
    TrainingFacts,
    Verdict,
)
from aurum_plugins.freqai.training_facts import training_facts
from aurum_plugins.freqai.training_table import TrainingTable
from aurum_plugins.freqai.universe_challenger import UniverseChallenger


@dataclass(frozen=True, eq=False)
class Challenger:
    """A model that was just trained, and what it was trained on.

    Attributes
    ----------
    pair : str
    model : Ensemble
        Fitted.
    table : TrainingTable
    settings : str
        Fingerprint.
    """

    pair: str
    model: Ensemble
    table: TrainingTable
    settings: str

    def judgement(self, champion: Ensemble | None) -> Judgement:
        """Its figures, and the champion's on the same rows."""
        table = self.table
        return judge(self.model, champion, table.features, table.labels, table.candles)

    def facts(self, judgement: Judgement, verdict: Verdict) -> TrainingFacts:
        """What the registry keeps beside it."""
        candles = self.table.candles
        return training_facts(
            (int(candles[0]), int(candles[-1])),
            self.table.candle_ms,
            self.model,
            rows=self.model.rows_,
            settings=self.settings,
            judgement=judgement,
            verdict=verdict,
        )


@dataclass(frozen=True)
class Succession:
    """Lets a challenger serve, or not, and writes it down.

    Attributes
    ----------
    settings : PromotionSettings
    """

    settings: PromotionSettings = field(default_factory=PromotionSettings)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Succession:
        """Read the section `aurum.promotion`."""
        return cls(PromotionSettings.from_config(config))

    def decide(
        self,
        challenger: Challenger | UniverseChallenger,
        champion: Any,
        registry: ModelRegistry | None,
    ) -> Verdict:
        """Judge a challenger.

        Parameters
        ----------
        challenger : Challenger or UniverseChallenger
        champion : Ensemble, Universe or None
            Of the challenger's kind.
        registry : ModelRegistry or None
            Where the model and the decision are kept; None in a backtest.
        """
        judgement = challenger.judgement(champion)
        verdict = PromotionGate.of(self.settings).verdict(judgement.judged, judgement.compared)
        if registry is None:
            return verdict
        pair = challenger.pair
        stored = registry.add(pair, challenger.model, challenger.facts(judgement, verdict))
        if verdict.promoted:
            registry.promote(pair, stored.id, "; ".join(map(str, verdict.reasons)))
        else:
            registry.reject(pair, stored.id, [str(reason) for reason in verdict.against])
        registry.prune(pair, self.settings.keep_versions)
        return verdict
