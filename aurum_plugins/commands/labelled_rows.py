"""Features and labels of candles, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aurum_plugins.commands.quality_request import QualityRequest
from aurum_plugins.features import Candles, TargetSettings
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows


def labelled_rows(
    data: QualityRequest, candles: Mapping[str, Candles], targets: TargetSettings
) -> Iterator[PairRows]:
    """Compute the rows of one pair after the other.

    Parameters
    ----------
    data : QualityRequest
    candles : mapping of str to Candles
        Of its pairs and of those that make the market.
    targets : TargetSettings
    """
    survey = data.survey
    market = {pair: candles[pair] for pair in data.market_pairs}
    for pair in data.pairs:
        yield PairRows.of(pair, candles[pair], market, survey.features, survey.periods, targets)
