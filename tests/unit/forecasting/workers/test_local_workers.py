from __future__ import annotations

import operator
from functools import partial

import pytest

from aurum_plugins.forecasting.workers.call import Call
from aurum_plugins.forecasting.workers.local_workers import LocalWorkers


def part(data: range, first: int) -> range:
    return data[first : first + 3]


def calls(function=sum) -> list[Call]:
    return [Call(range(10), partial(part, first=first), function) for first in range(4)]


def test_in_this_process_one_call_after_the_other_is_made_when_it_is_asked_for() -> None:
    made: list[int] = []

    def noted(data: range) -> int:
        made.append(sum(data))
        return made[-1]

    results = LocalWorkers().results(calls(noted))
    assert made == []
    assert next(results) == 3
    assert made == [3]
    assert list(results) == [6, 9, 12]


def test_processes_give_the_same_results() -> None:
    assert sorted(LocalWorkers(2).results(calls())) == [3, 6, 9, 12]


@pytest.mark.parametrize("count", [1, 2])
def test_what_a_call_raises_is_raised(count) -> None:
    with pytest.raises(AttributeError, match="no_such_method"):
        list(LocalWorkers(count).results(calls(operator.methodcaller("no_such_method"))))
