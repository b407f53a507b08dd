"""The candles that forecasts are made from: of the pairs asked for, and of the market."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.commands.quality_request import QualityRequest
from aurum_plugins.errors import DataError
from aurum_plugins.features import Candles
from aurum_plugins.preprocessing import CandleError, repair_candles


def repaired_candles(data: QualityRequest, until: datetime | None = None) -> dict[str, Candles]:
    """Read and repair candles.

    Parameters
    ----------
    data : QualityRequest
    until : datetime, optional
        Candles that close later are cut away before anything else is done.

    Returns
    -------
    dict of str to Candles
        By pair, those of the market first.

    Raises
    ------
    aurum_plugins.errors.DataError
        If candles are missing, torn or make no sense.
    """
    pairs = dict.fromkeys((*data.market_pairs, *data.pairs))
    return {pair: _repaired(data, pair, until) for pair in pairs}


def _repaired(data: QualityRequest, pair: str, until: datetime | None) -> Candles:
    timeframe = data.survey.timeframe
    interval = candle_interval_ms(timeframe)
    path = data.folder.files[pair, timeframe]
    frame = data.folder.read(pair, timeframe)
    earlier = ""
    # A column of anything but times is for the repair to name.
    if until is not None and pd.api.types.is_datetime64_any_dtype(frame["date"]):
        closes = pd.to_datetime(frame["date"], utc=True) + pd.Timedelta(milliseconds=interval)
        frame = frame[closes <= until].reset_index(drop=True)
        earlier = f" and closes until {until:%Y-%m-%d %H:%M}"
    try:
        candles = repair_candles(frame, interval, data.candles).candles
    except CandleError as error:
        raise DataError(path, str(error)) from error
    if not len(candles):
        raise DataError(path, f"holds no candle that opens on the grid of {timeframe}{earlier}")
    return candles
