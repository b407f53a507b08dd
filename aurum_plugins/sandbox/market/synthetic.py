"""The seeded synthetic market: the sandbox's default tape."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from aurum_plugins.clock import DAY_MS, MINUTE_MS
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market.climate import Climate
from aurum_plugins.sandbox.market.daily_path import DailyPath
from aurum_plugins.sandbox.market.day_chain import EPOCH_DAY
from aurum_plugins.sandbox.market.grid import Grid
from aurum_plugins.sandbox.market.minute_bridge import MINUTES, MinuteBridge
from aurum_plugins.sandbox.market.streams import stream
from aurum_plugins.sandbox.market.tape import Candles, FloatArray

VOLUME_NOISE = 0.6
_MINUTE_OFFSETS = np.arange(MINUTES, dtype=np.int64) * MINUTE_MS


class SyntheticTape:
    """Endless 1-minute candles of correlated pairs, a pure function of (seed, UTC time).

    A restart, another order of questions, another `first_ms` or other pairs beside it never change
    a candle. There are regimes (calm, bull, bear, crash), volatility that clusters over minutes,
    hours and weeks, fat tails, jumps, an intraday season, quieter weekends, and trends of about an
    hour. It is invented: profits made on it mean nothing.

    Each day has an open and a close from a chain that starts on 2020-01-01 (`Climate`,
    `DailyPath`), and its minutes bridge them (`MinuteBridge`).

    Parameters
    ----------
    instruments : sequence of Instrument
        One or more, symbols unique.
    seed : int
        0 or more.
    first_ms : int
        UTC milliseconds of the earliest candle to show, rounded up to a whole minute;
        2020-01-01 or later.
    cache_days : int, default 1024
        Generated days of a symbol to keep, about 70 kB each.

    Raises
    ------
    ValueError
        If a parameter breaks its rule.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        seed: int,
        first_ms: int,
        cache_days: int = 1024,
    ) -> None:
        symbols = tuple(instrument.symbol for instrument in instruments)
        if not symbols or len(set(symbols)) < len(symbols):
            raise ValueError(f"instruments must be one or more and unique, got {symbols}")
        if seed < 0:
            raise ValueError(f"seed must be 0 or more, got {seed}")
        if first_ms < EPOCH_DAY * DAY_MS:
            raise ValueError(
                f"first_ms must be {EPOCH_DAY * DAY_MS} (2020-01-01) or later, got {first_ms}"
            )
        if cache_days < 1:
            raise ValueError(f"cache_days must be 1 or more, got {cache_days}")
        self._seed = seed
        self._first_ms = -(-first_ms // MINUTE_MS) * MINUTE_MS
        self._climate = Climate(seed)
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._paths = {
            symbol: DailyPath(instrument, seed, self._climate)
            for symbol, instrument in self._instruments.items()
        }
        self._day = lru_cache(maxsize=cache_days)(self._make_day)
        self._market_day = lru_cache(maxsize=max(1, cache_days // 2))(self._make_market_day)

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """What is on the tape, in the order it was given."""
        return tuple(self._instruments.values())

    @property
    def interval_ms(self) -> int:
        """One minute."""
        return MINUTE_MS

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols on the tape, Binance's spelling."""
        return tuple(self._instruments)

    @property
    def first_ms(self) -> int:
        """Open time of the earliest candle that can be asked for, UTC milliseconds."""
        return self._first_ms

    @property
    def last_ms(self) -> None:
        """The tape never ends."""
        return

    def window(self, symbol: str, start_ms: int, end_ms: int) -> Candles:
        """Candles whose open time lies in [start_ms, end_ms); the arrays are read-only.

        Raises
        ------
        KeyError
            If the symbol is not on the tape.
        """
        if symbol not in self._instruments:
            raise KeyError(f"symbol must be one of {', '.join(self._instruments)}, got {symbol!r}")
        start_ms = max(start_ms, self._first_ms)
        if end_ms <= start_ms:
            return Candles.empty()
        parts = []
        for day in range(start_ms // DAY_MS, (end_ms - 1) // DAY_MS + 1):
            begin = max(0, -(-(start_ms - day * DAY_MS) // MINUTE_MS))
            end = min(MINUTES, -(-(end_ms - day * DAY_MS) // MINUTE_MS))
            parts.append(self._day(symbol, day)[begin:end])
        return parts[0] if len(parts) == 1 else Candles.concat(*parts)

    def _make_market_day(self, day: int) -> MinuteBridge:
        market = self._climate.day(day)
        return MinuteBridge.draw(
            stream(self._seed, "minutes", day),
            volatility=market.volatility,
            total=market.total,
            jump=market.jump,
            jump_minute=market.jump_minute,
        )

    def _make_day(self, symbol: str, day: int) -> Candles:
        instrument, path = self._instruments[symbol], self._paths[symbol]
        pair, market = path.day(day), self._market_day(day)
        random = stream(self._seed, f"minutes {symbol}", day)
        own = MinuteBridge.draw(
            random,
            volatility=pair.volatility,
            total=pair.total,
            jump=pair.jump,
            jump_minute=pair.jump_minute,
        )
        returns = path.daily * (path.loading * market.returns + path.rest * own.returns)
        sigma = path.daily * np.hypot(path.loading * market.sigma, path.rest * own.sigma)

        tick = Grid(instrument.tick_size)
        closes = pair.open * np.exp(np.cumsum(returns))
        # Neighbouring days must meet on the same tick, whatever the sum's last bits are.
        closes[-1] = pair.close
        before = np.concatenate(([pair.open], closes[:-1]))
        high, low = _extremes(random, returns, sigma)
        close = tick.snap(closes, at_least=1)
        open_ = tick.snap(before, at_least=1)
        candles = Candles(
            _MINUTE_OFFSETS + day * DAY_MS,
            open_,
            np.maximum(tick.snap(before * high, at_least=1), np.maximum(open_, close)),
            np.minimum(tick.snap(before * low, at_least=1), np.minimum(open_, close)),
            close,
            _volume(random, instrument, returns, sigma, closes),
        )
        for column in candles.columns:
            column.setflags(write=False)
        return candles


def _extremes(
    random: np.random.Generator, returns: FloatArray, sigma: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Highest and lowest price of each minute, relative to its open.

    The maximum of a Brownian bridge over a minute with return r is (r + sqrt(r^2 + 2 s^2 E)) / 2,
    where E is exponential; the minimum mirrors it.
    """
    squares = returns * returns
    reach = np.sqrt(squares + 2 * sigma * sigma * random.standard_exponential((2, len(returns))))
    return np.exp((returns + reach[0]) / 2), np.exp((returns - reach[1]) / 2)


def _volume(
    random: np.random.Generator,
    instrument: Instrument,
    returns: FloatArray,
    sigma: FloatArray,
    price: FloatArray,
) -> FloatArray:
    """Base volume of each minute: it grows with volatility, season and the size of the move."""
    surprise = np.minimum(np.abs(returns) / sigma, 12.0)
    typical = instrument.volatility / np.sqrt(365 * MINUTES)
    noise = np.exp(VOLUME_NOISE * random.standard_normal(len(returns)) - VOLUME_NOISE**2 / 2)
    quote = instrument.daily_volume / MINUTES * (sigma / typical) * (0.7 + surprise) * noise
    return Grid(instrument.step_size).snap(quote / price, at_least=1)
