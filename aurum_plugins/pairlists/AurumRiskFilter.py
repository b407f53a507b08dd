"""Keep only pairs whose risk can be measured and borne."""

from __future__ import annotations

import logging
from typing import Any

import pandas as pd
from freqtrade.enums import OPTIMIZE_MODES
from freqtrade.exceptions import OperationalException
from freqtrade.exchange import timeframe_to_msecs
from freqtrade.exchange.exchange_types import Tickers
from freqtrade.plugins.pairlist.IPairList import (
    IPairList,
    PairlistParameter,
    SupportsBacktesting,
)

from aurum_plugins.clock import DAY_MS, Clock, WallClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.pairlists._held_pairs import held_pairs
from aurum_plugins.pairlists._parameters import described
from aurum_plugins.pairlists._removals import Removals
from aurum_plugins.risk.pair_removal import pair_removal
from aurum_plugins.risk.pair_risk import PairRisk, pair_risk
from aurum_plugins.risk.risk_filter_settings import RiskFilterSettings

logger = logging.getLogger(__name__)

HELP = {
    "lookback_days": ("Days", "Days of candles that everything is measured on."),
    "lookback_timeframe": ("Candles", "Length of those candles."),
    "min_volatility": ("Least volatility", "Annualised; 1 is 100 % a year."),
    "max_volatility": ("Largest volatility", "Annualised; 1 is 100 % a year."),
    "min_daily_volume": ("Least volume", "Median traded value of a day, in quote currency."),
    "max_correlation": ("Largest correlation", "Of returns, with any pair held; 1 = any."),
    "max_absent_share": ("Most absent candles", "Share of candles missing or without volume."),
    "refresh_period": ("Refresh period", "Seconds before the same message is logged again."),
}


class AurumRiskFilter(IPairList):
    """Removes pairs by volatility, traded value, absent candles, and likeness to what is held.

    A pair of which something is not known is removed as well. A pair that is held is never removed:
    somebody has to look after the position, and freqtrade would add it again.

    In backtests and hyperopt every pair is kept, because the exchange has only today's candles to
    judge it by.

    Parameters: see `aurum_plugins.risk.risk_filter_settings.RiskFilterSettings`.

    Raises
    ------
    freqtrade.exceptions.OperationalException
        For parameters that make no sense, naming key, rule and value.
    """

    supports_backtesting = SupportsBacktesting.NO_ACTION

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clock: Clock = WallClock()
        try:
            self._settings = RiskFilterSettings.of(self._pairlistconfig)
            self._candle_ms = int(timeframe_to_msecs(self._settings.lookback_timeframe))
            self._candles_wanted = self._settings.lookback_days * DAY_MS // self._candle_ms
            self._check_exchange()
        except ConfigurationError as error:
            raise OperationalException(str(error)) from error
        self._measured: dict[str, tuple[object, PairRisk]] = {}
        self._reported = Removals(self.name, lambda text: self.log_once(text, logger.info))

    @staticmethod
    def description() -> str:
        """One line for FreqUI."""
        return "Keep pairs by volatility, volume, whole candles and likeness to what is held."

    def short_desc(self) -> str:
        """One line for the start-up message."""
        s = self._settings
        return (
            f"{self.name} - Keeping pairs with a volatility of {s.min_volatility:g} to "
            f"{s.max_volatility:g} a year, {s.min_daily_volume:g} traded a day, a correlation of "
            f"{s.max_correlation:g} at most with what is held, and {s.max_absent_share:.0%} of "
            f"candles absent at most, over {s.lookback_days} days of {s.lookback_timeframe}."
        )

    @staticmethod
    def available_parameters() -> dict[str, PairlistParameter]:
        """Every parameter with its default, for FreqUI."""
        return described(RiskFilterSettings, HELP)

    def filter_pairlist(self, pairlist: list[str], tickers: Tickers) -> list[str]:  # noqa: ARG002
        """Pairs of `pairlist`, in order, that are held or that no rule removes."""
        if self._config["runmode"] in OPTIMIZE_MODES:
            return list(pairlist)
        held = held_pairs()
        risks = self._risks([*dict.fromkeys([*pairlist, *held])])
        company = {pair: risks[pair] for pair in held}
        removals = {
            pair: pair_removal(risks[pair], company, self._settings)
            for pair in pairlist
            if pair not in company
        }
        self._reported.report(
            {
                pair: None if why is None else (why.rule, why.sentence)
                for pair, why in removals.items()
            }
        )
        return [pair for pair in pairlist if removals.get(pair) is None]

    def _check_exchange(self) -> None:
        timeframe, days = self._settings.lookback_timeframe, self._settings.lookback_days
        known = self._exchange.timeframes
        if timeframe not in known:
            key = f"{RiskFilterSettings.section}.lookback_timeframe"
            rule = f"{self._exchange.name} has candles of {', '.join(known)}"
            raise ConfigurationError(key, rule, timeframe)
        limit = self._exchange.ohlcv_candle_limit(timeframe, self._config["candle_type_def"])
        if self._candles_wanted >= limit:
            key = f"{RiskFilterSettings.section}.lookback_days"
            rule = (
                f"{self._exchange.name} gives {limit} candles at once, and one more than "
                f"{self._candles_wanted} is needed: shorten it or lengthen lookback_timeframe"
            )
            raise ConfigurationError(key, rule, days)

    def _risks(self, pairs: list[str]) -> dict[str, PairRisk | None]:
        kind, timeframe = self._config["candle_type_def"], self._settings.lookback_timeframe
        found = self._exchange.refresh_ohlcv_with_cache(
            [(pair, timeframe, kind) for pair in pairs], lookback_period=self._candles_wanted
        )
        frames = {pair: found.get((pair, timeframe, kind)) for pair in pairs}
        risks = {pair: self._risk(pair, candles) for pair, candles in frames.items()}
        self._measured = {pair: self._measured[pair] for pair in pairs if risks[pair] is not None}
        return risks

    def _risk(self, pair: str, candles: pd.DataFrame | None) -> PairRisk | None:
        if candles is None or candles.empty:
            return None
        now_ms = self._clock.now_ms()
        # Asked every few seconds, and the same until a candle closes.
        key = (now_ms // self._candle_ms, len(candles), candles["date"].iloc[-1])
        if pair not in self._measured or self._measured[pair][0] != key:
            risk = pair_risk(candles, self._candle_ms, self._settings.lookback_days, now_ms)
            self._measured[pair] = (key, risk)
        return self._measured[pair][1]
