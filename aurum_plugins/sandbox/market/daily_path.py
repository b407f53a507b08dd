"""One synthetic pair, day by day."""

from __future__ import annotations

import math
from dataclasses import dataclass

from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market.climate import (
    JUMP_CHANCE,
    JUMP_SCALE,
    MEMORY,
    MINUTES,
    SHAKE,
    Climate,
)
from aurum_plugins.sandbox.market.day_chain import BLOCK_DAYS, EPOCH_DAY, DayChain
from aurum_plugins.sandbox.market.streams import stream

PULL = 1.4 / 365
"""Share of the log distance from the reference price that a day takes back, close to it."""

FIRMNESS = 0.5
"""How much the pull grows with the squared log distance."""

OWN_SPREAD = SHAKE**2 / (1 - MEMORY**2)


@dataclass(frozen=True, slots=True)
class PairDay:
    """One pair on one UTC day.

    Attributes
    ----------
    open, close : float
        Price at 00:00 of this day and of the next, quote currency, off the tick grid.
    log_volatility : float
        State of the pair's own volatility process, mean 0.
    volatility : float
        Standard deviation of the pair's own part of the day's return, 1 on a typical day.
    total : float
        The pair's own part of the day's return without the jump, in the same unit; the pull
        towards the reference price is in it.
    jump : float
        Sudden own return, 0 on most days, same unit.
    jump_minute : int
        Minute of the day in which the jump happens, 0 to 1439.
    """

    open: float
    close: float
    log_volatility: float
    volatility: float
    total: float
    jump: float
    jump_minute: int


class DailyPath(DayChain[PairDay]):
    """Daily opens and closes of a pair, and how each day's return is made up.

    A day's log return is `daily * (loading * market + rest * own)`, where `market` and `own` have
    unit variance on a typical day. Log prices are drawn gently back to the reference price (less
    than half a percent of the distance a day, more when far away), so that levels stay plausible
    for years.

    Parameters
    ----------
    instrument : Instrument
        Gives the level, the volatility and, by its symbol, the random stream.
    seed : int
        0 or more.
    climate : Climate
        The market factor of the same seed.

    Attributes
    ----------
    daily : float
        Standard deviation of a typical day's log return.
    loading, rest : float
        Weights of the market factor and of the pair's own part; their squares add up to 1.
    """

    def __init__(self, instrument: Instrument, seed: int, climate: Climate) -> None:
        reference = instrument.reference_price
        super().__init__(PairDay(reference, reference, 0.0, 1.0, 0.0, 0.0, 0))
        self._purpose = f"days {instrument.symbol}"
        self._log_reference = math.log(reference)
        self._seed = seed
        self._climate = climate
        self.daily = instrument.volatility / math.sqrt(365)
        taste = stream(seed, f"loading {instrument.symbol}", 0).random()
        self.loading = 0.62 + 0.16 * float(taste)
        self.rest = math.sqrt(1 - self.loading**2)

    def _make(self, block: int, previous: PairDay) -> list[PairDay]:
        random = stream(self._seed, self._purpose, block)
        shakes, shocks = random.standard_normal((2, BLOCK_DAYS)).tolist()
        chances = random.random(BLOCK_DAYS).tolist()
        jumps = (JUMP_SCALE * random.laplace(size=BLOCK_DAYS)).tolist()
        minutes = random.integers(MINUTES, size=BLOCK_DAYS).tolist()
        first = EPOCH_DAY + block * BLOCK_DAYS
        unit = self.daily * self.rest
        days: list[PairDay] = []
        price, level = previous.close, previous.log_volatility
        for i in range(BLOCK_DAYS):
            market = self._climate.day(first + i)
            level = MEMORY * level + SHAKE * shakes[i]
            # A wild market makes each pair wilder too, though less than in proportion.
            volatility = math.sqrt(market.volatility) * math.exp(level - OWN_SPREAD)
            away = math.log(price) - self._log_reference
            pull = PULL * away * (1 + FIRMNESS * away * away)
            total = volatility * shocks[i] - pull / unit
            jump = volatility * jumps[i] if chances[i] < JUMP_CHANCE else 0.0
            common = self.daily * self.loading * (market.total + market.jump)
            close = price * math.exp(common + unit * (total + jump))
            days.append(PairDay(price, close, level, volatility, total, jump, minutes[i]))
            price = close
        return days
