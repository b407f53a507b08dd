"""Price action: moves, extremes and the shape of returns over a period; single candles beside them.

`r` is the log return of one candle. Sigma is ``sqrt(mean of r^2)``: without the mean return
taken off, which over such short windows is mostly error. What is divided by a movement is NaN where
nothing moved.
"""

from __future__ import annotations

import numpy as np
import talib

from aurum_plugins.features import candle_shape
from aurum_plugins.features.candle_series import CandleSeries, FloatArray, lagged
from aurum_plugins.features.feature import Family, Feature, one_more, same_period
from aurum_plugins.features.rolling import (
    divide,
    rolling_correlation,
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_sum,
)

# Lo and MacKinlay's smallest aggregations are 2 and 4; 4 says more of what lasts.
VARIANCE_RATIO_STEP = 4
# Under this share of the mean square, the shape of what varies is lost in rounding.
LEAST_VARIATION = 1e-6


def _sum_of_squares(series: CandleSeries, period: int) -> FloatArray:
    return series.rolled(rolling_sum, "squared_return", period)


def _momentum(series: CandleSeries, period: int) -> FloatArray:
    return series.log_close - lagged(series.log_close, period)


def _momentum_scaled(series: CandleSeries, period: int) -> FloatArray:
    # The sum of returns, not the momentum: neither part of the ratio spans an outage.
    move = series.rolled(rolling_sum, "log_return", period)
    return divide(move, np.sqrt(_sum_of_squares(series, period)))


def _acceleration(series: CandleSeries, period: int) -> FloatArray:
    half = period // 2
    middle = lagged(series.log_close, half)
    return series.log_close - middle - (middle - lagged(series.log_close, 2 * half))


def _distance_to_high(series: CandleSeries, period: int) -> FloatArray:
    return series.log_close - series.rolled(rolling_max, "log_high", period)


def _distance_to_low(series: CandleSeries, period: int) -> FloatArray:
    return series.log_close - series.rolled(rolling_min, "log_low", period)


def _candles_since_high(series: CandleSeries, period: int) -> FloatArray:
    _, up = talib.AROON(series.high, series.low, period)
    return 1.0 - np.asarray(up) / 100.0


def _candles_since_low(series: CandleSeries, period: int) -> FloatArray:
    down, _ = talib.AROON(series.high, series.low, period)
    return 1.0 - np.asarray(down) / 100.0


def _drawdown(series: CandleSeries, period: int) -> FloatArray:
    below = series.log_close - series.rolled(rolling_max, "log_close", period)
    return np.sqrt(rolling_mean(below * below, period))


def _up_share(series: CandleSeries, period: int) -> FloatArray:
    return 0.5 + 0.5 * rolling_mean(np.sign(series.log_return), period)


def _max_return(series: CandleSeries, period: int) -> FloatArray:
    sigma = np.sqrt(_sum_of_squares(series, period) / period)
    return divide(series.rolled(rolling_max, "log_return", period), sigma)


def _min_return(series: CandleSeries, period: int) -> FloatArray:
    sigma = np.sqrt(_sum_of_squares(series, period) / period)
    return divide(series.rolled(rolling_min, "log_return", period), sigma)


def _downside_share(series: CandleSeries, period: int) -> FloatArray:
    falls = np.where(series.log_return > 0, 0.0, series.squared_return)
    share = divide(rolling_sum(falls, period), _sum_of_squares(series, period))
    return np.clip(share, 0.0, 1.0)


def _jump_share(series: CandleSeries, period: int) -> FloatArray:
    magnitude = series.absolute_return
    products = rolling_sum(magnitude * lagged(magnitude, 1), period - 1)
    bipower = np.pi / 2.0 * period / (period - 1) * products
    return 1.0 - divide(bipower, _sum_of_squares(series, period))


