"""What a USDT is worth in dollars: near 1, the same for every venue."""

from __future__ import annotations

import numpy as np

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.sandbox.faults.draws import key_of, unit_draws
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market.grid import Grid
from aurum_plugins.sandbox.market.tape import Candles, FloatArray, IntArray, Tape
from aurum_plugins.sandbox.venue_view.slow_noise import SlowNoise

# Furthest that the rate strays from 1, and how long it takes to turn round.
RATE_BPS = 5.0
KNOT_MS = 6 * HOUR_MS
BPS = 1e-4


class DollarTape:
    """The USDT/USD market as a tape of one-minute candles.

    Parameters
    ----------
    instrument : Instrument
        Grid and turnover of USDT/USD.
    seed : int
        Fixes the rate.
    beside : Tape
        Gives first and last instant.
    """

    def __init__(self, instrument: Instrument, seed: int, beside: Tape) -> None:
        self._instrument = instrument
        self._beside = beside
        self._noise = SlowNoise(key_of("usdt/usd", seed), KNOT_MS)
        self._volume_key = key_of("usdt/usd volume", seed)

    def rate(self, time_ms: IntArray) -> FloatArray:
        """Dollars for one USDT in the minute of each instant (UTC milliseconds)."""
        return 1.0 + RATE_BPS * BPS * self._noise.at(time_ms)

    @property
    def interval_ms(self) -> int:
        """One minute."""
        return MINUTE_MS

    @property
    def symbols(self) -> tuple[str, ...]:
        """`USDTUSD` alone."""
        return (self._instrument.symbol,)

    @property
    def first_ms(self) -> int:
        """UTC milliseconds of the earliest candle: that of the tape beside."""
        return self._beside.first_ms

    @property
    def last_ms(self) -> int | None:
        """End of the tape beside."""
        return self._beside.last_ms

    def window(self, symbol: str, start_ms: int, end_ms: int) -> Candles:
        """Candles whose open time lies in [start_ms, end_ms).

        Raises
        ------
        KeyError
            If `symbol` is another one.
        """
        if symbol not in self.symbols:
            raise KeyError(f"symbol must be {self._instrument.symbol}, got {symbol!r}")
        minutes = np.arange(-(-max(start_ms, self.first_ms) // MINUTE_MS), -(-end_ms // MINUTE_MS))
        if len(minutes) == 0:
            return Candles.empty()
        edges = np.append(minutes, minutes[-1] + 1) * MINUTE_MS
        price = Grid(self._instrument.tick_size).snap(self.rate(edges), at_least=1)
        busy = 0.5 + unit_draws(self._volume_key, minutes)
        typical = self._instrument.daily_volume * MINUTE_MS / DAY_MS
        return Candles(
            open_ms=edges[:-1],
            open=price[:-1],
            high=np.maximum(price[:-1], price[1:]),
            low=np.minimum(price[:-1], price[1:]),
            close=price[1:],
            volume=Grid(self._instrument.step_size).snap(typical * busy, at_least=1),
        )
