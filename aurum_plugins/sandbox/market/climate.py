"""What all synthetic pairs share: the market's mood, day by day."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from aurum_plugins.sandbox.market.day_chain import BLOCK_DAYS, EPOCH_DAY, DayChain
from aurum_plugins.sandbox.market.streams import stream

MINUTES = 1440
# The epoch of days, 1970-01-01, was a Thursday.
WEEKEND = (2, 3)
WEEKEND_VOLATILITY = 0.8
JUMP_CHANCE = 0.15
JUMP_SCALE = 0.25

# Log volatility is an AR(1) of a day's step.
MEMORY = 0.94
SHAKE = 0.12
_SPREAD = SHAKE**2 / (1 - MEMORY**2)


@dataclass(frozen=True)
class Regime:
    """A mood of the market.

    Attributes
    ----------
    name : str
        For people.
    drift : float
        Mean return of a day, in typical daily standard deviations.
    volatility : float
        Multiple of the typical volatility.
    onward : tuple of float, shape (4,)
        Chance of each regime on the next day, in the order of `REGIMES`.
    """

    name: str
    drift: float
    volatility: float
    onward: tuple[float, float, float, float]


REGIMES = (
    Regime("calm", 0.00, 0.85, (0.950, 0.022, 0.022, 0.006)),
    Regime("bull", 0.10, 1.00, (0.030, 0.955, 0.010, 0.005)),
    Regime("bear", -0.07, 1.15, (0.030, 0.010, 0.945, 0.015)),
    Regime("crash", -0.50, 2.30, (0.050, 0.050, 0.250, 0.650)),
)
_ONWARD = np.cumsum([regime.onward for regime in REGIMES], axis=1)[:, :-1]


@dataclass(frozen=True, slots=True)
class MarketDay:
    """The common factor on one UTC day; returns are in typical daily standard deviations.

    Attributes
    ----------
    regime : int
        Position in `REGIMES`.
    log_volatility : float
        State of the volatility process, mean 0.
    volatility : float
        Standard deviation of the day's diffusion, 1 on a typical day.
    total : float
        Return of the day, without the jump.
    jump : float
        Sudden return, 0 on most days.
    jump_minute : int
        Minute of the day in which the jump happens, 0 to 1439.
    """

    regime: int
    log_volatility: float
    volatility: float
    total: float
    jump: float
    jump_minute: int


class Climate(DayChain[MarketDay]):
    """Regimes, volatility and return of the market factor.

    Regimes follow a Markov chain: calm, bull and bear last weeks, a crash some days. On top of a
    regime's volatility lies a log-normal AR(1) level; weekends are quieter.

    Parameters
    ----------
    seed : int
        0 or more.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(MarketDay(0, 0.0, 1.0, 0.0, 0.0, 0))
        self._seed = seed

    def _make(self, block: int, previous: MarketDay) -> list[MarketDay]:
        random = stream(self._seed, "climate", block)
        turns, chances = random.random((2, BLOCK_DAYS)).tolist()
        shakes, shocks = random.standard_normal((2, BLOCK_DAYS)).tolist()
        jumps = (JUMP_SCALE * random.laplace(size=BLOCK_DAYS)).tolist()
        minutes = random.integers(MINUTES, size=BLOCK_DAYS).tolist()
        first = EPOCH_DAY + block * BLOCK_DAYS
        days: list[MarketDay] = []
        mood, level = previous.regime, previous.log_volatility
        for i in range(BLOCK_DAYS):
            mood = int(np.searchsorted(_ONWARD[mood], turns[i], side="right"))
            level = MEMORY * level + SHAKE * shakes[i]
            regime = REGIMES[mood]
            volatility = regime.volatility * math.exp(level - _SPREAD)
            if (first + i) % 7 in WEEKEND:
                volatility *= WEEKEND_VOLATILITY
            total = regime.drift + volatility * shocks[i]
            jump = volatility * jumps[i] if chances[i] < JUMP_CHANCE else 0.0
            days.append(MarketDay(mood, level, volatility, total, jump, minutes[i]))
        return days
