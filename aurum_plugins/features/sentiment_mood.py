"""The mood of news and posts about a pair's coin, and about crypto as a whole.

    sentiment_mean           mean score about the coin, in [-1, 1]
    sentiment_count          ln(1 + weight of what was said about it)
    sentiment_dispersion     standard deviation of the scores about it
    sentiment_available      1 where somebody listened, else 0
    market_sentiment_mean    mean score of all that was said
    market_sentiment_count   ln(1 + weight of all that was said)

Older items count less: see `aurum_plugins.sentiment.aggregation.moods`. A row knows what was seen
by the time at which its candle closed, whenever it was published.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.sentiment.aggregation.mood import Moods

SENTIMENT_FEATURES: Final = (
    "sentiment_mean",
    "sentiment_count",
    "sentiment_dispersion",
    "sentiment_available",
    "market_sentiment_mean",
    "market_sentiment_count",
)


def sentiment_mood(coin: Moods, market: Moods) -> dict[str, FloatArray]:
    """Features of every row.

    Parameters
    ----------
    coin, market : Moods
        About the pair's coin and about everything, at the closes of n candles.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        Named by `SENTIMENT_FEATURES`. All 0 where nobody listened, never NaN: no data is neutral,
        and flagged.
    """
    columns = (
        coin.mean,
        np.log1p(coin.count),
        coin.dispersion,
        coin.available.astype(np.float64),
        market.mean,
        np.log1p(market.count),
    )
    return dict(zip(SENTIMENT_FEATURES, columns, strict=True))
