"""The features of price action once more: slowly, in plain Python, from lists of prices.

An oracle gets opens, highs, lows and closes of one window, oldest first, and the period.
"""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import fmean

import numpy as np
from scipy import stats


def ratio(numerator, denominator, otherwise=math.nan):
    return numerator / denominator if denominator > 0 else otherwise


def steps(closes, lag=1):
    """Log returns over `lag` candles."""
    return [math.log(b / a) for a, b in zip(closes, closes[lag:], strict=False)]


def squares(values):
    return sum(x * x for x in values)


def by_returns(function):
    """An oracle that looks at the log returns of the window."""
    return lambda o, h, low, c, p: function(steps(c), p)


def acceleration(o, h, low, c, p):
    half = p // 2
    return math.log(c[-1] / c[-1 - half]) - math.log(c[-1 - half] / c[-1 - 2 * half])


def since(values, best, p):
    return (len(values) - 1 - max(i for i, x in enumerate(values) if x == best)) / p


def drawdown(o, h, low, c, p):
    depths = [math.log(c[i] / max(c[i + 1 - p : i + 1])) for i in range(p - 1, 2 * p - 1)]
    return math.sqrt(squares(depths) / p)


def skewness(r, p):
    return stats.skew(r) if np.var(r) > 1e-6 * np.mean(np.square(r)) else math.nan


def kurtosis(r, p):
    return stats.kurtosis(r) if np.var(r) > 1e-6 * np.mean(np.square(r)) else math.nan


def autocorrelation(r, p):
    later, earlier = r[1:], r[:-1]
    if len(set(later)) == 1 or len(set(earlier)) == 1:
        return math.nan
    return np.corrcoef(later, earlier)[0, 1]


def jump_share(r, p):
    bipower = math.pi / 2 * p / (p - 1) * sum(abs(a * b) for a, b in pairwise(r))
    return 1 - bipower / squares(r) if any(r) else math.nan


def overlap(o, h, low, c, p):
    shared = math.log(min(h) / max(low))
    whole = math.log(max(h) / min(low))
    return max(shared, 0.0) / whole if whole else 1.0


ORACLES = {
    "momentum": lambda o, h, low, c, p: math.log(c[-1] / c[0]),
    "momentum_scaled": by_returns(lambda r, p: ratio(sum(r), math.sqrt(squares(r)))),
    "acceleration": acceleration,
    "distance_to_high": lambda o, h, low, c, p: math.log(c[-1] / max(h)),
    "distance_to_low": lambda o, h, low, c, p: math.log(c[-1] / min(low)),
    "candles_since_high": lambda o, h, low, c, p: since(h, max(h), p),
    "candles_since_low": lambda o, h, low, c, p: since(low, min(low), p),
    "drawdown": drawdown,
    "up_share": by_returns(lambda r, p: fmean((x > 0) + 0.5 * (x == 0) for x in r)),
    "max_return": by_returns(lambda r, p: ratio(max(r), math.sqrt(squares(r) / p))),
    "min_return": by_returns(lambda r, p: ratio(min(r), math.sqrt(squares(r) / p))),
    "downside_share": by_returns(lambda r, p: ratio(squares(min(x, 0.0) for x in r), squares(r))),
    "jump_share": by_returns(jump_share),
    "return_skewness": by_returns(skewness),
    "return_kurtosis": by_returns(kurtosis),
    "return_autocorrelation": by_returns(autocorrelation),
    "variance_ratio": lambda o, h, low, c, p: ratio(
        squares(steps(c, 4)), 4 * squares(steps(c[-p - 1 :]))
    ),
    "body": lambda o, h, low, c, p: math.log(c[0] / o[0]),
    "candle_range": lambda o, h, low, c, p: math.log(h[0] / low[0]),
    "upper_shadow": lambda o, h, low, c, p: math.log(h[0] / max(o[0], c[0])),
    "lower_shadow": lambda o, h, low, c, p: math.log(min(o[0], c[0]) / low[0]),
    "body_share": lambda o, h, low, c, p: ratio(abs(c[0] - o[0]), h[0] - low[0], 0.0),
    "close_location": lambda o, h, low, c, p: ratio(2 * c[0] - h[0] - low[0], h[0] - low[0], 0.0),
    "opening_gap": lambda o, h, low, c, p: math.log(o[1] / c[0]),
    "last_return": lambda o, h, low, c, p: math.log(c[1] / c[0]),
    "range_overlap": overlap,
}
