from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from aurum_plugins.forecasting.workers.call import Call
from aurum_plugins.forecasting.workers.local_workers import LocalWorkers
from aurum_plugins.forecasting.workers.on_one_thread import on_one_thread


def threads(rows: np.ndarray) -> set[int]:
    assert (rows @ rows.T).shape == (2, 2)
    return {library["num_threads"] for library in threadpool_info()}


def same(rows: np.ndarray) -> np.ndarray:
    return rows


def test_a_call_has_one_thread_and_leaves_the_others_as_they_were() -> None:
    rows = np.ones((2, 3))
    with threadpool_limits(limits=2):
        assert on_one_thread(threads, rows) == {1}
        assert 2 in threads(rows)


def test_so_has_a_call_in_this_process() -> None:
    (found,) = LocalWorkers().results([Call(np.ones((2, 3)), same, threads)])
    assert found == {1}
