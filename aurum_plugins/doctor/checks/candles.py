"""Which pairs have candles on disk, and how old these are."""

from __future__ import annotations

from collections.abc import Iterator

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.doctor.facts import Candles
from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings

SUBJECT = "candles"
_UNITS = ((DAY_MS, "days"), (HOUR_MS, "hours"), (MINUTE_MS, "minutes"))


def check_candles(around: Surroundings) -> Iterator[Finding]:
    """Backtests and hyperopt need candle files; trading does not."""
    facts = around.freqtrade
    settings = facts.settings
    if settings is None:
        return
    folder = settings.datadir
    if facts.candles_fault is not None:
        message = f"{folder} cannot be searched: {facts.candles_fault.message}"
        yield Finding(Level.WARNING, SUBJECT, message, _download(around, "1h"))
        return
    if not facts.candles:
        message = f"no pair or no timeframe is configured, so nothing to look for in {folder}"
        yield Finding(Level.INFO, SUBJECT, message)
        return
    timeframe = facts.candles[0].timeframe
    torn = [entry.pair for entry in facts.candles if entry.unreadable]
    if torn:
        message = f"torn or empty {timeframe} files in {folder}: {', '.join(torn)}"
        yield Finding(Level.WARNING, SUBJECT, message, _download(around, timeframe, "--erase"))
    missing = [entry.pair for entry in facts.candles if not entry.count and not entry.unreadable]
    if missing:
        message = f"no {timeframe} candles, which backtests need, in {folder}: {', '.join(missing)}"
        yield Finding(Level.WARNING, SUBJECT, message, _download(around, timeframe))
    present = [entry for entry in facts.candles if entry.count]
    if present:
        yield Finding(Level.OK, SUBJECT, _summary(present, around.now_ms, folder))


def _summary(present: list[Candles], now_ms: int, folder: str) -> str:
    count = min(entry.count for entry in present)
    stalest = age(now_ms - min(entry.last_ms for entry in present))
    freshest = age(now_ms - max(entry.last_ms for entry in present))
    ages = stalest if stalest == freshest else f"{freshest} to {stalest}"
    pairs = ", ".join(entry.pair for entry in present)
    frame = present[0].timeframe
    return f"{pairs}: at least {count} {frame} candles each, the last {ages} old, in {folder}"


def age(span_ms: int) -> str:
    """A span in its largest fitting unit, for example "3 hours"."""
    for size, name in _UNITS:
        if span_ms >= 2 * size:
            return f"{span_ms // size} {name}"
    return "a minute"


def _download(around: Surroundings, timeframe: str, *more: str) -> str:
    options = ("--timeframes", timeframe, "--days", "30", *more)
    return around.request.command("download-data", *options)
