"""Which candles lie in a folder that freqtrade downloaded to, and reading them as they are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from aurum_plugins.candle_file import read_candle_file
from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.errors import DataError

_NAME = re.compile(r"(?P<base>.+)_(?P<quote>[A-Za-z0-9]+)-(?P<timeframe>[1-9]\d*[smhdw])")


@dataclass(frozen=True)
class CandleFolder:
    """A folder of freqtrade's feather files of spot candles, `BTC_USDT-1h.feather`.

    Other files are passed over, monthly candles among them: months differ in length.

    Attributes
    ----------
    path : pathlib.Path
    files : dict of (str, str) to pathlib.Path
        By pair and timeframe, in alphabetical order.
    """

    path: Path
    files: dict[tuple[str, str], Path]

    @classmethod
    def of(cls, path: Path) -> CandleFolder:
        """List a folder.

        Raises
        ------
        aurum_plugins.errors.DataError
            If it is no folder, cannot be listed, or holds no candles.
        """
        files: dict[tuple[str, str], Path] = {}
        try:
            for file in sorted(path.iterdir()):
                name = _NAME.fullmatch(file.stem)
                if file.suffix == ".feather" and name is not None:
                    files[f"{name['base']}/{name['quote']}", name["timeframe"]] = file
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DataError(path, f"cannot be searched for candles: {reason}") from None
        if not files:
            mend = "get some with freqtrade download-data, or name another folder with --datadir"
            raise DataError(path, f"holds no candles such as BTC_USDT-1h.feather; {mend}")
        return cls(path, files)

    @property
    def timeframes(self) -> tuple[str, ...]:
        """What there is, most files first, and the finest first among equals."""
        counts = Counter(timeframe for _, timeframe in self.files)
        return tuple(sorted(counts, key=lambda name: (-counts[name], candle_interval_ms(name))))

    def pairs(self, timeframe: str) -> tuple[str, ...]:
        """Pairs that have candles of a timeframe, in alphabetical order."""
        return tuple(pair for pair, frame in self.files if frame == timeframe)

    def read(self, pair: str, timeframe: str) -> pd.DataFrame:
        """Candles as they lie in the file: gaps, duplicates and nonsense included.

        Parameters
        ----------
        pair, timeframe : str
            One of `files`.

        Returns
        -------
        pandas.DataFrame of shape (n, 6)
            `date`, `open`, `high`, `low`, `close`, `volume`.

        Raises
        ------
        aurum_plugins.errors.DataError
            If the file is torn, lacks a column or holds no candle.
        """
        return read_candle_file(self.files[pair, timeframe])
