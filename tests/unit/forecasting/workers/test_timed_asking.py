from __future__ import annotations

from threading import Event

import pytest

from aurum_plugins.forecasting.workers.timed_asking import answer_within


def test_an_answer_is_given_back() -> None:
    assert answer_within(5.0, divmod, 7, 2) == (3, 1)
    assert answer_within(5.0, sorted, [1, 2], reverse=True) == [2, 1]


def test_an_error_is_raised_where_it_was_asked() -> None:
    with pytest.raises(ZeroDivisionError):
        answer_within(5.0, divmod, 1, 0)


def test_no_answer_is_an_error() -> None:
    never = Event()
    with pytest.raises(TimeoutError, match=r"no answer within 0\.01 s"):
        answer_within(0.01, never.wait)
    never.set()
