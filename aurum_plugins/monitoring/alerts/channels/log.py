"""Alerts in the log of the process."""

from __future__ import annotations

import logging
from typing import Final

from aurum_plugins.monitoring.alerts.alert import NoticeKind
from aurum_plugins.monitoring.alerts.notice import Notice
from aurum_plugins.monitoring.alerts.severity import Severity

logger = logging.getLogger(__name__)

_LEVELS: Final = {
    Severity.LOW: logging.INFO,
    Severity.MEDIUM: logging.WARNING,
    Severity.HIGH: logging.ERROR,
    Severity.CRITICAL: logging.CRITICAL,
}


class LogChannel:
    """Logs each notice at a level of its alert's severity; what is over, as an information."""

    def send(self, notice: Notice) -> None:
        """Log it."""
        is_over = notice.kind is NoticeKind.ENDED
        level = logging.INFO if is_over else _LEVELS[notice.alert.severity]
        logger.log(level, "Alert %s: %s", notice.alert.number, notice.text)
