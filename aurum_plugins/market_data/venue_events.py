"""What happens to venues, in words, for whoever is to be told."""

from __future__ import annotations

import contextlib
import logging
from collections import deque

from aurum_plugins.market_data.consensus.trust import TrustChange
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitChange, CircuitState

logger = logging.getLogger(__name__)

MOST_KEPT = 100


class VenueEvents:
    """Logs each event, and keeps the newest until they are taken; threads may share it."""

    def __init__(self) -> None:
        self._kept: deque[str] = deque(maxlen=MOST_KEPT)
        self._silent: set[str] = set()

    def circuit_changed(self, change: CircuitChange) -> None:
        """Tell of a venue that falls silent, and of one that answers again; once each."""
        if change.after is CircuitState.OPEN and change.venue not in self._silent:
            self._silent.add(change.venue)
            self._tell(f"{change.venue} does not answer ({change.reason}).")
        elif change.after is CircuitState.CLOSED and change.venue in self._silent:
            self._silent.discard(change.venue)
            self._tell(f"{change.venue} answers again.")

    def trust_changed(self, change: TrustChange) -> None:
        """Tell of a venue whose prices are no longer believed, or are again."""
        pairs = f"{change.figures.get('outliers', 0)} of {change.figures.get('judged', 0)} pairs"
        self._tell(
            f"{change.venue} is believed again."
            if change.trusted
            else f"{change.venue} is no longer believed: far from the others on {pairs}."
        )

    def take(self) -> list[str]:
        """Those since the last time, oldest first."""
        taken: list[str] = []
        # Somebody else may take the last one between a look and a grasp.
        with contextlib.suppress(IndexError):
            while True:
                taken.append(self._kept.popleft())
        return taken

    def _tell(self, text: str) -> None:
        logger.warning("%s", text)
        self._kept.append(text)
