"""Real candles again: the tape that plays freqtrade's feather files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.errors import ConfigurationError, DataError
from aurum_plugins.sandbox.instruments import Instrument
from aurum_plugins.sandbox.market.estimate import estimate_instrument
from aurum_plugins.sandbox.market.feather import read_candles
from aurum_plugins.sandbox.market.grid import Grid
from aurum_plugins.sandbox.market.tape import Candles, FloatArray, IntArray

AtEnd = Literal["loop", "halt"]

_FILE_NAME = re.compile(
    r"(?P<base>[^\W_]+)_(?P<quote>[^\W_]+)-(?P<count>\d+)(?P<unit>[mhd])\.feather"
)
_UNIT_MS = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}


class ReplayTape:
    """Stored candles, moved in time so that a chosen moment of the past is now.

    The finest timeframe in the folder is played, for every pair that has it. Candles keep their
    order and their holes, and open on the grid of their interval; coarser candles that are built
    from them need not be those of the past, because the shift is a whole number of *base*
    intervals: hours of 5-minute candles, or days of hourly ones, may be cut elsewhere.

    Parameters
    ----------
    directory : pathlib.Path
        Holds files such as `BTC_USDT-1h.feather`. Other files are ignored.
    start_ms : int
        UTC milliseconds at which `tape_now_ms` is reached, floored to a played interval.
    tape_now_ms : int, optional
        UTC milliseconds on the tape, floored to a stored interval; within the data. Default: the
        close of the last candle, so that the whole tape is history when playing starts.
    play_as_ms : int, optional
        Time that a stored candle takes, whole seconds in milliseconds. One minute plays hourly
        candles sixty times as fast. Default: as long as it was.
    at_end : {"loop", "halt"}, default "loop"
        What follows the last candle: the first one again, with all prices of a symbol scaled so
        that its first open continues from its last close; or nothing.
    symbols : sequence of str, optional
        Play these alone, Binance's spelling.

    Raises
    ------
    DataError
        If the folder or a pair is missing, or a file cannot be used.
    ConfigurationError
        If a parameter breaks its rule.
    """

    def __init__(
        self,
        directory: Path,
        *,
        start_ms: int,
        tape_now_ms: int | None = None,
        play_as_ms: int | None = None,
        at_end: AtEnd = "loop",
        symbols: Sequence[str] | None = None,
    ) -> None:
        if at_end not in get_args(AtEnd):
            raise ConfigurationError("at_end", "must be 'loop' or 'halt'", at_end)
        if play_as_ms is not None and (play_as_ms <= 0 or play_as_ms % SECOND_MS):
            raise ConfigurationError("play_as_ms", "must be whole seconds above 0", play_as_ms)
        if symbols is not None and not symbols:
            raise ConfigurationError("symbols", "must name one or more, or be left out", symbols)
        stored_ms, files = _finest(directory, symbols)
        stored = {symbol: read_candles(path, stored_ms) for symbol, (_, _, path) in files.items()}
        begin = min(int(candles.open_ms[0]) for candles in stored.values())
        end = max(int(candles.open_ms[-1]) for candles in stored.values()) + stored_ms
        for symbol, candles in stored.items():
            if (int(candles.open_ms[0]) - begin) % stored_ms:
                raise DataError(
                    files[symbol][2], "is not on the same time grid as its neighbours; remove it"
                )
        moment = end if tape_now_ms is None else tape_now_ms
        if not begin <= moment <= end:
            raise ConfigurationError(
                "tape_now_ms", f"must lie within the data, from {begin} to {end}", tape_now_ms
            )
        self._interval_ms = stored_ms if play_as_ms is None else play_as_ms
        played_before = (moment - begin) // stored_ms * self._interval_ms
        self._first_ms = start_ms // self._interval_ms * self._interval_ms - played_before
        self._lap_ms = (end - begin) // stored_ms * self._interval_ms
        self._halts = at_end == "halt"
        self._instruments = {
            symbol: estimate_instrument(base, quote, stored[symbol], self._interval_ms)
            for symbol, (base, quote, _) in files.items()
        }
        self._candles = {
            symbol: _frozen(
                self._first_ms + (candles.open_ms - begin) // stored_ms * self._interval_ms,
                candles.open,
                candles.high,
                candles.low,
                candles.close,
                candles.volume,
            )
            for symbol, candles in stored.items()
        }
        self._factors: dict[str, dict[int, float]] = {symbol: {0: 1.0} for symbol in stored}
        # A window may cross from one lap into the next.
        self._lap = lru_cache(maxsize=2 * len(stored))(self._make_lap)

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """What the data says of each pair; turnover and volatility are in played time."""
        return tuple(self._instruments.values())

    @property
    def interval_ms(self) -> int:
        """Length of a played candle, milliseconds."""
        return self._interval_ms

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols on the tape, Binance's spelling, in alphabetical order."""
        return tuple(self._candles)

    @property
    def first_ms(self) -> int:
        """Open time of the earliest candle of any symbol, UTC milliseconds."""
        return self._first_ms

    @property
    def last_ms(self) -> int | None:
        """End of the tape, UTC milliseconds, or None if it loops."""
        return self._first_ms + self._lap_ms if self._halts else None

    def window(self, symbol: str, start_ms: int, end_ms: int) -> Candles:
        """Candles whose open time lies in [start_ms, end_ms); the arrays are read-only.

        Raises
        ------
        KeyError
            If the symbol is not on the tape.
        """
        if symbol not in self._candles:
            raise KeyError(f"symbol must be one of {', '.join(self._candles)}, got {symbol!r}")
        start_ms = max(start_ms, self._first_ms)
        if end_ms <= start_ms:
            return Candles.empty()
        first_lap = (start_ms - self._first_ms) // self._lap_ms
        last_lap = (end_ms - 1 - self._first_ms) // self._lap_ms
        if self._halts:
            last_lap = min(last_lap, 0)
        parts = []
        for number in range(first_lap, last_lap + 1):
            lap = self._lap(symbol, number)
            begin, end = np.searchsorted(lap.open_ms, (start_ms, end_ms))
            parts.append(lap[begin:end])
        if len(parts) == 1:
            return parts[0]
        return Candles.concat(Candles.empty(), *parts)

    def _make_lap(self, symbol: str, number: int) -> Candles:
        original = self._candles[symbol]
        if number == 0:
            return original
        factor = self._factor(symbol, number)
        tick = Grid(self._instruments[symbol].tick_size)
        prices = (original.open, original.high, original.low, original.close)
        return _frozen(
            original.open_ms + number * self._lap_ms,
            *(tick.snap(price * factor, at_least=1) for price in prices),
            original.volume,
        )

    def _factor(self, symbol: str, number: int) -> float:
        """What a lap's prices are multiplied by; chained over snapped prices, so laps join."""
        original, factors = self._candles[symbol], self._factors[symbol]
        tick = Grid(self._instruments[symbol].tick_size)
        for lap in range(len(factors), number + 1):
            last_close = tick.snap(original.close[-1:] * factors[lap - 1], at_least=1)
            factors[lap] = float(last_close[0] / original.open[0])
        return factors[number]


