"""Decisions in words: every reason reads well wherever it may stand."""

from __future__ import annotations

import re

import pytest
from decisions import decision, wanted

from aurum_plugins.execution.decision import Decision, Verdict, undecided
from aurum_plugins.execution.explanation import explain, headline, why
from aurum_plugins.reasons import Action, Reason, Stage

BTC = "BTC/USDT, 1h candle of 2026-11-22 10:00 UTC: "
ABOVE = "he close is above the entry channel (close 62,100; channel high 62,000)"
SPREAD = {"spread_bps": 40.0, "limit_bps": 20.0}


def settled(verdict: Verdict, reason: Reason, **figures) -> Decision:
    return wanted().settled(verdict, reason, figures, 0)


def test_nothing_was_wanted() -> None:
    assert explain(decision()) == (
        BTC + "no entry. The close is not above the entry channel "
        "(close 61,204.1; channel high 62,000)."
    )


def test_an_exit() -> None:
    reason = Reason.BREAKDOWN
    found = decision(action=Action.EXIT, signal=reason, reason=reason, figures={})
    assert explain(found) == BTC + "exit, if held. The close is below the exit channel."


def test_a_refusal_says_what_was_wanted_and_what_spoke_against_it() -> None:
    found = settled(Verdict.REFUSED, Reason.WIDE_SPREAD, **SPREAD)
    assert explain(found) == (
        f"{BTC}entry refused. T{ABOVE}, but the spread is too wide (spread 40 bps; limit 20 bps)."
    )
    thrice = found.settled(Verdict.REFUSED, Reason.KILLED, {}, 0)
    thrice = thrice.settled(Verdict.REFUSED, Reason.NO_SLOT, {}, 0)
    assert why(thrice) == f"T{ABOVE}, but max_open_trades are open. It was tried 2 times."


def test_an_approval() -> None:
    found = settled(Verdict.APPROVED, Reason.APPROVED, stake=120.0)
    assert explain(found) == f"{BTC}entry. T{ABOVE}. The order was sent (stake 120)."


@pytest.mark.parametrize(
    ("verdict", "reason", "words"),
    [
        (Verdict.REFUSED, Reason.REJECTED, "entry ordered, not taken"),
        (Verdict.APPROVED, Reason.REJECTED, "entry ordered, not taken"),
        (Verdict.APPROVED, Reason.OUTCOME_UNKNOWN, "entry ordered, outcome unknown"),
        (Verdict.APPROVED, Reason.FORCED, "entry by hand"),
    ],
)
def test_what_became_of_an_order_stands_first(verdict, reason, words) -> None:
    assert headline(settled(verdict, reason)) == words


def test_what_is_not_settled_says_so() -> None:
    assert explain(wanted()) == f"{BTC}entry wanted, not settled yet. T{ABOVE}."
    assert why(wanted(reason=Reason.NOT_DECIDED)) == f"T{ABOVE}."
    waits = wanted(reason=Reason.PAIR_LOCKED)
    assert why(waits) == f"T{ABOVE}, but the pair is locked."


def test_a_signal_against_a_forced_entry_is_told() -> None:
    forced = decision().settled(Verdict.APPROVED, Reason.FORCED, {}, 0)
    assert why(forced) == (
        "The order was sent because somebody asked for it. The signal did not ask for it: the "
        "close is not above the entry channel (close 61,204.1; channel high 62,000)."
    )


def test_without_a_signal_only_the_reason_is_told() -> None:
    missed = undecided("BTC/USDT", "1h", decision().candle_ms, Reason.MISSED, 0, "S")
    assert explain(missed) == BTC + "no entry. The candle was not seen before the next one closed."
    killed = missed.settled(Verdict.REFUSED, Reason.KILLED, {"by": "me"}, 0)
    assert explain(killed) == BTC + "entry refused. The kill switch is thrown (by me)."


def cases() -> list[Decision]:
    """Every reason, alone and after a signal that wanted an entry."""
    alone = [
        decision(action=action, signal=reason, reason=reason)
        for reason in Reason
        for action in Action
        if reason.stage is Stage.SIGNAL
    ]
    after = [
        found.settled(verdict, reason, {"limit_bps": 3.0}, 0)
        for reason in Reason
        for verdict in Verdict
        for found in (wanted(), decision(), decision(signal=Reason.NOT_DECIDED, figures={}))
    ]
    return alone + after


def test_every_reason_reads_well() -> None:
    for found in cases():
        text = explain(found)
        print(text)
        assert re.fullmatch(r"BTC/USDT, 1h candle of 2026-11-22 10:00 UTC: [a-z ,]+\. .+\.", text)
        told = why(found)
        assert found.reason.sentence.lower() in told.lower() or found.reason is Reason.NOT_DECIDED
        # Whole sentences, each begun with a capital or a name that is written small.
        for sentence in re.split(r"(?<=\.) ", told):
            assert re.match(r"[A-Z]|freqtrade |max_open_trades ", sentence), told
        for slip in ("..", "  ", "()", "nan", "None", ", but but", " ."):
            assert slip not in text
