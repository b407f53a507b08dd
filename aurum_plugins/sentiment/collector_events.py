"""What happens to sources, in words, for whoever is to be told."""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from typing import Final

from aurum_plugins.market_data.resilience.circuit_breaker import CircuitChange, CircuitState
from aurum_plugins.market_data.resilience.venue_errors import VenueRefuses
from aurum_plugins.sentiment.one_line import one_line
from aurum_plugins.sentiment.sources.credentials_refused import CredentialsRefused

logger = logging.getLogger(__name__)

MOST_KEPT: Final = 100
LONGEST: Final = 300


class CollectorEvents:
    """Logs each event, and keeps the newest until they are taken; threads may share it."""

    def __init__(self) -> None:
        self._kept: deque[str] = deque(maxlen=MOST_KEPT)
        self._told: set[str] = set()

    def circuit_changed(self, change: CircuitChange) -> None:
        """Tell of a source that falls silent, once."""
        if change.after is CircuitState.OPEN:
            self._tell_once(change.venue, f"{change.venue} is silent: {change.reason}")

    def refused(self, error: VenueRefuses) -> None:
        """Tell of a source that will not have us, once."""
        said = (
            f"{error.venue} refused our credentials: {error.reason}"
            if isinstance(error, CredentialsRefused)
            else f"{error.venue} will not answer: {error.reason}"
        )
        self._tell_once(error.venue, said)

    def answered(self, source: str) -> None:
        """Tell that a source answers again, if it was said that it does not."""
        if source in self._told:
            self._told.discard(source)
            self._tell(f"{source} answers again")

    def not_written(self, error: Exception) -> None:
        """Tell that what sources say cannot be written down, once."""
        self._tell_once("", f"sentiment is not written down: {error}")

    def written(self) -> None:
        """Tell that it is written again, if it was said that it is not."""
        if "" in self._told:
            self._told.discard("")
            self._tell("sentiment is written down again")

    def take(self) -> list[str]:
        """Those since the last time, oldest first; one line of plain text each."""
        taken: list[str] = []
        # Somebody else may take the last one between a look and a grasp.
        with contextlib.suppress(IndexError):
            while True:
                taken.append(self._kept.popleft())
        return taken

    def _tell_once(self, about: str, text: str) -> None:
        if about not in self._told:
            self._told.add(about)
            self._tell(text)

    def _tell(self, text: str) -> None:
        line = one_line(text, LONGEST)
        logger.warning("%s", line)
        self._kept.append(line)
