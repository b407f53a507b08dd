"""An instrument's grids and typical figures, read off its candles."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

from aurum_plugins.clock import DAY_MS
from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS, Instrument
from aurum_plugins.sandbox.market.tape import Candles

MOST_DECIMALS = 8
STEPS_IN_MINIMUM = 100
FEWEST_CANDLES = 3
USUAL_VOLATILITY = 0.8
KNOWN_SPREAD = (50e6, 2.0)
"""Daily turnover (quote currency) and spread (bps) of an average pair."""

# Binance asks for about five dollars' worth; stablecoins and fiat are the default.
_MIN_NOTIONAL = {"BTC": Decimal("0.0001"), "ETH": Decimal("0.001"), "BNB": Decimal("0.01")}
_USUAL_MIN_NOTIONAL = Decimal(5)
_KNOWN = {instrument.symbol: instrument for instrument in DEFAULT_INSTRUMENTS}


def estimate_instrument(base: str, quote: str, candles: Candles, played_ms: int) -> Instrument:
    """Guess what an exchange would publish about a market.

    The tick is the finest price seen, and the step a power of ten worth at most a hundredth of the
    smallest order. A pair of `DEFAULT_INSTRUMENTS` keeps its published grids and spread, provided
    that no price in the data is finer than its tick.

    Parameters
    ----------
    base, quote : str
        Assets.
    candles : Candles
        One or more.
    played_ms : int
        Time that one candle takes when it is played, milliseconds: turnover of a day and
        volatility of a year are meant in played time.
    """
    decimals = _decimals(candles)
    last = float(candles.close[-1])
    turnover = float(np.mean(candles.volume * candles.close)) * DAY_MS / played_ms
    known = _KNOWN.get(f"{base}{quote}")
    if known is not None and known.price_decimals >= decimals:
        tick, step = known.tick_size, known.step_size
        least, spread = known.min_notional, known.spread_bps
    else:
        tick = Decimal(1).scaleb(-decimals)
        least = _MIN_NOTIONAL.get(quote, _USUAL_MIN_NOTIONAL)
        budget = float(least) / STEPS_IN_MINIMUM
        step = Decimal(1).scaleb(max(-MOST_DECIMALS, min(0, math.floor(math.log10(budget / last)))))
        usual_turnover, usual_spread = KNOWN_SPREAD
        liquidity = math.sqrt(usual_turnover / max(turnover, 1.0))
        spread = max(min(50.0, max(0.2, usual_spread * liquidity)), float(tick) / last * 1e4)
    return Instrument(
        base=base,
        quote=quote,
        tick_size=tick,
        step_size=step,
        min_notional=least,
        reference_price=last,
        daily_volume=max(turnover, 1.0),
        spread_bps=spread,
        volatility=_volatility(candles, played_ms),
    )


def _decimals(candles: Candles) -> int:
    prices = np.concatenate((candles.open, candles.high, candles.low, candles.close))
    for decimals in range(MOST_DECIMALS):
        if np.allclose(np.round(prices, decimals), prices, rtol=1e-12, atol=0.0):
            return decimals
    return MOST_DECIMALS


def _volatility(candles: Candles, played_ms: int) -> float:
    """Of a year in played time, as a fraction; kept within what a model can digest."""
    if len(candles) < FEWEST_CANDLES:
        return USUAL_VOLATILITY
    deviation = float(np.std(np.diff(np.log(candles.close))))
    return float(np.clip(deviation * math.sqrt(365 * DAY_MS / played_ms), 0.05, 20.0))
