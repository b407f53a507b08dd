"""How many commands of one person are answered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.clock import MINUTE_MS, VirtualClock
from aurum_plugins.telegram.flood_limit import FloodLimit, Pass


def test_those_beyond_the_limit_are_warned_of_once() -> None:
    limit = FloodLimit(VirtualClock(0), most=2)
    assert [limit.of(1) for _ in range(5)] == [
        *(Pass.ANSWER, Pass.ANSWER),
        *(Pass.WARN, Pass.IGNORE, Pass.IGNORE),
    ]


def test_another_person_is_answered_all_the_same() -> None:
    limit = FloodLimit(VirtualClock(0), most=1)
    assert [limit.of(1), limit.of(1), limit.of(2)] == [Pass.ANSWER, Pass.WARN, Pass.ANSWER]


def test_after_a_minute_there_is_room_and_a_warning_again() -> None:
    clock = VirtualClock(0)
    limit = FloodLimit(clock, most=1)
    assert [limit.of(1), limit.of(1)] == [Pass.ANSWER, Pass.WARN]
    clock.advance(MINUTE_MS)
    assert [limit.of(1), limit.of(1), limit.of(1)] == [Pass.ANSWER, Pass.WARN, Pass.IGNORE]


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    class Clock(VirtualClock):
        def set(self, now_ms: int) -> None:
            self._now_ms = now_ms

    clock = Clock(10 * MINUTE_MS)
    limit = FloodLimit(clock, most=1)
    limit.of(1)
    clock.set(0)
    assert limit.of(1) is Pass.ANSWER


def test_people_are_forgotten_when_there_are_too_many() -> None:
    limit = FloodLimit(VirtualClock(0), most=1)
    for user in range(2_000):
        limit.of(user)
        limit.of(user)
    assert len(limit._answered) == 1_000
    assert len(limit._warned) <= 1_000


@given(st.lists(st.tuples(st.integers(0, 30_000), st.integers(1, 3)), max_size=60))
def test_no_minute_has_more_answers_than_the_limit(steps) -> None:
    clock = VirtualClock(0)
    limit = FloodLimit(clock, most=3)
    answered: dict[int, list[int]] = {}
    for pause, user in steps:
        clock.advance(pause)
        if limit.of(user) is Pass.ANSWER:
            answered.setdefault(user, []).append(clock.now_ms())
    for times in answered.values():
        assert all(late - early >= MINUTE_MS for early, late in zip(times, times[3:], strict=False))
