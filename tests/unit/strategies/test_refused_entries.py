from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from freqtrade.ft_types.plot_annotation_type import AnnotationTypeTA

from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.reasons import Action, Reason, Stage
from aurum_plugins.strategies.refused_entries import MOST_MARKS, refused_entries

FIRST = pd.Timestamp("2026-01-01", tz="UTC")
HOUR_MS = 3_600_000


def frame(*reasons: Reason, action: Action = Action.HOLD) -> pd.DataFrame:
    dates = pd.date_range(FIRST, periods=len(reasons), freq="1h")
    codes = [int(reason) for reason in reasons]
    return pd.DataFrame({"date": dates, "reason": codes, "action": int(action)})


def refusal(row: int, reason: Reason) -> Decision:
    return Decision(
        pair="BTC/USDT",
        timeframe="1h",
        candle_ms=int(FIRST.timestamp() * 1_000) + row * HOUR_MS,
        action=Action.ENTER,
        signal=Reason.BREAKOUT,
        verdict=Verdict.REFUSED,
        reason=reason,
        decided_ms=0,
        strategy="S",
    )


def spans(marks: list[dict[str, Any]]) -> list[tuple[int, int, str]]:
    """First and last hour, and the reason."""
    hour = pd.Timedelta(hours=1)
    return [
        ((mark["start"] - FIRST) // hour, (mark["end"] - FIRST) // hour, mark["label"])
        for mark in marks
    ]


def test_a_run_of_the_same_reason_is_one_mark():
    bear, dear, quiet = Reason.BEAR_MARKET, Reason.BELOW_COST, Reason.NO_BREAKOUT
    marks = refused_entries(frame(quiet, bear, bear, quiet, dear, bear), [])
    assert spans(marks) == [
        (1, 3, f"No entry: {bear.sentence}"),
        (4, 5, f"No entry: {dear.sentence}"),
        (5, 6, f"No entry: {bear.sentence}"),
    ]


@pytest.mark.parametrize("reason", [r for r in Reason if r.stage is Stage.SIGNAL])
def test_freqtrade_takes_every_mark(reason):
    for mark in refused_entries(frame(reason, reason), [refusal(1, Reason.KILLED)]):
        assert AnnotationTypeTA.validate_python(mark) == mark
        assert mark["type"] == "area"


@pytest.mark.parametrize(
    "reason", [Reason.NO_BREAKOUT, Reason.BREAKDOWN, Reason.WEAK_OUTLOOK, Reason.WARMING_UP]
)
def test_what_nobody_asked_for_was_not_refused(reason):
    assert refused_entries(frame(reason), []) == []


@pytest.mark.parametrize("action", [Action.ENTER, Action.EXIT])
def test_entries_and_exits_are_no_refusals(action):
    assert refused_entries(frame(Reason.BEAR_MARKET, action=action), []) == []


def test_what_was_refused_after_the_signal_is_marked_with_its_own_reason():
    candles = frame(Reason.BREAKOUT, Reason.BREAKOUT, Reason.NO_BREAKOUT, action=Action.ENTER)
    marks = refused_entries(candles, [refusal(1, Reason.WIDE_SPREAD)])
    assert spans(marks) == [(1, 2, f"No entry: {Reason.WIDE_SPREAD.sentence}")]


def test_a_refusal_of_a_candle_that_is_not_shown_is_left_out():
    assert refused_entries(frame(Reason.NO_BREAKOUT), [refusal(7, Reason.KILLED)]) == []


@pytest.mark.parametrize("candles", [frame(), frame(Reason.BEAR_MARKET).drop(columns="reason")])
def test_without_candles_or_reasons_there_is_nothing_to_mark(candles):
    assert refused_entries(candles, [refusal(0, Reason.KILLED)]) == []


def test_a_single_candle_is_a_moment():
    (mark,) = refused_entries(frame(Reason.BEAR_MARKET), [])
    assert mark["start"] == mark["end"] == FIRST


def test_the_newest_are_kept():
    changing = [Reason.BEAR_MARKET, Reason.BELOW_COST] * MOST_MARKS
    marks = refused_entries(frame(*changing), [])
    assert len(marks) == MOST_MARKS
    assert spans(marks)[-1][1] == 2 * MOST_MARKS


def test_the_candles_are_left_as_they_were():
    candles = frame(Reason.BEAR_MARKET, Reason.NO_BREAKOUT)
    copy = candles.copy(deep=True)
    refused_entries(candles, [refusal(1, Reason.KILLED)])
    pd.testing.assert_frame_equal(candles, copy)
