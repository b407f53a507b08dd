"""Which reasons cost how many candles."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from aurum_plugins.execution.decision import Verdict
from aurum_plugins.execution.decision_summary import DecisionSummary, summary_table
from aurum_plugins.reasons import Reason

COUNTS = {
    (Verdict.NONE, Reason.NO_BREAKOUT): 800,
    (Verdict.NONE, Reason.BEAR_MARKET): 150,
    (Verdict.NONE, Reason.MISSED): 10,
    (Verdict.REFUSED, Reason.WIDE_SPREAD): 20,
    (Verdict.REFUSED, Reason.MISSED): 5,
    (Verdict.APPROVED, Reason.APPROVED): 12,
    (Verdict.APPROVED, Reason.REJECTED): 2,
    (Verdict.PENDING, Reason.BREAKOUT): 1,
    (Verdict.NONE, Reason.WARMING_UP): 0,
}


def printed(counts) -> str:
    console = Console(width=120, record=True, file=None)
    with console.capture() as captured:
        console.print(summary_table(counts, "All of them"))
    return captured.get()


def test_the_funnel_and_the_order_of_reasons() -> None:
    summary = DecisionSummary.of(COUNTS)
    assert (summary.candles, summary.wanted, summary.approved, summary.pending) == (1000, 40, 14, 1)
    assert summary.reasons == (
        (Reason.NO_BREAKOUT, 800),
        (Reason.BEAR_MARKET, 150),
        (Reason.BREAKOUT, 1),
        (Reason.WIDE_SPREAD, 20),
        (Reason.MISSED, 15),
        (Reason.APPROVED, 12),
        (Reason.REJECTED, 2),
    )
    assert summary.funnel == (
        "1,000 candles; entries wanted on 40 (4.0 %); approved 14 (35.0 %); not settled yet 1"
    )


def test_the_table_has_every_reason_with_its_share() -> None:
    lines = [line.strip() for line in printed(COUNTS).splitlines() if line.strip()]
    assert lines[0] == "All of them"
    found = {line.split()[-4]: line for line in lines if line.endswith("%")}
    cells = found["NO_BREAKOUT"].split("  ")
    assert cells[0] == "signal"
    assert found["NO_BREAKOUT"].endswith("NO_BREAKOUT      800  80.0 %")
    assert found["MISSED"].endswith("15   1.5 %")
    assert lines[-1] == DecisionSummary.of(COUNTS).funnel


def test_nothing_sums_up_to_nothing() -> None:
    assert DecisionSummary.of({}).funnel == "0 candles; entries wanted on 0; approved 0"
    assert "0 candles" in printed({})


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(Verdict), st.sampled_from(Reason)), st.integers(0, 10**6)
    )
)
def test_no_candle_is_lost(counts) -> None:
    summary = DecisionSummary.of(counts)
    assert sum(number for _, number in summary.reasons) == summary.candles == sum(counts.values())
    assert summary.approved + summary.pending <= summary.wanted <= summary.candles
    printed(counts)
