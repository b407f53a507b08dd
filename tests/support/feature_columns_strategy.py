"""Every feature as an indicator, so that freqtrade's bias analyses look at each of them."""

from __future__ import annotations

import pandas as pd
from freqtrade.exchange import timeframe_to_msecs
from freqtrade.strategy import IStrategy

from aurum_plugins.features import FeatureSet, FeatureSettings
from aurum_plugins.preprocessing import CandleSettings, repair_candles

PERIODS = (5, 14)


class FeatureColumnsStrategy(IStrategy):
    """Trades whenever the slow RSI crosses its middle: often, for no good reason."""

    timeframe = "1h"
    stoploss = -0.5
    startup_candle_count = 80

    def __init__(self, config):
        super().__init__(config)
        # The leader must be among the pairs that the analyses load.
        self.features = FeatureSet(FeatureSettings(market_pairs=("BTC/USDT",)))
        self.startup_candle_count = self.features.lookback(PERIODS)

    def populate_indicators(self, dataframe, metadata):
        def repaired(frame):
            interval = timeframe_to_msecs(self.timeframe)
            return repair_candles(frame, interval, CandleSettings())

        leader = self.dp.get_pair_dataframe("BTC/USDT", self.timeframe)
        own = repaired(dataframe)
        table = self.features.compute(
            own.candles, PERIODS, {"BTC/USDT": repaired(leader).candles}
        ).to_frame()
        # NaN compares unequal to NaN nowhere, but fails the analyses' arithmetic.
        values = table.to_numpy()[own.rows]
        columns = pd.DataFrame(values, columns=table.columns, index=dataframe.index)
        return pd.concat([dataframe, columns], axis=1)

    def populate_entry_trend(self, dataframe, metadata):
        dataframe.loc[dataframe["rsi_14"] > 55, "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        dataframe.loc[dataframe["rsi_14"] < 45, "exit_long"] = 1
        return dataframe
