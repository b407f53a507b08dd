"""Sends notices, each channel in a thread of its own: one that hangs holds up no other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from aurum_plugins.clock import MINUTE_MS, SECOND_MS, Clock
from aurum_plugins.database import Database, DatabaseUnavailable
from aurum_plugins.execution.figure_words import moment_in_words
from aurum_plugins.monitoring.alerts.channels.channel import Channel
from aurum_plugins.monitoring.alerts.channels.errors import ChannelRefuses, NoticeRefused, NotSent
from aurum_plugins.monitoring.alerts.notice import Notice
from aurum_plugins.monitoring.alerts.notice_queue import LONGEST_PAUSE_MS, NoticeQueue

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
# A notice that is sent so late says when it was written.
_LATE_MS: Final = 2 * MINUTE_MS


class Notifier:
    """Tells each channel of what the database has for it; what is not sent yet outlives it.

    Parameters
    ----------
    database : Database
    channels : mapping of str to Channel
        By the names under which the alert book writes notices.
    clock : Clock

    Attributes
    ----------
    faults : mapping of str to str
        By channel: why it cannot send now. Channels that can are not in it.
    """

    def __init__(self, database: Database, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._channels = dict(channels)
        self._queues = {name: NoticeQueue(database, name) for name in channels}
        self._clock = clock
        self._faults: dict[str, str] = {}
        # Sent, but not marked yet.
        self._unmarked: dict[str, Notice] = {}
        self._stopping = threading.Event()
        self._wake = {name: threading.Event() for name in channels}
        self._threads: list[threading.Thread] = []

    @property
    def faults(self) -> Mapping[str, str]:
        """See the class."""
        return dict(self._faults)

    def start(self) -> None:
        """Send from now on, in the background."""
        if self._threads:
            return
        self._stopping.clear()
        for name in self._channels:
            # Nobody waits for a channel that hangs when the process ends.
            thread = threading.Thread(
                target=self._run, args=(name,), name=f"notices-{name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self, timeout_seconds: float = 2.0) -> None:
        """Send no more; what is being sent may be sent again by whoever comes next."""
        self._stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join(timeout_seconds / max(1, len(self._threads)))
        self._threads = []

    def wake(self) -> None:
        """Look at once: there is something to send."""
        for event in self._wake.values():
            event.set()

    def send_due(self, channel: str) -> int:
        """Send what is due on one channel, until one fails or none is left; how many were sent.

        Raises
        ------
        aurum_plugins.database.DatabaseUnavailable
            What was sent already is remembered, and marked the next time.
        """
        sent = 0
        queue = self._queues[channel]
        unmarked = self._unmarked.get(channel)
        if unmarked is not None:
            queue.sent(unmarked, self._clock.now_ms())
            del self._unmarked[channel]
        while not self._stopping.is_set():
            notice = queue.claim(self._clock.now_ms())
            if notice is None or not self._send(channel, notice):
                break
            sent += 1
        return sent

    def _send(self, channel: str, notice: Notice) -> bool:
        queue = self._queues[channel]
        try:
            self._channels[channel].send(self._dated(notice))
        except NoticeRefused as error:
            queue.dropped(notice, error.reason)
            logger.warning("Notice %s was not taken (%s).", notice.number, error.reason)
            # The next one may be.
            return True
        except NotSent as error:
            self._note(channel, error.reason)
            queue.failed(notice, error.reason, self._clock.now_ms(), _pause_ms(error))
            return False
        except Exception as error:  # noqa: BLE001 - one channel must not end the others
            # Without the text, which may hold anything.
            reason = f"defect: {type(error).__name__}"
            self._note(channel, reason)
            queue.failed(notice, reason, self._clock.now_ms())
            return False
        self._unmarked[channel] = notice
        self._note(channel, "")
        queue.sent(notice, self._clock.now_ms())
        del self._unmarked[channel]
        return True

    def _dated(self, notice: Notice) -> Notice:
        if self._clock.now_ms() - notice.at_ms < _LATE_MS:
            return notice
        written = moment_in_words(notice.at_ms // SECOND_MS * SECOND_MS)
        return replace(notice, text=f"({written}) {notice.text}")

    def _note(self, channel: str, fault: str) -> None:
        before = self._faults.pop(channel, "")
        if fault:
            self._faults[channel] = fault
        if fault and not before:
            logger.warning("Alerts cannot be sent by %s, and are kept: %s", channel, fault)
        elif before and not fault:
            logger.warning("Alerts are sent by %s again.", channel)

    def _run(self, channel: str) -> None:
        wake = self._wake[channel]
        while not self._stopping.is_set():
            try:
                self.send_due(channel)
            except DatabaseUnavailable:
                # That it is away is told by others; the notices are in it, and wait.
                pass
            except Exception:
                logger.exception("Notices of %s are looked at again in a second.", channel)
            wake.wait(LOOK_SECONDS)
            wake.clear()


def _pause_ms(error: NotSent) -> int | None:
    if error.retry_after_s is not None:
        return round(error.retry_after_s * SECOND_MS)
    # Asking more often would be answered alike.
    return LONGEST_PAUSE_MS if isinstance(error, ChannelRefuses) else None
