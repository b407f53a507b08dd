"""An exchange that knows candles and little else, for pairlists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from freqtrade.enums import CandleType, RunMode
from market_candles import NOW_MS

from aurum_plugins.clock import VirtualClock


class PairlistExchange:
    """Gives the candles that it was built with.

    Parameters
    ----------
    candles : mapping of str to pandas.DataFrame
        By pair; a pair without an entry gets none.
    candle_limit : int
        Candles that it gives at once.
    """

    name = "Binance"
    timeframes = ("1m", "1h", "1d")

    def __init__(
        self, candles: Mapping[str, pd.DataFrame] | None = None, candle_limit: int = 1_000
    ) -> None:
        self.candles = dict(candles or {})
        self.candle_limit = candle_limit
        self.markets = {pair: {"active": True} for pair in self.candles}
        self.asked: list[tuple[list[Any], int]] = []

    def ohlcv_candle_limit(self, timeframe: str, candle_type: CandleType) -> int:
        """As freqtrade's."""
        return self.candle_limit

    def refresh_ohlcv_with_cache(
        self, pairs: list[tuple[str, str, CandleType]], *, lookback_period: int
    ) -> dict[tuple[str, str, CandleType], pd.DataFrame]:
        """As freqtrade's."""
        self.asked.append((pairs, lookback_period))
        return {key: self.candles[key[0]] for key in pairs if key[0] in self.candles}


def make_pairlist(
    kind: type,
    exchange: PairlistExchange,
    parameters: Mapping[str, Any] | None = None,
    runmode: RunMode = RunMode.DRY_RUN,
    **more: Any,
) -> Any:
    """Give a pairlist behind a static one, on a clock that stands at `market_candles.NOW`.

    `more` is laid over the configuration.
    """
    config = {
        "candle_type_def": CandleType.SPOT,
        "runmode": runmode,
        "stake_currency": "USDT",
        "exchange": {"pair_whitelist": list(exchange.candles)},
        **more,
    }
    pairlist = kind(exchange, None, config, {"method": kind.__name__, **(parameters or {})}, 1)
    pairlist._clock = VirtualClock(NOW_MS)
    return pairlist
