"""What FreqAI's part of the configuration says about features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aurum_plugins.errors import ConfigurationError

CORRELATED_PAIRS = "include_corr_pairlist"
HORIZON = "label_period_candles"
PERIODS = "indicator_periods_candles"
LONGEST_PERIOD = 1_000
_PATH = ("freqai", "feature_parameters")


def freqai_parameters(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """FreqAI's `feature_parameters`; empty where the configuration has none.

    Our sections are read before freqtrade checks its own.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If they, or what they stand in, are no object.
    """
    section: Mapping[str, Any] = config
    for depth, name in enumerate(_PATH, 1):
        inner = section.get(name, {})
        if not isinstance(inner, Mapping):
            key = ".".join(_PATH[:depth])
            raise ConfigurationError(key, "must be an object of settings", inner)
        section = inner
    return section


def correlated_pairs(config: Mapping[str, Any]) -> tuple[str, ...]:
    """FreqAI's `include_corr_pairlist`.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If it is no list of names.
    """
    pairs = freqai_parameters(config).get(CORRELATED_PAIRS, [])
    if not isinstance(pairs, list) or not all(isinstance(pair, str) for pair in pairs):
        key = ".".join((*_PATH, CORRELATED_PAIRS))
        raise ConfigurationError(key, "must be a list of pairs", pairs)
    return tuple(pairs)


def indicator_periods(config: Mapping[str, Any], default: tuple[int, ...] = ()) -> tuple[int, ...]:
    """FreqAI's `indicator_periods_candles`, without repetitions.

    Parameters
    ----------
    config : mapping
    default : tuple of int
        Where the configuration has none.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If they are no list of whole numbers from 2 to 1000, or name one twice.
    """
    key = ".".join((*_PATH, PERIODS))
    periods = freqai_parameters(config).get(PERIODS, list(default))
    if not isinstance(periods, list):
        raise ConfigurationError(key, "must be a list of periods", periods)
    check_periods(key, periods)
    if len(set(periods)) < len(periods):
        raise ConfigurationError(key, "must name each period once", periods)
    return tuple(periods)


def check_periods(key: str, periods: Sequence[object]) -> None:
    """Refuse what is no period of a feature.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        Naming `key` and the period.
    """
    for period in periods:
        if type(period) is not int or not 2 <= period <= LONGEST_PERIOD:  # noqa: PLR2004
            raise ConfigurationError(key, f"must be from 2 to {LONGEST_PERIOD} candles", period)
