"""What is to be forecast, and how far it looks ahead: declared here, nowhere else.

With `C` the close, `r` the log return of one candle, `h` the horizon and `s` the root mean square
of the last `v` returns up to and including row `t`:

    forward return      ln(C_(t+h) / C_t) / (s_t sqrt(h))
    forward volatility  ln(max(sqrt(mean(r_(t+1)^2 ... r_(t+h)^2)) / s_t, 0.01))

Both are free of units: 1 is one standard deviation of what was usual, 0 is what was usual. Only
what is unknown has no label. A future without a move is an outcome like others, and rows must not
be chosen by what follows them; but its logarithm has no bound. Under a hundredth of the usual, what
counts is the smallest step of the price rather than the market: there the ratio ends. A past
without a move gives no unit to measure by, and is known at row `t`.

Returns from or to a candle that was not observed are unknown, and means are taken over the others.
The label of row `t` is known at the close of candle ``t + h`` and not before, so a row may be used
for fitting only if its label ended before the first row that is judged: `purge_candles` rows
between the two are dropped.

References
----------
M. Lopez de Prado, "Advances in financial machine learning" (2018), chapters 3 and 7: labels scaled
by volatility, purging. T. Andersen, T. Bollerslev, F. Diebold and P. Labys, "Modeling and
forecasting realized volatility", Econometrica 71 (2003): realised volatility and its logarithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
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
    largest_absent_share : float in [0, 0.5]
        A label is missing if, of the ``v + 1`` candles of its past or, where it depends on them
        all, of the ``h + 1`` from row `t` to its end, a larger share was not observed.
    """

    section = "aurum.targets"

    include: tuple[str, ...] = Field(default=TARGETS, min_length=1)
    horizon_candles: int = Field(default=24, ge=1, le=LONGEST_HORIZON)
    volatility_candles: int = Field(default=240, ge=2, le=5_000)
    largest_absent_share: float = Field(default=0.1, ge=0, le=0.5)

    @field_validator("include")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in TARGETS:
                raise ValueError(f"{name!r} is no target; known are {', '.join(TARGETS)}")
        return names

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
        window was not, where nothing moved in the past, in the first `volatility_candles` rows and
        in the last `horizon_candles`. A forward return takes no note of what lies between its ends.
    """
    horizon, memory = settings.horizon_candles, settings.volatility_candles
    least = 1.0 - settings.largest_absent_share
    log_close = candles.scatter(candles.series.log_close)
    squares = (log_close - lagged(log_close, 1)) ** 2
    usual = np.sqrt(known_mean(squares, memory, 1.0))
    usual[candles.coverage(memory + 1) < least] = np.nan
    usual[:memory] = np.nan
    change = _ahead(log_close, horizon) - log_close
    coming = np.sqrt(_ahead(known_mean(squares, horizon, 1.0), horizon))
    followed = _ahead(candles.coverage(horizon + 1), horizon) >= least
    coming[np.isnan(change) | ~followed] = np.nan
    labels = {
        FORWARD_RETURN: divide(change, usual) / np.sqrt(horizon),
        FORWARD_VOLATILITY: np.log(np.maximum(divide(coming, usual), LOWEST_RATIO)),
    }
    return {name: labels[name] for name in settings.include}


def _ahead(values: FloatArray, candles: int) -> FloatArray:
    out = np.full(len(values), np.nan)
    out[:-candles] = values[candles:]
    return out
