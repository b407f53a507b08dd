"""AurumStrategy: a volatility-targeted Donchian breakout with an ATR stop. Wiring only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from freqtrade.configuration import TimeRange
from freqtrade.enums import TRADE_MODES
from freqtrade.exceptions import OperationalException
from freqtrade.exchange import timeframe_to_msecs
from freqtrade.persistence import Trade
from freqtrade.strategy import (
    DecimalParameter,
    IntParameter,
    IStrategy,
    stoploss_from_absolute,
)

from aurum_plugins import errors, signals
from aurum_plugins.clock import WallClock

if TYPE_CHECKING:
    from aurum_plugins.freqai import FreqaiColumns

DEFAULTS = signals.BreakoutSettings()
AT_ONCE = 1e-6  # as a fraction of the price


def length(candles: int, space: str) -> IntParameter:
    """Give a channel length that hyperopt may halve or double."""
    return IntParameter(max(2, candles // 2), 2 * candles, default=candles, space=space)


def distance(ranges: float) -> DecimalParameter:
    """Give a stop distance in average true ranges that hyperopt may halve or double."""
    return DecimalParameter(ranges / 2, 2 * ranges, default=ranges, decimals=2, space="sell")


def freqai_columns(config: dict[str, Any]) -> FreqaiColumns | None:
    """What FreqAI's hooks are answered with, or None where FreqAI is not enabled."""
    if not config.get("freqai", {}).get("enabled", False):
        return None
    # scikit-learn takes a second to load: only who uses it pays.
    from aurum_plugins.freqai import FreqaiColumns  # noqa: PLC0415

    return FreqaiColumns(config)


