"""Calls that might never return, given up after a while."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def answer_within(seconds: float, ask: Callable[..., Answer], *args: Any, **how: Any) -> Answer:
    """Call a function in a thread, and wait no longer than that for its answer.

    Raises
    ------
    TimeoutError
        If there is none. The thread is left alone, and ends with the process at the latest.
    Exception
        What the function raised.
    """
    answers: SimpleQueue[tuple[Answer | None, BaseException | None]] = SimpleQueue()

    def wait() -> None:
        try:
            answers.put((ask(*args, **how), None))
        except BaseException as error:  # noqa: BLE001 - raised below, in the thread that asked
            answers.put((None, error))

    Thread(target=wait, name="aurum-asking", daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"no answer within {seconds:g} s") from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]
