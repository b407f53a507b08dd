"""Entries that the signal wanted and that were refused after it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from aurum_plugins import errors
from aurum_plugins.execution.decision import Decision
from aurum_plugins.trading.desk import Desk

logger = logging.getLogger(__name__)


def refused_decisions(
    desk: Desk | None, pair: str, since_ms: int, until_ms: int
) -> Sequence[Decision]:
    """Of a pair's candles of a time, UTC milliseconds; none where they cannot be read."""
    if desk is None:
        return ()
    try:
        return desk.refused(pair, since_ms, until_ms)
    except errors.AurumError as error:
        logger.warning("The chart shows no refusals after the signal: %s", error)
        return ()
