"""What can make calls."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol

from aurum_plugins.forecasting.workers.call import Call, Data, Result


class Workers(Protocol):
    """Whoever makes calls, some at a time, each on one thread."""

    def results(self, calls: Sequence[Call[Data, Result]]) -> Generator[Result]:
        """Make every call once, and give results in the order in which they are done.

        An error that a call raises is raised here. Closing the iterator gives up the calls that are
        not done.

        Parameters
        ----------
        calls : sequence of Call
        """
        ...
