"""Giving back memory in a process that freqtrade told to hardly ever collect garbage."""

from __future__ import annotations

import gc
import linecache
import logging
from typing import Final

from aurum_plugins.clock import MINUTE_MS

logger = logging.getLogger(__name__)

EVERY_MS: Final = MINUTE_MS


class CyclicGarbage:
    """Collects it every minute.

    freqtrade sets the collector's thresholds so high that garbage which outlives one young
    collection stays for hours. Each failed request leaves some: the exception refers to frames that
    refer to the exception, and with them to the answer.

    What exists at the start (modules, mostly) is frozen, so that a collection only looks at what
    came later, and takes milliseconds.

    The lines of source files go as well, which Python keeps for good once a trace of them was
    written: those of ccxt alone are 4 MB.
    """

    def __init__(self) -> None:
        self._collected_ms: int | None = None

    def collect_when_due(self, now_ms: int) -> None:
        """Collect, if a minute has passed since the last time.

        Parameters
        ----------
        now_ms : int
            UTC milliseconds.
        """
        if self._collected_ms is None:
            # Another strategy's, of before freqtrade read its configuration anew.
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        elif abs(now_ms - self._collected_ms) < EVERY_MS:
            return
        else:
            found = gc.collect()
            logger.debug("Collected %d objects of cyclic garbage.", found)
        linecache.clearcache()
        self._collected_ms = now_ms
