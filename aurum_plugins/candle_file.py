"""freqtrade's candle files, as they are on the disk."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from aurum_plugins.errors import DataError

COLUMNS = ("date", "open", "high", "low", "close", "volume")
MEND = "download it again with freqtrade download-data"


def read_candle_file(path: Path) -> pd.DataFrame:
    """Read a file of `freqtrade download-data --data-format-ohlcv feather`.

    What the candles say is not looked at.

    Returns
    -------
    pandas.DataFrame of shape (n, 6)
        `date`, the candle's open; `open`, `high`, `low`, `close` and `volume`; of whatever types
        the file has.

    Raises
    ------
    aurum_plugins.errors.DataError
        If the file is torn, lacks a column or holds no candle.
    """
    try:
        frame = pd.read_feather(path)
    # pyarrow raises all three, and its own errors derive from them.
    except (OSError, ValueError, KeyError) as error:
        raise DataError(path, f"is torn or not a feather file; {MEND}") from error
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise DataError(path, f"lacks the column {', '.join(missing)}; {MEND}")
    if frame.empty:
        raise DataError(path, f"holds no candle; {MEND}")
    return frame.loc[:, list(COLUMNS)]