class AurumStrategy(IStrategy):
    """Buy a close above the 20-day high, leave on a close below the 10-day low or at the stop.

    Lengths come from the optional `aurum.breakout` section of the configuration (see
    `aurum_plugins.signals.BreakoutSettings`), in candles of whatever timeframe is in force. Each
    position gets freqtrade's own stake, scaled down by `volatility_target` over the pair's realised
    volatility. With FreqAI enabled (`configs/freqai.json`) its forecasts are there to be looked at;
    they decide nothing yet.
    """

    INTERFACE_VERSION = 3
    timeframe = "1h"
    can_short = False
    process_only_new_candles = True
    use_exit_signal = True
    minimal_roi: ClassVar[dict[str, float]] = {}
    # The outer limit, and the only stop until the entry has filled; the ATR stop lies inside it.
    stoploss = -0.35
    use_custom_stoploss = True
    order_types: ClassVar[dict[str, Any]] = {
        "entry": "limit",
        "exit": "limit",
        "emergency_exit": "market",
        "force_exit": "market",
        "stoploss": "market",
        "stoploss_on_exchange": False,
    }

    entry_candles = length(DEFAULTS.entry_candles, "buy")
    exit_candles = length(DEFAULTS.exit_candles, "sell")
    atr_multiple = distance(DEFAULTS.atr_multiple)

    plot_config: ClassVar[dict[str, Any]] = {
        "main_plot": {
            "channel_high": {"color": "#2e8b57"},
            "channel_low": {"color": "#b22222"},
        },
        "subplots": {
            "ATR": {"atr": {"color": "#708090"}},
            "Volatility": {"volatility": {"color": "#b8860b"}},
        },
    }

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        try:
            self.settings = signals.BreakoutSettings.from_config(config)
            self.columns = freqai_columns(config)
        except errors.ConfigurationError as error:
            # freqtrade's own ConfigurationError would end the process with status 0.
            raise OperationalException(str(error)) from error
        self.entry_candles = length(self.settings.entry_candles, "buy")
        self.exit_candles = length(self.settings.exit_candles, "sell")
        self.atr_multiple = distance(self.settings.atr_multiple)
        # The longest window that hyperopt may try, the candle before it, and the one it judges.
        self.startup_candle_count = 2 + max(
            self.entry_candles.high,
            self.exit_candles.high,
            self.settings.atr_candles,
            self.settings.volatility_candles,
            self.columns.lookback if self.columns else 0,
        )

    @property
    def protections(self) -> list[dict[str, Any]]:
        """A pair rests for two candles after each exit."""
        return [{"method": "AurumCooldown", "stop_duration_candles": 2}]

    @property
    def candle_ms(self) -> int:
        """Length of a candle in milliseconds."""
        return int(timeframe_to_msecs(self.timeframe))

    def _until_ms(self) -> int:
        """Now, or the end of the backtest, in UTC milliseconds."""
        if self.dp.runmode in TRADE_MODES:
            return WallClock().now_ms()
        return TimeRange.parse_timerange(self.config["timerange"]).stopts * 1_000

    def informative_pairs(self) -> list[tuple[str, str]]:
        """Ask freqtrade to keep the candles of the market pairs."""
        pairs = self.columns.market_pairs if self.columns else ()
        return [(pair, self.timeframe) for pair in pairs]

    def feature_engineering_expand_all(
        self, dataframe: pd.DataFrame, period: int, metadata: dict[str, Any], **_: Any
    ) -> pd.DataFrame:
        """Add the features that have a period."""
        interval_ms = timeframe_to_msecs(metadata["tf"])
        return self.columns.expand_all(dataframe, period, interval_ms, self._until_ms())

    def feature_engineering_expand_basic(
        self, dataframe: pd.DataFrame, metadata: dict[str, Any], **_: Any
    ) -> pd.DataFrame:
        """Add the features without a period."""
        interval_ms = timeframe_to_msecs(metadata["tf"])
        return self.columns.expand_basic(dataframe, interval_ms, self._until_ms())

    def feature_engineering_standard(self, dataframe: pd.DataFrame, **_: Any) -> pd.DataFrame:
        """Add the features of the market and of the calendar."""
        rows = len(dataframe)
        market = self.columns.market_candles(self.dp, self.freqai, self.timeframe, rows)
        return self.columns.standard(dataframe, self.candle_ms, market)

    def set_freqai_targets(self, dataframe: pd.DataFrame, **_: Any) -> pd.DataFrame:
        """Add the labels: the scaled forward return and the forward volatility."""
        return self.columns.targets(dataframe, self.candle_ms)

    def populate_indicators(
        self, dataframe: pd.DataFrame, metadata: dict[str, Any]
    ) -> pd.DataFrame:
        """Add `atr` (quote currency), `volatility` (1.0 is 100 % a year) and FreqAI's forecasts."""
        if self.columns:
            dataframe = self.freqai.start(dataframe, metadata, self)
        dataframe["atr"] = signals.average_true_range(dataframe, self.settings.atr_candles)
        dataframe["volatility"] = signals.annualised_volatility(
            dataframe["close"], self.settings.volatility_candles, self.candle_ms
        )
        return dataframe

    def populate_entry_trend(
        self, dataframe: pd.DataFrame, _metadata: dict[str, Any]
    ) -> pd.DataFrame:
        """Add `channel_high` and the entries.

        The channel is no indicator, because hyperopt computes those once and calls this each epoch.
        """
        upper = signals.upper_channel(dataframe["high"], self.entry_candles.value)
        dataframe["channel_high"] = upper
        entries = signals.breaks_out(dataframe, upper)
        dataframe["enter_long"] = entries.astype(int)
        dataframe["enter_tag"] = np.where(entries, "breakout", None)
        return dataframe

    def populate_exit_trend(
        self, dataframe: pd.DataFrame, _metadata: dict[str, Any]
    ) -> pd.DataFrame:
        """Add `channel_low` and the exits."""
        lower = signals.lower_channel(dataframe["low"], self.exit_candles.value)
        dataframe["channel_low"] = lower
        exits = signals.breaks_down(dataframe, lower)
        dataframe["exit_long"] = exits.astype(int)
        dataframe["exit_tag"] = np.where(exits, "breakdown", None)
        return dataframe

    def custom_stake_amount(
        self,
        pair: str,
        current_time: datetime,
        proposed_stake: float,
        max_stake: float,
        **_: Any,
    ) -> float:
        """Scale freqtrade's stake by the volatility target; 0, which opens nothing, if unknown."""
        candle = self._closed_candle(pair, current_time, longest_age_ms=2 * self.candle_ms)
        # Raising would make freqtrade fall back to the whole proposed stake.
        if candle is None:
            return 0.0
        return signals.volatility_targeted_stake(
            proposed_stake, candle["volatility"], self.settings.volatility_target, max_stake
        )

    def custom_stoploss(
        self,
        pair: str,
        trade: Trade,
        current_rate: float,
        after_fill: bool,
        **_: Any,
    ) -> float | None:
        """Put the stop `atr_multiple` ranges under the entry, inside the outer limit."""
        # Set once, from the range at entry; freqtrade remembers it with the trade.
        if not after_fill and trade.stop_loss != trade.initial_stop_loss:
            return None
        candle = self._closed_candle(pair, trade.open_date_utc)
        if candle is None:
            return None
        stop = signals.atr_stop_price(trade.open_rate, candle["atr"], self.atr_multiple.value)
        if stop is None:
            return None
        outer = trade.open_rate * (1 + self.stoploss)
        below = stoploss_from_absolute(
            max(stop, outer), current_rate, is_short=trade.is_short, leverage=trade.leverage
        )
        # freqtrade takes 0 for "no answer", but a price already under the stop must stop.
        return float(max(below, AT_ONCE))

    def custom_exit(self, trade: Trade, current_time: datetime, **_: Any) -> str | None:
        """Leave a position that is older than `longest_hold_candles`."""
        longest = self.settings.longest_hold_candles
        if longest is None:
            return None
        age = current_time - trade.open_date_utc
        return "time_exit" if age >= timedelta(milliseconds=longest * self.candle_ms) else None

    def _closed_candle(
        self, pair: str, at: datetime, *, longest_age_ms: int | None = None
    ) -> pd.Series[float] | None:
        candles, _ = self.dp.get_analyzed_dataframe(pair, self.timeframe)
        return signals.last_closed_candle(
            candles, pd.Timestamp(at), self.candle_ms, longest_age_ms=longest_age_ms
        )
