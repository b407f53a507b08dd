"""Frames that begin where a candle of the coarsest timeframe does, because others are slow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from aurum_plugins.freqai.market_candles import RUNNING
from aurum_plugins.freqai.training_table import candle_numbers

_MS = 1_000


class AlignedFrames:
    """A mixin: name it before `IFreqaiModel`, and set `timeframe_seconds`.

    Where a frame's first row has no closed candle of a coarser timeframe beside it, freqtrade fills
    that row and those after it column by column, which takes longer than anything else in a running
    bot's forecast. So FreqAI gets the frame without those few rows, the oldest, and they are put
    back with zeros, as FreqAI has it where there is no forecast.

    Attributes
    ----------
    timeframe_seconds : callable of str to int
        freqtrade's length of a timeframe.
    """

    timeframe_seconds: Callable[[str], int]

    base_tf_seconds: int
    ft_params: dict[str, Any]

    def start(self, dataframe: pd.DataFrame, metadata: dict[str, Any], strategy: Any) -> Any:
        """Do what FreqAI does, in a running bot with an aligned frame."""
        joined = strategy.dp.runmode.value in RUNNING and self.joins_frames(metadata["pair"])
        aside = self._rows_aside(dataframe) if joined else 0
        if not aside:
            return super().start(dataframe, metadata, strategy)  # type: ignore[misc]
        rest = dataframe.iloc[aside:].reset_index(drop=True)
        answer = super().start(rest, metadata, strategy)  # type: ignore[misc]
        head = dataframe.iloc[:aside].reindex(columns=answer.columns)
        for name in answer.columns.difference(dataframe.columns):
            kind = answer[name].dtype
            if kind.kind in "fi":
                head[name] = np.zeros(aside, dtype=kind)
        return pd.concat([head, answer], ignore_index=True)

    def joins_frames(self, _pair: str) -> bool:
        """Whether FreqAI will join frames for a pair's next forecast."""
        return True

    def _rows_aside(self, frame: pd.DataFrame) -> int:
        """Rows before the first that closes together with a candle of the coarsest timeframe."""
        timeframes = self.ft_params.get("include_timeframes") or ()
        coarsest_ms = _MS * max(map(self.timeframe_seconds, timeframes), default=0)
        own_ms = _MS * self.base_tf_seconds
        if coarsest_ms <= own_ms or not len(frame):
            return 0
        closes_ms = (
            candle_numbers(frame["date"].iloc[: coarsest_ms // own_ms], own_ms) + 1
        ) * own_ms
        aligned = np.flatnonzero(closes_ms % coarsest_ms == 0)
        return int(aligned[0]) if len(aligned) else 0
