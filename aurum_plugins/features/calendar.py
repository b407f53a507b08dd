"""The position of a candle in the day and in the week, as points on a circle.

A circle has no seam: 23:00 is as near to 00:00 as to 22:00. The time is that of the candle's
*open*, in UTC, because a view of the market does not know how long its candles are; for one
timeframe the close is a constant turn of the circle further on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from aurum_plugins.features.candle_series import FloatArray
from aurum_plugins.features.feature import Family
from aurum_plugins.features.market_feature import MarketFeature
from aurum_plugins.features.market_view import MarketView

DAY_MS = 86_400_000
DAYS_OF_WEEK = 7
# 1970-01-01 was a Thursday, three days after a Monday.
DAYS_SINCE_MONDAY = 3

INTRADAY = (
    "T. Andersen & T. Bollerslev, Intraday periodicity and volatility persistence in financial "
    "markets (1997)"
)
WEEKLY = "G. Caporale & A. Plastun, The day of the week effect in the cryptocurrency market (2019)"


def _hour(view: MarketView) -> FloatArray:
    return 2.0 * np.pi * (view.open_ms % DAY_MS) / DAY_MS


def _weekday(view: MarketView) -> FloatArray:
    days_since_monday = (view.open_ms // DAY_MS + DAYS_SINCE_MONDAY) % DAYS_OF_WEEK
    return 2.0 * np.pi * days_since_monday / DAYS_OF_WEEK


def _itself_alone(_period: int) -> int:
    return 1


def _calendar_feature(
    name: str, formula: str, source: str, compute: Callable[[MarketView], FloatArray]
) -> MarketFeature:
    return MarketFeature(
        name, Family.CALENDAR, formula, source, lambda view, _: compute(view), _itself_alone
    )


FEATURES: tuple[MarketFeature, ...] = (
    _calendar_feature(
        "hour_sin",
        "sin(2 pi h / 24), h the hours since midnight UTC at the candle's open, with fractions",
        INTRADAY,
        lambda view: np.sin(_hour(view)),
    ),
    _calendar_feature(
        "hour_cos",
        "cos(2 pi h / 24), h the hours since midnight UTC at the candle's open, with fractions",
        INTRADAY,
        lambda view: np.cos(_hour(view)),
    ),
    _calendar_feature(
        "half_day_sin",
        "sin(4 pi h / 24): twice as fast as hour_sin",
        INTRADAY,
        lambda view: np.sin(2.0 * _hour(view)),
    ),
    _calendar_feature(
        "half_day_cos",
        "cos(4 pi h / 24): twice as fast as hour_cos",
        INTRADAY,
        lambda view: np.cos(2.0 * _hour(view)),
    ),
    _calendar_feature(
        "weekday_sin",
        "sin(2 pi d / 7), d the whole days since Monday UTC at the candle's open",
        WEEKLY,
        lambda view: np.sin(_weekday(view)),
    ),
    _calendar_feature(
        "weekday_cos",
        "cos(2 pi d / 7), d the whole days since Monday UTC at the candle's open",
        WEEKLY,
        lambda view: np.cos(_weekday(view)),
    ),
    _calendar_feature(
        "half_week_sin",
        "sin(4 pi d / 7): twice as fast as weekday_sin",
        WEEKLY,
        lambda view: np.sin(2.0 * _weekday(view)),
    ),
    _calendar_feature(
        "half_week_cos",
        "cos(4 pi d / 7): twice as fast as weekday_cos",
        WEEKLY,
        lambda view: np.cos(2.0 * _weekday(view)),
    ),
)
