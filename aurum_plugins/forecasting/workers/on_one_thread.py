"""One thread a call, so that a result is the same wherever it is computed."""

from __future__ import annotations

from collections.abc import Callable

from threadpoolctl import threadpool_limits

from aurum_plugins.forecasting.workers.call import Data, Result


def on_one_thread(function: Callable[[Data], Result], part: Data) -> Result:
    """Call a function with BLAS and OpenMP held to one thread.

    Of more threads, sums come out otherwise in the last bit.
    """
    with threadpool_limits(limits=1):
        return function(part)
