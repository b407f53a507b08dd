"""Decided candles by time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aurum_plugins.reasons import Action, Reason
from aurum_plugins.signals.policy import Decided
from aurum_plugins.trading.decided_candles import DecidedCandles
from aurum_plugins.trading.decided_rows import DecidedRows

HOUR = 3_600_000
OPENS = np.array([10 * HOUR, 11 * HOUR, 13 * HOUR])
ACTIONS = np.array([0, 1, 2])
REASONS = np.array([int(r) for r in (Reason.NO_BREAKOUT, Reason.BREAKOUT, Reason.BREAKDOWN)])
FIGURES = {"close": np.array([1.0, 2.0, math.nan]), "rank": np.array([math.inf, 0.5, 1.0])}
ROWS = DecidedRows(OPENS, ACTIONS, REASONS, FIGURES)
NONE = DecidedRows(OPENS[:0], ACTIONS[:0], REASONS[:0], {})


@pytest.mark.parametrize(
    ("at_hour", "opened_hour"), [(11, 10), (11.99, 10), (12, 11), (13.5, 11), (14, 13), (99, 13)]
)
def test_newest_candle_that_had_closed(at_hour, opened_hour) -> None:
    row = ROWS.closed_by(round(at_hour * HOUR), HOUR)
    assert row is not None
    assert row.candle_ms == opened_hour * HOUR


def test_nothing_had_closed_before_the_first() -> None:
    assert ROWS.closed_by(11 * HOUR - 1, HOUR) is None
    assert NONE.closed_by(99 * HOUR, HOUR) is None


def test_a_candle_that_is_missing_is_not_another_one() -> None:
    assert ROWS.at(12 * HOUR) is None
    assert ROWS.at(14 * HOUR) is None
    assert NONE.at(10 * HOUR) is None
    row = ROWS.at(11 * HOUR)
    assert row is not None
    assert (row.action, row.reason) == (Action.ENTER, Reason.BREAKOUT)


def test_only_finite_figures_are_kept() -> None:
    first, last = ROWS.at(10 * HOUR), ROWS.at(13 * HOUR)
    assert first is not None
    assert last is not None
    assert dict(first.figures) == {"close": 1.0}
    assert dict(last.figures) == {"rank": 1.0}
    assert first.figure("close") == 1.0
    assert math.isnan(last.figure("close"))
    assert math.isnan(last.figure("never heard of"))


def test_length_and_newest() -> None:
    assert (len(ROWS), ROWS.newest_ms) == (3, 13 * HOUR)
    assert (len(NONE), NONE.newest_ms) == (0, None)


def test_pairs_are_kept_apart_and_replaced() -> None:
    candles = DecidedCandles(HOUR)
    assert candles.newest("A/U", 99 * HOUR) is None
    assert not candles.has("A/U", 10 * HOUR)
    candles.remember("A/U", OPENS, Decided(ACTIONS, REASONS, FIGURES))
    assert candles.has("A/U", 13 * HOUR)
    assert not candles.has("A/U", 12 * HOUR)
    assert not candles.has("B/U", 13 * HOUR)
    shorter = {name: column[:2] for name, column in FIGURES.items()}
    candles.remember("A/U", OPENS[:2], Decided(ACTIONS[:2], REASONS[:2], shorter))
    newest = candles.newest("A/U", 99 * HOUR)
    assert newest is not None
    assert newest.candle_ms == 11 * HOUR
    assert not candles.has("A/U", 13 * HOUR)
    assert candles.closes["A/U"].numbers.tolist() == [10, 11]
    assert candles.closes["A/U"].closes.tolist() == [1.0, 2.0]
