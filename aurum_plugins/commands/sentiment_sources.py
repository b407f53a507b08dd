"""How the sources of sentiment are doing: what is configured, and what was written of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aurum_plugins.clock import DAY_MS
from aurum_plugins.sentiment.store.mentions import Coverage
from aurum_plugins.sentiment.store.patience import PATIENCE_MS
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader


@dataclass(frozen=True)
class SourceReport:
    """One source, as it was last polled by whomever.

    Attributes
    ----------
    source : str
    configured : bool
        Whether the configuration names it, and it can be asked; else it was asked before, or
        imported.
    polled_ms, answered_ms : int or None
        UTC milliseconds; None = never.
    items : int
        Since the first poll; those of imports are not counted.
    fault : str
        What became of the last poll; empty = it was answered, or there was none. Untrusted.
    since_ms : int or None
        UTC milliseconds at which the newest time of listening began; None = nobody listened.
    covered : float
        Share of the last day in which somebody listened, in [0, 1].
    """

    source: str
    configured: bool
    polled_ms: int | None
    answered_ms: int | None
    items: int
    fault: str
    since_ms: int | None
    covered: float


def source_reports(
    reader: SentimentReader, configured: Sequence[str], now_ms: int
) -> tuple[SourceReport, ...]:
    """Every source that is configured, in order, then those that were polled before.

    Parameters
    ----------
    reader : SentimentReader
    configured : sequence of str
        Names of sources that can be asked.
    now_ms : int
        UTC milliseconds.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    """
    states = {state.source: state for state in reader.sources()}
    reports = []
    for name in dict.fromkeys((*configured, *states)):
        state = states.get(name)
        coverage = reader.coverage(now_ms - DAY_MS, now_ms, name)
        reports.append(
            SourceReport(
                source=name,
                configured=name in configured,
                polled_ms=None if state is None else state.polled_ms,
                answered_ms=None if state is None else state.answered_ms,
                items=0 if state is None else state.items,
                fault="" if state is None else state.fault,
                since_ms=int(coverage.from_ms[-1]) if len(coverage.from_ms) else None,
                covered=covered_share(coverage, now_ms - DAY_MS, now_ms),
            )
        )
    return tuple(reports)


def covered_share(coverage: Coverage, first_ms: int, last_ms: int) -> float:
    """Share of the time between two moments in which somebody listened, in [0, 1]."""
    passed_ms, end_ms = 0, first_ms
    for from_ms, until_ms in zip(coverage.from_ms, coverage.until_ms, strict=True):
        # A span reaches on for as long as silence still counts as listening.
        begin_ms, end = max(int(from_ms), end_ms), min(int(until_ms) + PATIENCE_MS, last_ms)
        passed_ms += max(0, end - begin_ms)
        end_ms = max(end_ms, end)
    return passed_ms / (last_ms - first_ms)
