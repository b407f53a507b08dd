"""What is to be forecast, and how far it looks ahead: declared here, nowhere else.

With `C` the close, `r` the log return of one candle, `g` the log range ``ln(high / low)``, `h` the
horizon, `v` the memory, `s` the root mean square of the last `v` returns up to and including row
`t`, `m_t` the mean of the last `h` ranges and `u_t` the median of the last `v` such means:

    forward return      ln(C_(t+h) / C_t) / (s_t sqrt(h))
    forward volatility  ln(max(m_(t+h) / u_t, 0.01))

Both are free of units. The return is 1 if it is one standard deviation of what was usual. The
volatility is above 0 if the coming `h` candles range wider than was usual, so that its sign is the
regime, and half of the past lies on either side. Ranges rather than squared returns, because the
mean range is proportional to the standard deviation and measures it several times as precisely.

Only what is unknown has no label. A future without a move is an outcome like others, and rows must
not be chosen by what follows them; but its logarithm has no bound. Under a hundredth of the usual,
what counts is the smallest step of the price rather than the market: there the ratio ends. A past
without a move gives no unit to measure by, and is known at row `t`.

Returns from or to a candle that was not observed are unknown, and means are taken over the others.
The label of row `t` is known at the close of candle ``t + h`` and not before, so a row may be used
for fitting only if its label ended before the first row that is judged: `purge_candles` rows
between the two are dropped.

References
----------
M. Lopez de Prado, "Advances in financial machine learning" (2018), chapters 3 and 7: labels scaled
by volatility, purging. M. Parkinson, "The extreme value method for estimating the variance of the
rate of return", Journal of Business 53 (1980), and S. Alizadeh, M. Brandt and F. Diebold,
"Range-based estimation of stochastic volatility models", Journal of Finance 57 (2002): the range as
a measure of volatility, and its logarithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features.candle_series import FloatArray, lagged
from aurum_plugins.features.candles import Candles
from aurum_plugins.features.freqai_parameters import HORIZON, freqai_parameters
from aurum_plugins.features.known_mean import known_mean
from aurum_plugins.features.rolling import divide
from aurum_plugins.settings import Section

FORWARD_RETURN = "forward_return"
FORWARD_VOLATILITY = "forward_volatility"
TARGETS = (FORWARD_RETURN, FORWARD_VOLATILITY)
HORIZON_KEY = f"freqai.feature_parameters.{HORIZON}"
LONGEST_HORIZON = 1_000
LONGEST_MEMORY = 5_000
# Of the coming volatility to the usual one.
LOWEST_RATIO = 0.01


class TargetSettings(Section):
    """How far the labels look ahead, and what they are scaled by.

    Parameters
    ----------
    include : tuple of str
        Labels that are made; some models of FreqAI take one alone.
    horizon_candles : int in [1, 1000]
        `h`; FreqAI's `label_period_candles` where the configuration has it.
    volatility_candles : int in [2, 5000]
        `v`.
    history_candles : tuple of int in [1, 5000]
        Over how many candles the label's own past is told, see `target_history`.
    season_candles : int in [1, 5000]
        Length of the season: a week of 1h candles, or a day of 5m candles.
    seasons : int in [1, 20]
        Seasons that are looked back on.
    largest_absent_share : float in [0, 0.5]
        A label is missing if, of the ``v + 1`` candles of its past or, where it depends on them
        all, of the ``h + 1`` from row `t` to its end, a larger share was not observed; or, of the
        `h` that a mean range is taken over, or the `v` such means.
    """

    section = "aurum.targets"

    include: tuple[str, ...] = Field(default=TARGETS, min_length=1)
    horizon_candles: int = Field(default=24, ge=1, le=LONGEST_HORIZON)
    volatility_candles: int = Field(default=720, ge=2, le=LONGEST_MEMORY)
    history_candles: tuple[int, ...] = (1, 4, 12, 24, 72, 168, 720)
    season_candles: int = Field(default=168, ge=1, le=LONGEST_MEMORY)
    seasons: int = Field(default=4, ge=1, le=20)
    largest_absent_share: float = Field(default=0.1, ge=0, le=0.5)

    @field_validator("history_candles")
    @classmethod
    def _in_range(cls, windows: tuple[int, ...]) -> tuple[int, ...]:
        if not all(1 <= window <= LONGEST_MEMORY for window in windows):
            raise ValueError(f"each must be from 1 to {LONGEST_MEMORY} candles")
        if len(set(windows)) < len(windows):
            raise ValueError("must name each number once")
        return windows

    @field_validator("include")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in TARGETS:
                raise ValueError(f"{name!r} is no target; known are {', '.join(TARGETS)}")
        return names

    @property
    def first_season(self) -> int:
        """The latest season whose candles are over before the row's: 1 but for long horizons."""
        return -(-self.horizon_candles // self.season_candles)

    @property
    def lookback(self) -> int:
        """Candles that `target_history` of a row depends on, itself included."""
        usual = self.volatility_candles + self.horizon_candles - 1
        # The mean of the earliest season ends so many candles before the row.
        earliest = (self.first_season + self.seasons - 1) * self.season_candles
        return max(usual, *self.history_candles, earliest)

    @property
    def purge_candles(self) -> int:
        """Rows to drop between the last one fitted and the first one judged."""
        return self.horizon_candles

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> TargetSettings:
        """Read the section; the horizon is FreqAI's, because its users look for it there.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            For an unknown key, a value out of range, or two horizons that differ.
        """
        settings = super().from_config(config)
        horizon = freqai_parameters(config).get(HORIZON)
        if horizon is None or horizon == settings.horizon_candles:
            return settings
        if "horizon_candles" in settings.model_fields_set:
            rule = f"must equal {HORIZON_KEY}, {horizon!r}; leave one of them out"
            raise ConfigurationError(
                f"{cls.section}.horizon_candles", rule, settings.horizon_candles
            )
        if type(horizon) is not int or not 1 <= horizon <= LONGEST_HORIZON:
            rule = f"must be a whole number from 1 to {LONGEST_HORIZON}"
            raise ConfigurationError(HORIZON_KEY, rule, horizon)
        return settings.model_copy(update={"horizon_candles": horizon})


def forward_targets(candles: Candles, settings: TargetSettings) -> dict[str, FloatArray]:
    """Labels of every row: the only place where later rows are looked at.

    Parameters
    ----------
    candles : Candles
        n candles.
    settings : TargetSettings

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        Those of `settings.include`; NaN where either end was not observed, where too much of a
        window was not, where nothing moved in the past, in the first `volatility_candles` rows (of
        the volatility, in the first ``volatility_candles + horizon_candles - 2``) and in the last
        `horizon_candles`. A forward return takes no note of what lies between its ends.
    """
    horizon = settings.horizon_candles
    log_close = candles.scatter(candles.series.log_close)
    change = _ahead(log_close, horizon) - log_close
    coming = _ahead(mean_range(candles, settings), horizon)
    followed = _ahead(candles.coverage(horizon + 1), horizon) >= 1.0 - settings.largest_absent_share
    coming[np.isnan(change) | ~followed] = np.nan
    return _labels(candles, settings, change, coming)


def persistence(candles: Candles, settings: TargetSettings) -> dict[str, FloatArray]:
    """What each label would be if the next `h` candles were like the last: the baseline to beat.

    Parameters and result are as of `forward_targets`, but nothing later than row `t` is looked at.
    """
    log_close = candles.scatter(candles.series.log_close)
    change = log_close - lagged(log_close, settings.horizon_candles)
    return _labels(candles, settings, change, mean_range(candles, settings))


def mean_range(candles: Candles, settings: TargetSettings) -> FloatArray:
    """Mean of ``ln(high / low)`` over the last `horizon_candles`, shape (n,).

    ``sqrt(pi / 8)`` times it estimates the standard deviation of one candle's log return. NaN where
    too many of the candles were not observed.
    """
    ranges = candles.scatter(candles.series.log_range)
    return known_mean(ranges, settings.horizon_candles, settings.largest_absent_share)


def usual_range(candles: Candles, settings: TargetSettings) -> FloatArray:
    """Median of the last `volatility_candles` mean ranges, shape (n,): what is usual.

    NaN where too many of them are not known, and before there are so many.
    """
    memory = settings.volatility_candles
    means = pd.Series(mean_range(candles, settings))
    known = np.cumsum(means.notna().to_numpy(), dtype=np.int64)
    known[memory:] -= known[:-memory].copy()
    usual = means.rolling(memory, min_periods=1).median().to_numpy(copy=True)
    usual[(memory - known) / memory > settings.largest_absent_share] = np.nan
    usual[: memory + settings.horizon_candles - 2] = np.nan
    return usual


def _labels(
    candles: Candles, settings: TargetSettings, change: FloatArray, spread: FloatArray
) -> dict[str, FloatArray]:
    """Put a log return and a mean range into the units of what was usual at each row."""
    memory = settings.volatility_candles
    log_close = candles.scatter(candles.series.log_close)
    scale = np.sqrt(known_mean((log_close - lagged(log_close, 1)) ** 2, memory, 1.0))
    scale[candles.coverage(memory + 1) < 1.0 - settings.largest_absent_share] = np.nan
    scale[:memory] = np.nan
    ratio = divide(spread, usual_range(candles, settings))
    labels = {
        FORWARD_RETURN: divide(change, scale) / np.sqrt(settings.horizon_candles),
        FORWARD_VOLATILITY: np.log(np.maximum(ratio, LOWEST_RATIO)),
    }
    return {name: labels[name] for name in settings.include}


def _ahead(values: FloatArray, candles: int) -> FloatArray:
    out = np.full(len(values), np.nan)
    out[:-candles] = values[candles:]
    return out
