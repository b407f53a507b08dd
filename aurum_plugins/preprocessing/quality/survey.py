"""From repaired candles to what the report says of a pair."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from aurum_plugins.features import (
    Candles,
    FeatureSet,
    FeatureSettings,
    Market,
    TargetSettings,
    forward_targets,
)
from aurum_plugins.preprocessing.candle_repair import RepairedCandles
from aurum_plugins.preprocessing.quality.assessment import assess
from aurum_plugins.preprocessing.quality.report import PairQuality, Period
from aurum_plugins.preprocessing.settings import PreprocessingSettings

CURRENT_SHARE = 1 / 3


@dataclass(frozen=True)
class Survey:
    """Computes features as the settings say, and assesses them.

    Attributes
    ----------
    timeframe : str
        As freqtrade names it.
    periods : tuple of int
        Periods of the features, in candles.
    features : FeatureSettings
    targets : TargetSettings
    preprocessing : PreprocessingSettings
    split : datetime or None
        Where the current window begins, with a time zone. None: the last third of each pair's
        candles.

    Examples
    --------
    >>> Survey("1h", periods=(14, 50)).targets.purge_candles
    24
    """

    timeframe: str
    periods: tuple[int, ...]
    features: FeatureSettings = field(default_factory=FeatureSettings)
    targets: TargetSettings = field(default_factory=TargetSettings)
    preprocessing: PreprocessingSettings = field(default_factory=PreprocessingSettings)
    split: datetime | None = None

    def of(self, pair: str, repaired: RepairedCandles, market: Market) -> PairQuality:
        """What is to be said of one pair.

        Parameters
        ----------
        pair : str
        repaired : RepairedCandles
            One candle or more.
        market : mapping of str to Candles
            The market pairs, the leader first; of the same interval.
        """
        candles = repaired.candles
        reference, current = self.windows(candles)
        return assess(
            pair,
            self.timeframe,
            repaired,
            FeatureSet(self.features).compute(candles, self.periods, market),
            forward_targets(candles, self.targets),
            self.preprocessing.preprocessor(),
            reference,
            current,
        )

    def windows(self, candles: Candles) -> tuple[Period, Period]:
        """The reference window and the current one.

        Between them lie `purge_candles` candles that belong to neither: the labels of the last
        ones before the split look into the current window.

        Parameters
        ----------
        candles : Candles
            One candle or more.

        Returns
        -------
        tuple of two Period
            Either is empty, its start being its stop, where no candle is left for it.
        """
        step = candles.interval_ms
        first, end = int(candles.open_ms[0]), int(candles.open_ms[-1]) + step
        if self.split is None:
            split = end - int(len(candles) * CURRENT_SHARE) * step
        else:
            split = min(max(round(self.split.timestamp() * 1_000), first), end)
        purged = max(split - self.targets.purge_candles * step, first)
        return Period.of_ms(first, purged), Period.of_ms(split, end)
