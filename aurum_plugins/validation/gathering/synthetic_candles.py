"""Candles of the synthetic market as files, for measures that no real candles were given to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pandas as pd

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.clock import DAY_MS
from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS
from aurum_plugins.sandbox.market.aggregation import aggregate
from aurum_plugins.sandbox.market.synthetic import SyntheticTape
from aurum_plugins.sandbox.market.tape import Candles

# A fixed date, so that everybody measures the same candles.
FIRST_MS: Final = round(datetime(2024, 1, 1, tzinfo=UTC).timestamp()) * 1_000
SEED: Final = 7


def synthetic_frames(
    bases: tuple[str, ...], timeframe: str, days: int, seed: int = SEED
) -> dict[str, pd.DataFrame]:
    """Candles from 2024-01-01 on, by pair; the same for everybody.

    Parameters
    ----------
    bases : tuple of str
        Currencies of the simulated exchange, for example ("BTC", "ETH").
    timeframe : str
        As freqtrade names it.
    days : int
    seed : int
        Of the market.

    Returns
    -------
    dict of str to pandas.DataFrame of shape (n, 6)
        `date` (UTC), `open`, `high`, `low`, `close`, `volume`.

    Raises
    ------
    KeyError
        For a currency that is not traded there.
    """
    tape = SyntheticTape(DEFAULT_INSTRUMENTS, seed, FIRST_MS, cache_days=max(8, days))
    stop = FIRST_MS + days * DAY_MS
    minutes = {base: tape.window(f"{base}USDT", FIRST_MS, stop) for base in bases}
    whole = candle_interval_ms(timeframe)
    return {
        f"{base}/USDT": _frame(aggregate(candles, timeframe), stop - whole)
        for base, candles in minutes.items()
    }


def write_candles(folder: Path, frames: dict[str, pd.DataFrame], timeframe: str) -> Path:
    """Write candles as freqtrade's feather files, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for pair, frame in frames.items():
        frame.to_feather(folder / f"{pair.replace('/', '_')}-{timeframe}.feather")
    return folder


def _frame(candles: Candles, last_ms: int) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(candles.open_ms, unit="ms", utc=True).as_unit("ms"),
            "open": candles.open,
            "high": candles.high,
            "low": candles.low,
            "close": candles.close,
            "volume": candles.volume,
        }
    )
    return frame[candles.open_ms <= last_ms].reset_index(drop=True)
