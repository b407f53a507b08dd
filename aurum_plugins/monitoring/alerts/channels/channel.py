"""What the notifier asks of a channel."""

from __future__ import annotations

from typing import Protocol

from aurum_plugins.monitoring.alerts.notice import Notice


class Channel(Protocol):
    """Tells somebody; may block for some seconds, never for longer than a minute."""

    def send(self, notice: Notice) -> None:
        """Tell of one notice.

        Raises
        ------
        aurum_plugins.monitoring.alerts.channels.errors.NotSent
            It was not told, or nobody knows.
        """
        ...
