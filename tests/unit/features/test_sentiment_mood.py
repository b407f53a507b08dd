from __future__ import annotations

import math

import numpy as np
from told_mentions import NEVER, mentions_of, spans_of

from aurum_plugins.features.sentiment_mood import SENTIMENT_FEATURES, sentiment_mood
from aurum_plugins.sentiment.aggregation.moods import moods

AT_MS = np.arange(0, 40, 10, dtype=np.int64)
EVERYWHERE = spans_of((0, 100))


def told(*items, coverage=EVERYWHERE):
    """A half-life so long that next to nothing decays."""
    return moods(AT_MS, mentions_of(items), coverage, 1e12)


def test_known_answers() -> None:
    coin = told((10, 0.8, 2.0), (20, -0.4, 1.0))
    market = told((10, 0.8, 2.0), (20, -0.4, 1.0), (30, -1.0, 3.0))
    columns = sentiment_mood(coin, market)
    expected = {
        "sentiment_mean": [0, 0.8, 0.4, 0.4],
        "sentiment_count": [0, math.log(3), math.log(4), math.log(4)],
        # A mean of 0.4 is twice 0.4 away from one score, and once 0.8 from the other.
        "sentiment_dispersion": [0, 0, math.sqrt(0.32), math.sqrt(0.32)],
        "sentiment_available": [1, 1, 1, 1],
        "market_sentiment_mean": [0, 0.8, 0.4, -0.3],
        "market_sentiment_count": [0, math.log(3), math.log(4), math.log(7)],
    }
    assert list(columns) == list(SENTIMENT_FEATURES) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(columns[name], values, rtol=1e-8, atol=1e-9)
        assert columns[name].dtype == np.float64


def test_where_nobody_listened_all_is_neutral_and_flagged() -> None:
    silent = told((10, 0.8, 2.0), coverage=NEVER)
    for values in sentiment_mood(silent, silent).values():
        assert values.tolist() == [0.0] * 4


def test_no_rows() -> None:
    none = moods(AT_MS[:0], mentions_of([]), NEVER, 1.0)
    assert [len(values) for values in sentiment_mood(none, none).values()] == [0] * 6
