"""What may become of a decision, and what may not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decisions import decision, wanted
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.execution.decision import Decision, Verdict, undecided
from aurum_plugins.reasons import Action, Reason, Stage

AT_MS = 1_795_345_300_000
SPREAD = {"spread_bps": 40.0, "limit_bps": 20.0}


def sent(reason: Reason = Reason.APPROVED) -> Decision:
    return wanted().settled(Verdict.APPROVED, reason, {"stake": 100.0}, AT_MS)


def test_an_attempt_that_was_refused_is_counted() -> None:
    found = wanted().settled(Verdict.REFUSED, Reason.WIDE_SPREAD, SPREAD, AT_MS)
    assert (found.verdict, found.reason) == (Verdict.REFUSED, Reason.WIDE_SPREAD)
    assert (found.outcome, found.attempts, found.settled_ms) == (SPREAD, 1, AT_MS)
    assert (found.action, found.signal) == (Action.ENTER, Reason.BREAKOUT)
    assert found.figures == wanted().figures


@pytest.mark.parametrize(
    ("reason", "attempts"),
    [
        (Reason.DAILY_LOSS, 1),
        (Reason.KILLED, 1),
        (Reason.APPROVED, 1),
        (Reason.FORCED, 1),
        (Reason.NO_SLOT, 0),
        (Reason.NOT_TRIED, 0),
        (Reason.INTERRUPTED, 0),
        (Reason.REJECTED, 0),
    ],
)
def test_only_what_was_tried_is_an_attempt(reason, attempts) -> None:
    assert wanted().settled(Verdict.REFUSED, reason, {}, AT_MS).attempts == attempts


@pytest.mark.parametrize("verdict", [Verdict.NONE, Verdict.PENDING])
@pytest.mark.parametrize("reason", [Reason.NOT_TRIED, Reason.APPROVED, Reason.FILLED])
def test_what_was_ordered_is_never_open_again(verdict, reason) -> None:
    assert sent().settled(verdict, reason, {}, AT_MS + 1) == sent()


def test_after_an_order_only_its_fate_counts() -> None:
    assert sent().settled(Verdict.REFUSED, Reason.KILLED, {}, AT_MS + 1) == sent()
    rejected = sent().settled(Verdict.REFUSED, Reason.REJECTED, {"error": "-2010"}, AT_MS + 1)
    assert (rejected.reason, rejected.attempts) == (Reason.REJECTED, 1)
    assert not rejected.is_ordered


@pytest.mark.parametrize("verdict", Verdict)
def test_an_order_of_unknown_fate_counts_as_sent(verdict) -> None:
    unknown = wanted().settled(verdict, Reason.OUTCOME_UNKNOWN, {}, AT_MS + 1)
    assert unknown.is_ordered
    assert sent().settled(verdict, Reason.OUTCOME_UNKNOWN, {}, AT_MS + 1).is_ordered
    assert unknown.settled(Verdict.REFUSED, Reason.NOT_TRIED, {}, AT_MS + 2) == unknown
    refused = unknown.settled(Verdict.REFUSED, Reason.REJECTED, {}, AT_MS + 2)
    assert not refused.is_ordered


def test_the_fate_of_an_order_keeps_what_was_approved() -> None:
    filled = sent().settled(Verdict.APPROVED, Reason.FILLED, {"seconds": 3}, AT_MS + 3_000)
    assert filled.outcome == {"stake": 100.0, "seconds": 3}
    assert (filled.settled_ms, filled.attempts) == (AT_MS, 1)
    rejected = sent().settled(Verdict.REFUSED, Reason.REJECTED, {}, AT_MS + 3_000)
    assert (rejected.outcome, rejected.settled_ms) == ({"stake": 100.0}, AT_MS + 3_000)


def test_what_is_open_takes_a_new_decision_and_keeps_its_attempts() -> None:
    refused = wanted().settled(Verdict.REFUSED, Reason.WIDE_SPREAD, SPREAD, AT_MS)
    again = refused.decided_again(wanted(decided_ms=AT_MS + 60_000))
    assert again == wanted(attempts=1)
    assert wanted().decided_again(decision()) == decision()


@pytest.mark.parametrize(
    "old",
    [
        decision(),
        sent(),
        sent().settled(Verdict.REFUSED, Reason.REJECTED, {}, AT_MS),
        undecided("BTC/USDT", "1h", wanted().candle_ms, Reason.MISSED, AT_MS, "S"),
    ],
    ids=["nothing wanted", "sent", "rejected", "missed"],
)
def test_what_is_settled_stays(old) -> None:
    assert old.decided_again(wanted()) == old


def test_a_signal_that_could_be_asked_after_all_takes_the_place_of_the_failure() -> None:
    failed = undecided("BTC/USDT", "1h", wanted().candle_ms, Reason.ANALYSIS_FAILED, AT_MS, "S")
    assert failed.decided_again(wanted()) == wanted()
    missed = replace(failed, reason=Reason.MISSED)
    assert failed.decided_again(missed) == failed


def test_another_order_on_the_same_candle_has_a_time_of_its_own() -> None:
    again = sent().settled(Verdict.APPROVED, Reason.FORCED, {}, AT_MS + 9)
    assert again.settled_ms == AT_MS + 9
    assert again.settled(Verdict.APPROVED, Reason.FILLED, {}, AT_MS + 99).settled_ms == AT_MS + 9


def test_a_signal_that_comes_after_a_forced_entry_is_kept_beside_it() -> None:
    blank = undecided("BTC/USDT", "1h", wanted().candle_ms, Reason.NOT_DECIDED, AT_MS, "S")
    forced = blank.settled(Verdict.APPROVED, Reason.FORCED, {"by": "telegram"}, AT_MS)
    found = forced.decided_again(decision())
    assert (found.signal, found.figures) == (Reason.NO_BREAKOUT, decision().figures)
    kept = replace(found, signal=Reason.NOT_DECIDED, figures={})
    assert kept == forced


STEPS = st.lists(st.tuples(st.sampled_from(Verdict), st.sampled_from(Reason)), max_size=12)


@given(STEPS)
def test_an_order_is_forgotten_only_when_it_was_not_taken(steps) -> None:
    stands = wanted()
    for verdict, reason in steps:
        following = stands.settled(verdict, reason, {}, AT_MS)
        assert following.decided_again(stands) == following or not following.is_ordered
        if stands.is_ordered and not following.is_ordered:
            assert (verdict, reason.stage) == (Verdict.REFUSED, Stage.ORDER)
        assert stands.attempts <= following.attempts <= stands.attempts + 1
        stands = following
