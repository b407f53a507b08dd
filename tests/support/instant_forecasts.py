"""A model of FreqAI that needs no training: its forecast follows from the candle alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from freqtrade.freqai.freqai_interface import IFreqaiModel


def forecasts(close: pd.Series[float]) -> dict[str, Any]:
    """Ready forecasts, another one for each close."""
    share = np.modf(close.to_numpy(np.float64) * 7.0)[0]
    return {
        "&-forward_return": share / 100,
        "&-forward_return_up": 0.52 + 0.4 * share,
        "&-forward_return_confidence": share,
        "&-forward_volatility": share - 0.5,
        "&-readiness": 1.0,
        "do_predict": 1,
    }


class InstantForecasts(IFreqaiModel):  # type: ignore[misc]
    """Forecasts every candle at once."""

    def start(self, dataframe: pd.DataFrame, metadata: dict[str, Any], strategy: Any) -> Any:
        return dataframe.assign(**forecasts(dataframe["close"]))

    def train(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    fit = predict = train
