"""A journal with gaps, doubles or silences is found out."""

from __future__ import annotations

from typing import Any

import pytest
from soaked_books import MINUTE_MS, PAIRS, START_MS, minute, missed, whole

from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.reasons import Reason
from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.journal_audit import audit_journal, audit_made, audit_refusals

UNDECIDED = {"signal": Reason.NOT_DECIDED, "reason": Reason.NOT_DECIDED}


def journal_of(rows: list[Decision], last: int = 2, audit: Any = audit_journal) -> Findings:
    findings = Findings()
    audit(findings, rows, PAIRS, START_MS, START_MS + last * MINUTE_MS)
    return findings


def test_a_whole_journal_keeps_every_promise() -> None:
    findings = journal_of(whole())
    assert findings.missed == []
    assert list(findings.figures.items())[:2] == [
        ("closed candles due", 6),
        ("decisions written", 6),
    ]


def test_an_empty_journal_does_not() -> None:
    assert journal_of([]).missed[0].startswith("missing: 6, such as ('BTC/USDT', ")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[:-1], "missing: 1"),
        (lambda rows: [*rows, minute(3)], "not due: 1"),
        (lambda rows: [*rows, rows[0]], "doubled: 1"),
        (lambda rows: [minute(0, figures={}), *rows[1:]], "unexplained: 1"),
        (lambda rows: [minute(0, **UNDECIDED), *rows[1:]], "unexplained: 1"),
        (lambda rows: [minute(0, verdict=Verdict.PENDING), *rows[1:]], "left pending: 1"),
    ],
)
def test_what_is_wrong_with_a_journal_is_named(change, words) -> None:
    (promise,) = journal_of(change(whole())).missed
    assert promise.startswith(words)


def test_a_missed_candle_explains_itself_and_is_no_decision() -> None:
    rows = [missed(0), *whole()[1:]]
    findings = journal_of(rows)
    assert findings.missed == []
    assert findings.figures["decided without a signal"] == "MISSED 1"
    made = journal_of(rows, audit=audit_made)
    assert made.figures == {"decisions made": "5 of 6 (83.33%)"}
    assert made.missed == ["only 5 of 6 decisions were made (83.33%)"]


@pytest.mark.parametrize(("lost", "kept"), [(1, True), (2, False)])
def test_one_decision_in_a_thousand_may_be_missed(lost, kept) -> None:
    rows = [*whole(499)[lost:], *(missed(number) for number in range(lost))]
    findings = journal_of(rows, 499, audit_made)
    assert (findings.missed == []) is kept


def test_what_is_due_to_nobody_is_no_decision_made() -> None:
    findings = journal_of([*whole(), minute(7)], audit=audit_made)
    assert findings.figures == {"decisions made": "6 of 6 (100.00%)"}


def test_reasons_are_counted() -> None:
    findings = Findings()
    refused = minute(9, verdict=Verdict.REFUSED, reason=Reason.WIDE_SPREAD)
    audit_refusals(findings, [*whole(), refused])
    assert findings.figures == {"refusals": "WIDE_SPREAD 1", "signals": "NO_BREAKOUT 7"}
