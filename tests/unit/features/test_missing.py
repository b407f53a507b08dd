from __future__ import annotations

import numpy as np

from aurum_plugins.features.missing import MissingCause, missing_causes

NAN = float("nan")
PRESENT, ABSENT, WARM_UP, GAP, MARKET, UNDEFINED = (cause.name for cause in MissingCause)


def names(candles, window, values, share=0.1, **options) -> list[str]:
    causes = missing_causes(candles, window, np.array(values), share, **options)
    assert causes.dtype == np.uint8
    return [MissingCause(cause).name for cause in causes]


def test_every_cause_in_its_order(candles_of):
    candles = candles_of([1] * 8, absent=[0, 4])
    values = [NAN, NAN, NAN, 5.0, NAN, NAN, NAN, NAN]
    assert names(candles, 3, values) == [
        *(ABSENT, WARM_UP, WARM_UP, PRESENT, ABSENT, GAP, GAP, UNDEFINED),
    ]


def test_what_is_left_of_a_market_wide_feature_is_the_market(candles_of):
    candles = candles_of([1] * 4)
    values = [NAN, NAN, 1.0, NAN]
    assert names(candles, 2, values, market_wide=True) == [WARM_UP, MARKET, PRESENT, MARKET]
    assert names(candles, 2, values) == [WARM_UP, UNDEFINED, PRESENT, UNDEFINED]


def test_a_warm_up_counts_observed_candles(candles_of):
    candles = candles_of([1] * 6, absent=[1, 2])
    assert names(candles, 3, [NAN] * 6)[3:] == [WARM_UP, GAP, UNDEFINED]
    assert names(candles, 3, [NAN] * 6, share=0.5)[3:] == [WARM_UP, UNDEFINED, UNDEFINED]


def test_zero_is_a_value(candles_of):
    assert names(candles_of([1, 1]), 1, [0.0, -0.0]) == [PRESENT, PRESENT]


def test_no_rows(candles_of):
    assert names(candles_of([]), 5, []) == []
