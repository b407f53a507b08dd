"""The journal in the database and the one in memory do the same, whatever is asked of them."""

from __future__ import annotations

import time
from collections.abc import Iterable

from decisions import HOUR_MS, PAIR, START_MS, decision, wanted
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import open_database
from aurum_plugins.execution.backtest_journal import BacktestJournal
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.decision_record import DecisionRecord
from aurum_plugins.execution.journal import Journal
from aurum_plugins.reasons import Action, Reason

PAIRS = [PAIR, "ETH/USDT"]
NUMBERS = st.integers(0, 2)
FIGURES = st.dictionaries(st.sampled_from(["close", "spread_bps"]), st.floats(), max_size=2)
DECISIONS = st.builds(
    lambda number, pair, action, signal, verdict, reason, figures: decision(
        number,
        pair,
        action=action,
        signal=signal,
        verdict=verdict,
        reason=reason,
        # In memory only those of wanted entries are kept.
        figures={} if verdict is Verdict.NONE else figures,
    ),
    NUMBERS,
    st.sampled_from(PAIRS),
    st.sampled_from(Action),
    st.sampled_from(Reason),
    st.sampled_from(Verdict),
    st.sampled_from(Reason),
    FIGURES,
)
STEPS = st.lists(
    st.one_of(
        st.lists(DECISIONS, max_size=4),
        st.tuples(
            st.sampled_from(PAIRS),
            NUMBERS.map(lambda number: START_MS + number * HOUR_MS),
            st.sampled_from(Verdict),
            st.sampled_from(Reason),
            FIGURES,
        ),
    ),
    max_size=12,
)


def everything(record: DecisionRecord) -> tuple:
    return (
        [record.refused(pair, START_MS + HOUR_MS, START_MS + 9 * HOUR_MS) for pair in PAIRS],
        record.counts(0, START_MS + 10 * HOUR_MS),
        record.counts(START_MS + HOUR_MS, START_MS + 2 * HOUR_MS),
    )


def in_order(decisions: Iterable[Decision]) -> list[Decision]:
    return sorted(decisions, key=lambda one: (one.candle_ms, one.pair))


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_both_journals_agree(steps) -> None:
    clock = VirtualClock(START_MS + 5 * HOUR_MS)
    memory = BacktestJournal("1h", "AurumStrategy", clock)
    with open_database("sqlite://") as database:
        stored = Journal(database, "bot", "1h", "AurumStrategy", clock)
        for step in steps:
            clock.advance(1_000)
            for record in (memory, stored):
                if isinstance(step, list):
                    record.record(step)
                else:
                    record.settle(*step)
            assert everything(memory) == everything(stored)
            rows = in_order(one for pair in PAIRS for one in stored.last(pair, 9))
            assert in_order(memory) == rows
            assert len(memory) == len(rows)
            assert stored.pending() == [one for one in rows if one.verdict is Verdict.PENDING]
            assert stored.ordered(0) == [one for one in rows if one.is_ordered]


def candle(number: int) -> list[Decision]:
    return [decision(number, f"P{pair}/USDT") for pair in range(5)]


def test_a_backtest_of_some_years_is_cheap() -> None:
    memory = BacktestJournal("1h", "AurumStrategy", VirtualClock(START_MS))
    candles = [candle(number) for number in range(5_600)]
    began = time.process_time()
    for number, decisions in enumerate(candles):
        memory.record(decisions)
        if number % 20 == 0:
            memory.record([wanted(number, "P5/USDT")])
            memory.settle(
                "P5/USDT", START_MS + number * HOUR_MS, Verdict.REFUSED, Reason.KILLED, {}
            )
    took = time.process_time() - began
    assert len(memory) == 5 * 5_600 + 280
    # A fifth of 140,000 rows, which may take a second; a busy machine is given some slack.
    assert took < 1.0
