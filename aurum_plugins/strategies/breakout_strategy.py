"""The Donchian breakout as a strategy of freqtrade, with forecasts as its second opinion."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from freqtrade.configuration import TimeRange
from freqtrade.exceptions import OperationalException
from freqtrade.exchange import timeframe_to_msecs
from freqtrade.strategy import DecimalParameter, IntParameter

from aurum_plugins import errors, signals
from aurum_plugins.clock import WallClock
from aurum_plugins.reasons import Action
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.strategies.deciding_strategy import DecidingStrategy
from aurum_plugins.strategies.newest_closed import newest_closed
from aurum_plugins.strategies.own_defaults import with_defaults
from aurum_plugins.strategies.producer_forecasts import ProducerForecasts

if TYPE_CHECKING:
    from aurum_plugins.freqai import FreqaiColumns

logger = logging.getLogger(__name__)

_BREAKOUT = signals.BreakoutSettings()
_POLICY = signals.PolicySettings()
_RISK = RiskSettings()


def _length(candles: int, space: str) -> IntParameter:
    """A channel length that hyperopt may halve or double."""
    return IntParameter(max(2, candles // 2), 2 * candles, default=candles, space=space)


def _distance(ranges: float) -> DecimalParameter:
    """A stop distance in average true ranges that hyperopt may halve or double."""
    return DecimalParameter(ranges / 2, 2 * ranges, default=ranges, decimals=2, space="sell")


def _threshold(probability: float, space: str) -> DecimalParameter:
    """A probability that hyperopt may move by 0.05."""
    low, high = max(0.0, probability - 0.05), min(1.0, probability + 0.05)
    return DecimalParameter(low, high, default=probability, decimals=3, space=space)


def _freqai_columns(config: dict[str, Any]) -> FreqaiColumns | None:
    """What FreqAI's hooks are answered with, or None where FreqAI is not enabled."""
    if not config.get("freqai", {}).get("enabled", False):
        return None
    # scikit-learn takes a second to load: only who uses it pays.
    from aurum_plugins.freqai import FreqaiColumns  # noqa: PLC0415

    return FreqaiColumns(config)


