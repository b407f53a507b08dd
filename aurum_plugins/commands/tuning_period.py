"""Where the windows of a tuning lie, and what is wrong where they cannot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from aurum_plugins.clock import DAY_MS
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features import Candles
from aurum_plugins.forecasting.tuning.tuning_plan import TuningPlan


def tuning_period(
    candles: Mapping[str, Candles],
    begin: datetime | None,
    until: datetime,
    *,
    train_candles: int,
    warm_up: int,
    windows: int,
    step_candles: int,
) -> TuningPlan:
    """Place the windows behind the longest training window, and before `until`.

    Parameters
    ----------
    candles : mapping of str to Candles
        Of the pairs that are forecast.
    begin : datetime, optional
        The first forecast; as early as there is a whole training window of labels by default.
    until : datetime
    train_candles : int
        Of the longest training window.
    warm_up : int
        Candles before the first label.
    windows, step_candles : int
        Number of windows, and candles that each forecasts.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        Naming the option and its mend.
    """
    interval = next(iter(candles.values())).interval_ms
    opens = max(int(series.open_ms[0]) for series in candles.values()) // interval
    ends = {int(s.open_ms[-1]) // interval + 1: pair for pair, s in candles.items()}
    stop = _ms(until) // interval
    earliest = opens + train_candles
    if min(ends) < stop:
        rule = (
            f"must not be after {_shown(min(ends), interval)}, where the candles of "
            f"{ends[min(ends)]} end; or leave that pair out"
        )
        raise ConfigurationError("--until", rule, _shown(stop, interval))
    first = earliest + warm_up if begin is None else -(-_ms(begin) // interval)
    if first < earliest:
        rule = (
            f"must leave {timedelta(milliseconds=train_candles * interval).days} days, the longest "
            f"training window that is tried, behind {_shown(opens, interval)}, where candles "
            f"begin: from {_shown(earliest, interval)} on; or lower --train-days"
        )
        raise ConfigurationError("--from", rule, _shown(first, interval))
    if stop - first < windows * step_candles:
        days = windows * step_candles * interval // DAY_MS
        rule = (
            f"must leave room for {windows} windows, {days} days together, behind "
            f"{_shown(first, interval)}, where forecasts can begin; or lower --windows, "
            "--step-days or --train-days"
        )
        raise ConfigurationError("--until", rule, _shown(stop, interval))
    return TuningPlan(first, stop, windows, step_candles)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000)


def _shown(candle: int, interval: int) -> str:
    return f"{datetime.fromtimestamp(candle * interval / 1_000, UTC):%Y-%m-%d %H:%M}"
