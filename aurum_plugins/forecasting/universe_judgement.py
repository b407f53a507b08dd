"""Figures of a model of all pairs on the rows that it was not trained on."""

from __future__ import annotations

from collections.abc import Mapping

from aurum_plugins.forecasting.block_forecasts import forecast_block
from aurum_plugins.forecasting.errors import PairLeftOut
from aurum_plugins.forecasting.judgement import Judgement, judgement_of
from aurum_plugins.forecasting.pair_table import PairTable
from aurum_plugins.forecasting.universe import Universe


def judge_universe(
    challenger: Universe, champion: Universe | None, tables: Mapping[str, PairTable]
) -> Judgement:
    """Let both forecast the judgement block of every pair.

    A pair that the champion does not know is judged, but not compared.

    Parameters
    ----------
    challenger, champion : Universe
    tables : mapping of str to PairTable
        What the challenger was trained on.
    """
    blocks = []
    for pair, ensemble in challenger.pairs_.items():
        table = tables[pair]
        try:
            earlier = None if champion is None else champion.of(pair)
        except PairLeftOut:
            earlier = None
        features = table.features.rename(columns=dict(table.own_names))
        blocks.append(forecast_block(ensemble, earlier, features, table.labels, table.candles))
    return judgement_of(blocks, challenger.ensemble.horizon, compared=champion is not None)
