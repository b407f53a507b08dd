"""How long a call may take."""

from __future__ import annotations

from typing import Protocol


class CallLimits(Protocol):
    """What guarded calls must know of somebody's settings.

    Attributes
    ----------
    timeout_seconds : float
        For one request.
    longest_retry_seconds : float
        For one request and its repetitions together; no attempt begins later.
    """

    @property
    def timeout_seconds(self) -> float:
        """For one request."""

    @property
    def longest_retry_seconds(self) -> float:
        """For one request and its repetitions together."""