def _frozen(open_ms: IntArray, *rest: FloatArray) -> Candles:
    candles = Candles(open_ms, *rest)
    for column in candles.columns:
        column.setflags(write=False)
    return candles


def _finest(
    directory: Path, symbols: Sequence[str] | None
) -> tuple[int, dict[str, tuple[str, str, Path]]]:
    """The finest interval in the folder, and (base, quote, path) of each symbol that has it."""
    if not directory.is_dir():
        raise DataError(
            directory,
            "there is no such folder; name one that freqtrade download-data has filled",
        )
    wanted = None if symbols is None else set(symbols)
    found: dict[int, dict[str, tuple[str, str, Path]]] = {}
    for path in sorted(directory.iterdir()):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None or int(match["count"]) == 0:
            continue
        symbol = match["base"] + match["quote"]
        if wanted is None or symbol in wanted:
            interval_ms = int(match["count"]) * _UNIT_MS[match["unit"]]
            found.setdefault(interval_ms, {})[symbol] = (match["base"], match["quote"], path)
    if not found:
        raise DataError(
            directory,
            "holds no candle file such as BTC_USDT-1h.feather"
            + ("" if wanted is None else f" of {', '.join(sorted(wanted))}")
            + "; fill it with freqtrade download-data --data-format-ohlcv feather",
        )
    finest = min(found)
    absent = sorted((wanted or set()) - set(found[finest]))
    if absent:
        raise DataError(
            directory,
            f"has no candles of {', '.join(absent)} in its finest timeframe; "
            "get them with freqtrade download-data",
        )
    return finest, found[finest]
