"""A start counts as good after loops in a row, a round of decisions, and some time; not before."""

from __future__ import annotations

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.starts.probation import LEAST_MS, LOOPS_IN_A_ROW, Probation

LONG_MS = 100 * LEAST_MS


def proved(loops: int = LOOPS_IN_A_ROW, *, decided: bool = True) -> Probation:
    watched = Probation(0)
    watched.decided = decided
    for _ in range(loops):
        watched.loop_ended(failed=False)
    return watched


def test_all_three_must_hold() -> None:
    assert proved().passed(LEAST_MS)
    assert not proved().passed(LEAST_MS - 1)
    assert not proved(LOOPS_IN_A_ROW - 1).passed(LONG_MS)
    assert not proved(decided=False).passed(LONG_MS)


def test_a_failed_loop_begins_the_row_anew_and_keeps_the_rest() -> None:
    watched = proved()
    watched.loop_ended(failed=True)
    for _ in range(LOOPS_IN_A_ROW - 1):
        assert not watched.passed(LONG_MS)
        watched.loop_ended(failed=False)
    assert not watched.passed(LONG_MS)
    watched.loop_ended(failed=False)
    assert watched.passed(LONG_MS)


def test_time_counts_from_the_start() -> None:
    late = Probation(5 * MINUTE_MS, loops=0, least_ms=MINUTE_MS)
    late.decided = True
    assert not late.passed(5 * MINUTE_MS)
    assert late.passed(6 * MINUTE_MS)
