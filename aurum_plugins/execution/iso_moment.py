"""Moments for programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def iso(moment_ms: int) -> str:
    """UTC milliseconds as ISO 8601.

    Examples
    --------
    >>> iso(1_795_341_600_000)
    '2026-11-22T10:00:00+00:00'
    """
    return (_EPOCH + timedelta(milliseconds=moment_ms)).isoformat()