class BreakoutStrategy(DecidingStrategy):
    """Buy a close above the entry channel, leave on one below the exit channel or at the stop.

    Which breakouts are bought is asked of the market's trend, of the forecast and of the costs
    (`aurum_plugins.signals.policy`), how much of risk (`aurum_plugins.risk`), and whether at all of
    the pre-trade checks (`aurum_plugins.execution`).

    A strategy derives from it, in a file of its own, and gives its `timeframe`, its `protections`
    and, where they are not the sections' own, its defaults.

    Attributes
    ----------
    aurum_defaults : mapping of str to mapping
        Of sections of `aurum`, by section and key. The configuration goes before them; what neither
        gives has the section's own default. They are written into the configuration, as freqtrade
        does with a strategy's attributes, so that reports and commands know them too.
    """

    aurum_defaults: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    entry_candles = _length(_BREAKOUT.entry_candles, "buy")
    exit_candles = _length(_BREAKOUT.exit_candles, "sell")
    atr_multiple = _distance(_RISK.stop_multiple)
    enter_probability = _threshold(_POLICY.enter_probability, "buy")

    plot_config: ClassVar[dict[str, Any]] = {
        "main_plot": {
            "channel_high": {"color": "#2e8b57"},
            "channel_low": {"color": "#b22222"},
        },
        "subplots": {
            "ATR": {"atr": {"color": "#708090"}},
            "Volatility": {"volatility": {"color": "#b8860b"}},
            "Market": {"market_trend_share": {"color": "#4682b4"}},
            "Probability of a rise": {"probability": {"color": "#6a5acd"}},
        },
    }

    def __init__(self, config: dict[str, Any]) -> None:
        given = config.get("aurum", {})
        config["aurum"] = with_defaults(given, self.aurum_defaults)
        super().__init__(config)
        self._warn_of_another_timeframe(given)
        try:
            self.settings = signals.BreakoutSettings.from_config(config)
            self.policy = signals.PolicySettings.from_config(config)
            self.columns = _freqai_columns(config)
            self.producer = ProducerForecasts.of(self)
            risk = RiskSettings.from_config(config)
        except errors.ConfigurationError as error:
            # freqtrade's own ConfigurationError would end the process with status 0.
            raise OperationalException(str(error)) from error
        if self.producer:
            # Until its forecast has come, a candle is looked at again.
            self.process_only_new_candles = False
        self.entry_candles = _length(self.settings.entry_candles, "buy")
        self.exit_candles = _length(self.settings.exit_candles, "sell")
        self.atr_multiple = _distance(risk.stop_multiple)
        self.enter_probability = _threshold(self.policy.enter_probability, "buy")
        # The longest window that hyperopt may try, the candle before it, and the one it judges.
        self.startup_candle_count = 2 + max(
            self.entry_candles.high,
            self.exit_candles.high,
            self.settings.atr_candles,
            self.settings.volatility_candles,
            # freqtrade fetches as many of the market leader's candles.
            self.policy.regime_candles if self.policy.asks_market else 0,
            self.columns.lookback if self.columns else 0,
        )

    @property
    def stop_multiple(self) -> float:
        """Average true ranges between entry and stop."""
        return float(self.atr_multiple.value)

    def _until_ms(self) -> int:
        """Now, or the end of the backtest, in UTC milliseconds."""
        if self.trades_live:
            return WallClock().now_ms()
        return int(TimeRange.parse_timerange(self.config["timerange"]).stopts) * 1_000

    def informative_pairs(self) -> list[tuple[str, str]]:
        """Ask freqtrade to keep the candles of the market pairs."""
        pairs = self.columns.market_pairs if self.columns else ()
        asked = [(pair, self.timeframe) for pair in pairs]
        if self.policy.asks_market:
            asked.append((self.policy.market_leader, self.policy.regime_timeframe))
        return asked

    def feature_engineering_expand_all(
        self, dataframe: pd.DataFrame, period: int, metadata: dict[str, Any], **_: Any
    ) -> pd.DataFrame:
        """Add the features that have a period."""
        interval_ms = timeframe_to_msecs(metadata["tf"])
        return self._asked_columns().expand_all(dataframe, period, interval_ms, self._until_ms())

    def feature_engineering_expand_basic(
        self, dataframe: pd.DataFrame, metadata: dict[str, Any], **_: Any
    ) -> pd.DataFrame:
        """Add the features without a period."""
        interval_ms = timeframe_to_msecs(metadata["tf"])
        return self._asked_columns().expand_basic(dataframe, interval_ms, self._until_ms())

    def feature_engineering_standard(
        self, dataframe: pd.DataFrame, metadata: dict[str, Any], **_: Any
    ) -> pd.DataFrame:
        """Add the features of the market, of the calendar and of the venues' agreement."""
        rows = len(dataframe)
        market = self._asked_columns().market_candles(self.dp, self.freqai, self.timeframe, rows)
        pair, length_ms = metadata["pair"], self.candle_ms
        return self._asked_columns().standard(dataframe, length_ms, market, pair, self.timeframe)

    def set_freqai_targets(self, dataframe: pd.DataFrame, **_: Any) -> pd.DataFrame:
        """Add the labels: the scaled forward return and the forward volatility."""
        return self._asked_columns().targets(dataframe, self.candle_ms)

    def accounts_for(self, pair: str, candle_ms: int) -> bool:
        """Whether a closed candle is decided, or waits for its forecast."""
        waits = self.producer is not None and self.producer.waits(pair, candle_ms)
        return waits or super().accounts_for(pair, candle_ms)

    def analyze_pair(self, pair: str) -> None:
        """Analyse as freqtrade does; with a producer, each candle until it is decided."""
        if self.producer:
            newest = newest_closed(self, [pair], WallClock().now_ms())[pair]
            if newest is not None and self.decided.has(pair, newest):
                # What was written down stands, whatever the producer sends now.
                return
            self.producer.begin(pair)
        super().analyze_pair(pair)

    def populate_indicators(
        self, dataframe: pd.DataFrame, metadata: dict[str, Any]
    ) -> pd.DataFrame:
        """Add `atr` (quote currency), `volatility` (1.0 is 100 % a year) and the forecasts.

        `market_trend_share` is the market leader's close over its mean, minus 1.
        """
        if self.columns:
            dataframe = self.freqai.start(dataframe, metadata, self)
        elif self.producer:
            dataframe = self.producer.joined(metadata["pair"], dataframe)
        dataframe["atr"] = signals.average_true_range(dataframe, self.settings.atr_candles)
        dataframe["volatility"] = signals.annualised_volatility(
            dataframe["close"], self.settings.volatility_candles, self.candle_ms
        )
        dataframe["market_trend_share"] = self._market_trend(dataframe["date"])
        return dataframe

    def populate_entry_trend(
        self, dataframe: pd.DataFrame, metadata: dict[str, Any]
    ) -> pd.DataFrame:
        """Add the channels, what was decided on each candle, and the entries.

        The channels are no indicators, because hyperopt computes those once and calls this each
        epoch.
        """
        upper = signals.upper_channel(dataframe["high"], self.entry_candles.value)
        lower = signals.lower_channel(dataframe["low"], self.exit_candles.value)
        forecast = self.columns or self.producer
        outlook = signals.outlook(dataframe, self.policy.smoothing_candles) if forecast else None
        decided = signals.decide(
            dataframe,
            upper,
            lower,
            outlook,
            self.policy,
            enter_probability=self.enter_probability.value,
            move_candles=self.exit_candles.value,
            candle_ms=self.candle_ms,
        )
        pair = metadata["pair"]
        if self.producer:
            decided = self.producer.judged(pair, dataframe["date"], decided)
        # While the newest candle waits for its forecast, what was decided before stands.
        if not (self.producer and self.producer.waits(pair)):
            self.remember(pair, dataframe, decided)
        for name in ("channel_high", "channel_low", "probability"):
            if name in decided.figures:
                dataframe[name] = decided.figures[name]
        dataframe["action"], dataframe["reason"] = decided.actions, decided.reasons
        entries = decided.actions == Action.ENTER
        dataframe["enter_long"] = entries.astype(int)
        tags = np.full(len(entries), None, dtype=object)
        tags[entries] = "breakout"
        dataframe["enter_tag"] = tags
        return dataframe

    def populate_exit_trend(
        self, dataframe: pd.DataFrame, _metadata: dict[str, Any]
    ) -> pd.DataFrame:
        """Add the exits."""
        dataframe["exit_long"] = (dataframe["action"] == Action.EXIT).astype(int)
        dataframe["exit_tag"] = signals.exit_tags(dataframe["reason"])
        return dataframe

    def _asked_columns(self) -> FreqaiColumns:
        if self.columns is None:
            raise OperationalException(
                "freqai.enabled: must be true for features and labels to be asked for (got false)"
            )
        return self.columns

    def _market_trend(self, dates: pd.Series[pd.Timestamp]) -> npt.NDArray[np.float64]:
        timeframe, leader = self.policy.regime_timeframe, None
        if self.policy.asks_market:
            leader = self.dp.get_pair_dataframe(self.policy.market_leader, timeframe)
        leader_ms, window = timeframe_to_msecs(timeframe), self.policy.regime_candles
        return signals.market_trend(dates, self.candle_ms, leader, leader_ms, window)

    def _warn_of_another_timeframe(self, given: Any) -> None:
        own, in_force = type(self).timeframe, self.config.get("timeframe", type(self).timeframe)
        if in_force != own and not (isinstance(given, Mapping) and "breakout" in given):
            logger.warning(
                "The lengths of %s are meant for candles of %s, and the configuration's timeframe "
                "is %s: set it to %s, or give lengths for it in aurum.breakout.",
                *(type(self).__name__, own, in_force, own),
            )
