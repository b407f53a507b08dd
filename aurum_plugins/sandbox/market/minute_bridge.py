"""From a day's return to the returns of its minutes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from aurum_plugins.sandbox.market.tape import FloatArray

MINUTES = 1440

TAIL_FREEDOM = 4
TAIL_CAP = 12.0
TREND_MINUTES = 45
TREND_SHARE = 0.012
_TREND_MEMORY = 1 - 1 / TREND_MINUTES
# A trend makes long moves larger than independent minutes would: this undoes it, so that a day's
# minutes add up to a day's variance.
_LONG_RUN = (1 - TREND_SHARE) + TREND_SHARE * (1 + _TREND_MEMORY) / (1 - _TREND_MEMORY)
_CLUSTERS = ((30, 0.40), (300, 0.35))


def _season() -> FloatArray:
    hour = np.arange(MINUTES) / 60
    shape = (
        1.0
        + 0.55 * np.exp(-(((hour - 14.5) / 3.0) ** 2))
        + 0.15 * np.exp(-(((hour - 8.0) / 2.0) ** 2))
        - 0.30 * np.exp(-(((hour - 4.0) / 3.0) ** 2))
    )
    return np.asarray(shape / np.sqrt(np.mean(shape**2)), np.float64)


SEASON = _season()
"""Volatility by minute of the UTC day, shape (1440,), mean square 1: high in the American morning,
low in the European night."""


@dataclass(frozen=True, slots=True)
class MinuteBridge:
    """The minutes of one day.

    Attributes
    ----------
    returns : ndarray of float64, shape (1440,)
        They add up to the day's return.
    sigma : ndarray of float64, shape (1440,)
        Standard deviation of the noise inside each minute, same unit.
    """

    returns: FloatArray
    sigma: FloatArray

    @classmethod
    def draw(
        cls,
        random: np.random.Generator,
        *,
        volatility: float,
        total: float,
        jump: float = 0.0,
        jump_minute: int = 0,
    ) -> MinuteBridge:
        """Draw the minutes of a day whose sum is known.

        Noise is Student t; its scale follows the season of the day and clusters (log-normal, with
        memories of half an hour and of five hours); a drift with a memory of 45 minutes makes
        trends. What is then missing to the day's return is spread in proportion to variance, as
        in a Brownian bridge.

        Parameters
        ----------
        random : numpy.random.Generator
            The day's own stream.
        volatility : float
            Standard deviation of the day, any unit.
        total : float
            The day's return without the jump, same unit.
        jump : float, default 0
            Added to one minute, same unit.
        jump_minute : int, default 0
            That minute, 0 to 1439.
        """
        scale = SEASON * np.exp(
            sum(weight * _autoregression(random, 1 - 1 / span) for span, weight in _CLUSTERS)
        )
        variance = scale * scale
        variance *= volatility**2 / variance.sum()
        sigma = np.sqrt(variance / _LONG_RUN)
        noise = random.standard_t(TAIL_FREEDOM, MINUTES)
        noise *= math.sqrt((1 - TREND_SHARE) * (TAIL_FREEDOM - 2) / TAIL_FREEDOM)
        np.clip(noise, -TAIL_CAP, TAIL_CAP, out=noise)
        noise += math.sqrt(TREND_SHARE) * _autoregression(random, _TREND_MEMORY)
        noise *= sigma
        noise += (total - noise.sum()) / volatility**2 * variance
        noise[jump_minute] += jump
        return cls(noise, sigma)


def _autoregression(random: np.random.Generator, memory: float) -> FloatArray:
    """A stationary AR(1) of unit variance over the minutes of a day.

    The recursion x[t] = memory x[t-1] + gain e[t] is a sum of e[s] memory^(t-s), taken here as one
    cumulative sum; memories of a quarter of an hour and more stay far from overflow.
    """
    shocks = random.standard_normal(MINUTES + 1)
    decay = _decay(memory)
    path = np.cumsum(shocks[1:] / decay)
    path *= math.sqrt(1 - memory**2)
    path += shocks[0]
    path *= decay
    return path


@lru_cache
def _decay(memory: float) -> FloatArray:
    return np.asarray(memory ** np.arange(1.0, MINUTES + 1), np.float64)
