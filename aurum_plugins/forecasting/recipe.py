"""How the model of one target is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aurum_plugins.forecasting.arrays import BoolArray, IntArray
from aurum_plugins.forecasting.drift.settings import DriftSettings
from aurum_plugins.forecasting.member_group import MemberGroup
from aurum_plugins.forecasting.pair_clock import moments, turns
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.target import Target
from aurum_plugins.preprocessing import PreprocessingSettings, Preprocessor

# FreqAI's, of a label's column.
PREFIX = "&-"


@dataclass(frozen=True)
class Recipe:
    """The settings of one target's model, and what they make.

    Attributes
    ----------
    target : Target
    horizon : int
        Candles until a label is known.
    names : tuple of str
        Members that are installed.
    settings : EnsembleSettings
    preprocessing : PreprocessingSettings
    drift : DriftSettings
    parameters : mapping of str to mapping
        Parameters of members by name; the defaults where absent.
    pairs : int
        Whose rows are pooled. Members are fitted on one pair's row where they would be on its only
        one: the rows of all pairs at a candle tell of one market, and their labels overlap.
    """

    target: Target
    horizon: int
    names: tuple[str, ...]
    settings: EnsembleSettings
    preprocessing: PreprocessingSettings
    drift: DriftSettings
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    pairs: int = 1

    @property
    def stride(self) -> int:
        """Candles between rows that members are fitted on."""
        return max(1, self.horizon // self.settings.rows_per_horizon)

    @property
    def rows_per_label(self) -> int:
        """Rows that members are fitted on in each stretch as long as the horizon."""
        return max(1, self.horizon // self.stride)

    @property
    def held_out_per_label(self) -> int:
        """Rows that a model is calibrated on in each stretch as long as the horizon."""
        return self.horizon * self.pairs

    def thinned(self, candles: IntArray) -> BoolArray:
        """Which rows members are fitted on, shape (n,)."""
        kept: BoolArray = (moments(candles) % self.stride == 0) & turns(candles, self.pairs)
        return kept

    def preprocessor(self) -> Preprocessor:
        """A preprocessor that selects as many features as the target is to have."""
        asked = self.settings.n_features
        count = asked.get(self.target.name.removeprefix(PREFIX), self.preprocessing.n_features)
        prepared: Preprocessor = self.preprocessing.preprocessor().set_params(n_features=count)
        return prepared

    def members(self) -> MemberGroup:
        """Members that were not fitted."""
        # The tail by which a network stops is purged by the horizon, which it cannot know.
        network = {"purge_candles": self.horizon, **self.parameters.get("lstm", {})}
        parameters = {**self.parameters, "lstm": network}
        return MemberGroup(self.names, self.target.learn, self.settings.seed, parameters)