def _moments(series: CandleSeries, period: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean, variance and mean square of the last `period` returns, the variance NaN if lost."""
    mean = series.rolled(rolling_sum, "log_return", period) / period
    square = _sum_of_squares(series, period) / period
    variance = square - mean * mean
    return mean, np.where(variance > LEAST_VARIATION * square, variance, np.nan), square


def _return_skewness(series: CandleSeries, period: int) -> FloatArray:
    mean, variance, square = _moments(series, period)
    cube = rolling_sum(series.squared_return * series.log_return, period) / period
    third = cube - 3.0 * mean * square + 2.0 * mean * mean * mean
    return divide(third, variance * np.sqrt(variance))


def _return_kurtosis(series: CandleSeries, period: int) -> FloatArray:
    mean, variance, square = _moments(series, period)
    cube = rolling_sum(series.squared_return * series.log_return, period) / period
    fourth = rolling_sum(series.squared_return * series.squared_return, period) / period
    mean_squared = mean * mean
    central = fourth - 4.0 * mean * cube + mean_squared * (6.0 * square - 3.0 * mean_squared)
    return divide(central, variance * variance) - 3.0


def _return_autocorrelation(series: CandleSeries, period: int) -> FloatArray:
    return rolling_correlation(series.log_return, lagged(series.log_return, 1), period)


def _variance_ratio(series: CandleSeries, period: int) -> FloatArray:
    step = VARIANCE_RATIO_STEP
    several = series.rolled(rolling_sum, "log_return", step)
    total = rolling_sum(several * several, period)
    return divide(total, step * _sum_of_squares(series, period))


FEATURES: tuple[Feature, ...] = (
    Feature(
        "momentum",
        Family.PRICE_ACTION,
        "ln(C_t / C_(t-p))",
        "N. Jegadeesh and S. Titman, Journal of Finance 48 (1993)",
        _momentum,
        one_more,
    ),
    Feature(
        "momentum_scaled",
        Family.PRICE_ACTION,
        "ln(C_t / C_(t-p)) / (sqrt(p) sigma_p)",
        "T. Moskowitz, Y. Ooi and L. Pedersen, Time series momentum, J. Fin. Economics 104 (2012)",
        _momentum_scaled,
        one_more,
    ),
    Feature(
        "acceleration",
        Family.PRICE_ACTION,
        "ln(C_t / C_(t-h)) - ln(C_(t-h) / C_(t-2h)), h = p/2 rounded down",
        "difference of two momenta",
        _acceleration,
        lambda p: 2 * (p // 2) + 1,
    ),
    Feature(
        "distance_to_high",
        Family.PRICE_ACTION,
        "ln(C / highest H over p), 0 or less",
        "T. George and C. Hwang, The 52-week high and momentum investing, J. Finance 59 (2004)",
        _distance_to_high,
        same_period,
    ),
    Feature(
        "distance_to_low",
        Family.PRICE_ACTION,
        "ln(C / lowest L over p), 0 or more",
        "mirror image of distance_to_high",
        _distance_to_low,
        same_period,
    ),
    Feature(
        "candles_since_high",
        Family.PRICE_ACTION,
        "candles since the highest H of the last p + 1, the latest of equal ones, / p",
        "T. Chande, A time price oscillator, Stocks and Commodities 13 (1995)",
        _candles_since_high,
        one_more,
    ),
    Feature(
        "candles_since_low",
        Family.PRICE_ACTION,
        "candles since the lowest L of the last p + 1, the latest of equal ones, / p",
        "T. Chande, A time price oscillator, Stocks and Commodities 13 (1995)",
        _candles_since_low,
        one_more,
    ),
    Feature(
        "drawdown",
        Family.PRICE_ACTION,
        "ulcer index: root mean square over p of ln(C / highest C of the last p)",
        "P. Martin and B. McCann, The investor's guide to Fidelity funds (1989)",
        _drawdown,
        lambda p: 2 * p - 1,
    ),
    Feature(
        "up_share",
        Family.PRICE_ACTION,
        "share of positive r over p, those of 0 counted half",
        "psychological line; sign test of J. Arbuthnot (1710)",
        _up_share,
        one_more,
    ),
    Feature(
        "max_return",
        Family.PRICE_ACTION,
        "largest r over p / sigma_p",
        "T. Bali, N. Cakici and R. Whitelaw, Maxing out, J. Financial Economics 99 (2011)",
        _max_return,
        one_more,
    ),
    Feature(
        "min_return",
        Family.PRICE_ACTION,
        "smallest r over p / sigma_p",
        "T. Bali, N. Cakici and R. Whitelaw, Maxing out, J. Financial Economics 99 (2011)",
        _min_return,
        one_more,
    ),
    Feature(
        "downside_share",
        Family.PRICE_ACTION,
        "sum over p of r^2 where r < 0 / sum of r^2",
        "A. Patton and K. Sheppard, Good volatility, bad volatility, Rev. Econ. Stat. 97 (2015)",
        _downside_share,
        one_more,
    ),
    Feature(
        "jump_share",
        Family.PRICE_ACTION,
        "1 - (pi/2) p/(p-1) sum of |r_t r_(t-1)| / sum over p of r^2: under 0 where no jump shows",
        "O. Barndorff-Nielsen and N. Shephard, Power and bipower variation (2004)",
        _jump_share,
        one_more,
    ),
    Feature(
        "return_skewness",
        Family.PRICE_ACTION,
        "third central moment of r over p / variance^1.5",
        "D. Amaya, P. Christoffersen, K. Jacobs and A. Vasquez, J. Fin. Economics 118 (2015)",
        _return_skewness,
        one_more,
    ),
    Feature(
        "return_kurtosis",
        Family.PRICE_ACTION,
        "fourth central moment of r over p / variance^2 - 3; says nothing for p under 4",
        "D. Amaya, P. Christoffersen, K. Jacobs and A. Vasquez, J. Fin. Economics 118 (2015)",
        _return_kurtosis,
        one_more,
    ),
    Feature(
        "return_autocorrelation",
        Family.PRICE_ACTION,
        "correlation over p of r_t and r_(t-1)",
        "J. Campbell, A. Lo and C. MacKinlay, The econometrics of financial markets (1997)",
        _return_autocorrelation,
        lambda p: p + 2,
    ),
    Feature(
        "variance_ratio",
        Family.PRICE_ACTION,
        "sum over p of ln(C_t / C_(t-4))^2 / (4 sum over p of r^2): variances about 0",
        "A. Lo and C. MacKinlay, Stock market prices do not follow random walks (1988)",
        _variance_ratio,
        lambda p: p + VARIANCE_RATIO_STEP,
    ),
    *candle_shape.FEATURES,
)
