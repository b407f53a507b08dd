"""The technical features once more: slowly, in plain Python, from the candles of one window."""

from __future__ import annotations

import math
from statistics import fmean, pstdev

import numpy as np


class Window:
    """The last candles, oldest first, as plain lists of logarithms, and what derives from them."""

    def __init__(self, series, rows):
        self.raw = [
            tuple(float(getattr(series, name)[i]) for name in ("open", "high", "low", "close"))
            for i in range(*rows.indices(len(series)))
        ]
        self.o, self.h, self.l, self.c = (
            [math.log(candle[k]) for candle in self.raw] for k in range(4)
        )

    def __len__(self):
        return len(self.c)

    @property
    def pairs(self):
        return [(i - 1, i) for i in range(1, len(self))]

    @property
    def returns(self):
        return [self.c[i] - self.c[j] for j, i in self.pairs]

    @property
    def true_ranges(self):
        return [max(self.h[i], self.c[j]) - min(self.l[i], self.c[j]) for j, i in self.pairs]

    @property
    def pressures(self):
        return [self.c[i] - min(self.l[i], self.c[j]) for j, i in self.pairs]

    def last(self, count):
        out = object.__new__(Window)
        for name in ("raw", "o", "h", "l", "c"):
            setattr(out, name, getattr(self, name)[-count:])
        return out

    def before(self, count):
        out = object.__new__(Window)
        for name in ("raw", "o", "h", "l", "c"):
            setattr(out, name, getattr(self, name)[: len(self) - count])
        return out


def ratio(numerator, denominator, otherwise=math.nan):
    return numerator / denominator if denominator > 0 else otherwise


def rsi(w, p):
    gains = sum(r for r in w.returns if r > 0)
    losses = -sum(r for r in w.returns if r < 0)
    return 100 * ratio(gains, gains + losses, 0.5)


def stochastic(w, p):
    top, bottom = max(x[1] for x in w.raw), min(x[2] for x in w.raw)
    return 100 * ratio(w.raw[-1][3] - bottom, top - bottom, 0.5)


def stochastic_slow(w, p):
    return fmean(stochastic(w.before(k).last(p), p) for k in range(3))


def cci(w, p):
    typical = [math.log(h * low * c) / 3 for _, h, low, c in w.raw]
    mean = fmean(typical)
    deviation = fmean(abs(x - mean) for x in typical)
    return ratio(typical[-1] - mean, 0.015 * deviation) if deviation > 1e-14 else 0.0


def bollinger_position(w, p):
    mean, sigma = fmean(w.c), pstdev(w.c)
    lower, upper = mean - 2 * sigma, mean + 2 * sigma
    return ratio(w.c[-1] - lower, upper - lower, 0.5)


def keltner_position(w, p):
    return ratio(w.c[-1] - fmean(w.c[-p:]), fmean(w.true_ranges), 0.0)


def ultimate_oscillator(w, p):
    total = 0.0
    for weight, window in ((4, p // 2), (2, p), (1, 2 * p)):
        part = w.last(window + 1)
        total += weight * ratio(sum(part.pressures), sum(part.true_ranges), 0.5)
    return 100 * total / 7


def balance_of_power(w, p):
    ((o, h, low, c),) = w.raw
    return ratio(c - o, h - low, 0.0)


def directional_index(w, p):
    plus = minus = 0.0
    for j, i in w.pairs:
        up, down = w.h[i] - w.h[j], w.l[j] - w.l[i]
        plus += up if up > down and up > 0 else 0.0
        minus += down if down > up and down > 0 else 0.0
    return ratio(plus - minus, plus + minus, 0.0)


def adx(w, p):
    return 100 * fmean(abs(directional_index(w.before(k).last(p + 1), p)) for k in range(p))


def aroon(w, p):
    high = max(i for i in range(len(w)) if w.h[i] == max(w.h))
    low = max(i for i in range(len(w)) if w.l[i] == min(w.l))
    return 100 * (high - low) / p


def macd(w, p):
    return math.log(
        math.prod(x[3] / 100 for x in w.raw[-p:]) ** (1 / p)
        / math.prod(x[3] / 100 for x in w.raw) ** (1 / (2 * p))
    )


def macd_histogram(w, p):
    count = max(2, math.floor(0.75 * p))
    lines = [macd(w.before(k).last(2 * p), p) for k in range(count)]
    return lines[0] - fmean(lines)


def wma_distance(w, p):
    return w.c[-1] - np.average(w.c, weights=range(1, p + 1))


def line(w):
    return np.polyfit(range(len(w)), w.c, 1)


def trend_slope(w, p):
    return ratio(line(w.last(p))[0] * (p - 1), math.sqrt(sum(r * r for r in w.returns)))


def trend_r2(w, p):
    if max(w.c) == min(w.c):
        return math.nan
    residual = np.array(w.c) - np.polyval(line(w), range(len(w)))
    return 1 - np.var(residual) / np.var(w.c)


def efficiency_ratio(w, p):
    return ratio(abs(w.c[-1] - w.c[0]), sum(abs(r) for r in w.returns))


def choppiness(w, p):
    top = max(max(w.h[i], w.c[j]) for j, i in w.pairs)
    bottom = min(min(w.l[i], w.c[j]) for j, i in w.pairs)
    if top == bottom:
        return math.nan
    return 100 * math.log10(sum(w.true_ranges) / (top - bottom)) / math.log10(p)


def vortex(w, p):
    plus = sum(abs(w.h[i] - w.l[j]) for j, i in w.pairs)
    minus = sum(abs(w.l[i] - w.h[j]) for j, i in w.pairs)
    return ratio(plus, sum(w.true_ranges), 0.0) - ratio(minus, sum(w.true_ranges), 0.0)


ORACLES = {
    "rsi": rsi,
    "stochastic": stochastic,
    "stochastic_slow": stochastic_slow,
    "cci": cci,
    "bollinger_position": bollinger_position,
    "bollinger_width": lambda w, p: 4 * pstdev(w.c),
    "keltner_position": keltner_position,
    "ultimate_oscillator": ultimate_oscillator,
    "atr_ratio": lambda w, p: fmean(w.true_ranges),
    "balance_of_power": balance_of_power,
    "directional_index": directional_index,
    "adx": adx,
    "aroon": aroon,
    "macd": macd,
    "macd_histogram": macd_histogram,
    "sma_distance": lambda w, p: w.c[-1] - fmean(w.c),
    "wma_distance": wma_distance,
    "trend_slope": trend_slope,
    "trend_r2": trend_r2,
    "efficiency_ratio": efficiency_ratio,
    "choppiness": choppiness,
    "vortex": vortex,
}
