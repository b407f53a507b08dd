"""Questions that wait for a button."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.clock import VirtualClock
from aurum_plugins.telegram.confirmations import Asker, Confirmations, NotConfirmed

ANNA = Asker(1, 10)
CHOICES = frozenset({"yes", "no"})


def test_it_is_answered_once() -> None:
    waiting = Confirmations[str](VirtualClock(0))
    token = waiting.ask(ANNA, "what", CHOICES)
    assert waiting.answer(token, "yes", ANNA) == "what"
    assert waiting.answer(token, "yes", ANNA) is NotConfirmed.UNKNOWN


def test_others_may_not_answer_and_it_goes_on_waiting() -> None:
    waiting = Confirmations[str](VirtualClock(0))
    token = waiting.ask(ANNA, "what", CHOICES)
    for asker in (Asker(2, 10), Asker(1, 11), Asker(1, 10, 5)):
        assert waiting.answer(token, "yes", asker) is NotConfirmed.FOREIGN
    assert waiting.answer(token, "perhaps", ANNA) is NotConfirmed.NOT_OFFERED
    assert waiting.answer(token, "no", ANNA) == "what"


def test_it_is_too_late_after_a_minute() -> None:
    clock = VirtualClock(0)
    waiting = Confirmations[str](clock)
    first, second = (waiting.ask(ANNA, name, CHOICES) for name in ("a", "b"))
    clock.advance(59_999)
    assert waiting.answer(first, "yes", ANNA) == "a"
    clock.advance(1)
    assert waiting.answer(second, "yes", ANNA) is NotConfirmed.EXPIRED
    assert waiting.answer(second, "yes", ANNA) is NotConfirmed.UNKNOWN


def test_it_does_not_hold_when_the_clock_is_set_back() -> None:
    class Clock(VirtualClock):
        def set(self, now_ms: int) -> None:
            self._now_ms = now_ms

    clock = Clock(1_000_000)
    waiting = Confirmations[str](clock)
    token = waiting.ask(ANNA, "what", CHOICES)
    clock.set(0)
    assert waiting.answer(token, "yes", ANNA) is NotConfirmed.EXPIRED


def test_old_questions_do_not_pile_up_and_names_are_not_guessed() -> None:
    clock = VirtualClock(0)
    waiting = Confirmations[int](clock)
    tokens = [waiting.ask(ANNA, number, CHOICES) for number in range(300)]
    assert len(waiting._waiting) == 200
    assert len(set(tokens)) == 300
    assert min(map(len, tokens)) >= 16
    clock.advance(60_000)
    waiting.ask(ANNA, 0, CHOICES)
    assert len(waiting._waiting) == 1


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 2), st.integers(0, 40_000))))
def test_nothing_is_confirmed_twice_late_or_by_another(steps) -> None:
    clock = VirtualClock(0)
    waiting = Confirmations[int](clock)
    asked: dict[str, tuple[int, int]] = {}
    done: set[str] = set()
    for kind, user, pause in steps:
        clock.advance(pause)
        if kind == 0 or not asked:
            asked[waiting.ask(Asker(user, 0), len(asked), CHOICES)] = user, clock.now_ms()
            continue
        token = list(asked)[pause % len(asked)]
        if not isinstance(waiting.answer(token, "yes", Asker(user, 0)), NotConfirmed):
            assert token not in done
            assert asked[token][0] == user
            assert clock.now_ms() - asked[token][1] < 60_000
            done.add(token)
