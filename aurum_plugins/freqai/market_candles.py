"""Candles of the market pairs, as far back as a model is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd


def market_candles(
    provider: Any, model: Any, pairs: Sequence[str], timeframe: str
) -> dict[str, pd.DataFrame]:
    """Ask freqtrade for the candles of several pairs.

    A running bot holds as many candles as its strategy needs to start, but FreqAI trains on months:
    it keeps those itself, and they are taken where they are there.

    Parameters
    ----------
    provider : freqtrade.data.dataprovider.DataProvider
    model : freqtrade.freqai.freqai_interface.IFreqaiModel
    pairs : sequence of str
    timeframe : str
        The base timeframe, such as "1h".

    Returns
    -------
    dict of str to pandas.DataFrame
        In the order of `pairs`; empty frames for pairs that freqtrade has nothing of.
    """
    drawer = model.dd
    with drawer.history_lock:
        kept = {pair: drawer.historic_data.get(pair, {}).get(timeframe) for pair in pairs}
    return {
        pair: provider.get_pair_dataframe(pair, timeframe) if candles is None else candles.copy()
        for pair, candles in kept.items()
    }
