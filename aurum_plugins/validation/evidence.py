"""Something costly that several measures read: it is produced once, when the first asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from aurum_plugins.validation.errors import LeftOut

T = TypeVar("T")


class Evidence(Generic[T]):
    """What a run, a report or a count left behind.

    A production that failed is not tried again: each measure that asks gets the same error.

    Parameters
    ----------
    name : str
        What is being done while it is produced, for example "a bot on a broken exchange".
    produce : callable
    seconds : float
        How long that takes, roughly: only the time left is reckoned from it.

    Examples
    --------
    >>> evidence = Evidence("counting", lambda: 3, seconds=0.0)
    >>> evidence(), evidence.is_known
    (3, True)
    """

    def __init__(self, name: str, produce: Callable[[], T], *, seconds: float) -> None:
        self.name = name
        self.seconds = seconds
        self._produce = produce
        self._found: list[T] = []
        self._error: Exception | None = None

    @property
    def is_known(self) -> bool:
        """Whether it was produced, or failed."""
        return bool(self._found) or self._error is not None

    def __call__(self) -> T:
        """The evidence.

        Raises
        ------
        Exception
            Whatever the production raised.
        """
        if self._error is not None:
            raise self._error
        if not self._found:
            try:
                self._found.append(self._produce())
            except Exception as error:
                self._error = error
                raise
        return self._found[0]


def left_out(reason: str) -> Evidence[T]:
    """Evidence that this run does not gather.

    Parameters
    ----------
    reason : str
        Why, and which run has it.
    """

    def refuse() -> T:
        raise LeftOut(reason)

    return Evidence("nothing", refuse, seconds=0.0)
