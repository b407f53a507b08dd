"""Decisions reach the journal, if need be later, and in order."""

from __future__ import annotations

import threading

import pytest
from decisions import PAIR, START_MS, decision, wanted
from fallible_journal import FallibleJournal

from aurum_plugins.execution.decision import Verdict
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.trading import decision_log
from aurum_plugins.trading.decision_log import DecisionLog


@pytest.fixture
def journal() -> FallibleJournal:
    return FallibleJournal()


@pytest.fixture
def log(journal) -> DecisionLog:
    return DecisionLog(journal)


def refuse(log: DecisionLog, reason: Reason = Reason.NO_SLOT) -> None:
    log.settle(PAIR, START_MS, Verdict.REFUSED, reason, {})


class TestWritable:
    def test_decisions_and_what_came_of_them(self, log, journal) -> None:
        log.record([wanted()])
        refuse(log)
        assert [row.reason for row in journal.rows()] == [Reason.NO_SLOT]
        assert log.refused(PAIR, START_MS, START_MS) == journal.rows()

    def test_an_approval(self, log, journal) -> None:
        log.record([wanted()])
        assert log.approve(PAIR, START_MS, Reason.APPROVED, {"amount": 1.0})
        assert [row.verdict for row in journal.rows()] == [Verdict.APPROVED]

    def test_nothing_to_write_is_not_written(self, log, journal) -> None:
        assert log.flush()
        assert journal.calls == []


class TestUnwritable:
    def test_everything_is_kept_and_written_later_in_order(self, log, journal, caplog) -> None:
        journal.writable = 0
        log.record([wanted(0), wanted(0, "B/U")])
        refuse(log)
        refuse(log, Reason.NOT_TRIED)
        log.record([decision(1)])
        assert not log.flush()
        assert log.fault == "database memory: it is away"
        assert caplog.text.count("Nothing opens: database memory: it is away") == 1
        assert journal.rows() == []
        journal.writable = 9
        assert log.flush()
        assert log.fault is None
        assert journal.calls == [
            f"{PAIR} B/U",
            f"{PAIR} NO_SLOT",
            f"{PAIR} NOT_TRIED",
            PAIR,
        ]

    def test_what_was_written_before_the_next_fault_is_not_written_twice(
        self, log, journal
    ) -> None:
        journal.writable = 0
        log.record([wanted()])
        refuse(log)
        refuse(log, Reason.NOT_TRIED)
        for _ in range(3):
            journal.writable = 1
            log.flush()
        assert journal.calls == [PAIR, f"{PAIR} NO_SLOT", f"{PAIR} NOT_TRIED"]
        assert log.flush()

    def test_only_a_flush_tries_again(self, log, journal) -> None:
        """Each try may wait for seconds."""
        journal.writable = 0
        log.record([wanted()])
        journal.writable = 9
        refuse(log)
        assert journal.calls == []
        assert log.fault is not None
        assert log.flush()
        assert journal.calls == [PAIR, f"{PAIR} NO_SLOT"]

    def test_what_is_said_to_entries(self, log, journal) -> None:
        journal.writable = 0
        log.record([wanted()])
        error = "database memory: it is away"
        assert log.refusal == Refusal(Reason.JOURNAL_UNWRITABLE, {"error": error})

    def test_an_approval_is_now_or_never(self, log, journal) -> None:
        log.record([wanted()])
        journal.writable = 0
        assert not log.approve(PAIR, START_MS, Reason.APPROVED, {})
        assert log.fault is not None
        journal.writable = 9
        assert log.flush()
        assert [row.verdict for row in journal.rows()] == [Verdict.PENDING]

    def test_an_approval_waits_for_what_is_kept(self, log, journal) -> None:
        journal.writable = 0
        log.record([wanted()])
        assert not log.approve(PAIR, START_MS, Reason.APPROVED, {})
        journal.writable = 9
        assert log.approve(PAIR, START_MS, Reason.APPROVED, {})
        assert journal.calls == [PAIR, f"{PAIR} APPROVED"]

    def test_a_fault_ends_only_once_something_was_written(self, log, journal) -> None:
        journal.writable = 0
        log.approve(PAIR, START_MS, Reason.APPROVED, {})
        assert not log.flush()
        journal.writable = 1
        assert log.flush()
        assert journal.calls == [""]
        assert log.flush()
        assert journal.calls == [""]

    def test_a_full_disk_is_told_once(self, log, journal, monkeypatch, caplog) -> None:
        """It takes an empty transaction, so the fault seems to be over in between."""
        monkeypatch.setattr(journal, "record", lambda _: None)
        journal.writable = 0
        for _ in range(3):
            assert not log.approve(PAIR, START_MS, Reason.APPROVED, {})
            assert log.flush()
        assert caplog.text.count("Nothing opens") == 1
        journal.writable = 1
        assert log.approve(PAIR, START_MS, Reason.APPROVED, {})
        assert not log.approve(PAIR, START_MS, Reason.APPROVED, {})
        assert caplog.text.count("Nothing opens") == 2

    def test_memory_is_bounded_and_the_newest_stay(self, log, journal, monkeypatch) -> None:
        monkeypatch.setattr(decision_log, "MOST_KEPT", 3)
        journal.writable = 0
        for number in range(5):
            log.record([decision(number)])
        journal.writable = 9
        assert log.flush()
        assert [row.candle_ms for row in journal.rows()] == [
            decision(number).candle_ms for number in (2, 3, 4)
        ]


class SlowJournal(FallibleJournal):
    """Waits inside a write until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.go_on = threading.Event(), threading.Event()

    def _write(self, what: str) -> None:
        self.inside.set()
        self.go_on.wait(10)
        super()._write(what)


def test_a_decision_of_another_thread_is_not_lost() -> None:
    journal = SlowJournal()
    log = DecisionLog(journal)
    first = threading.Thread(target=log.record, args=([decision(0)],))
    second = threading.Thread(target=log.record, args=([decision(1)],))
    first.start()
    journal.inside.wait(10)
    second.start()
    journal.go_on.set()
    first.join(10)
    second.join(10)
    assert len(journal.rows()) == 2
    assert sorted(journal.calls) == [PAIR, PAIR]
