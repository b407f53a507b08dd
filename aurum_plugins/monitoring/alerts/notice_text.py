"""Alerts in words."""

from __future__ import annotations

from typing import Final

from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.execution.figure_words import moment_in_words
from aurum_plugins.monitoring.alerts.alert import Alert, NoticeKind
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.sentiment.one_line import one_line

LONGEST_TEXT: Final = 1_000
_LONGEST_NAME: Final = 80
_MONITOR: Final = "monitor"


def notice_text(
    kind: NoticeKind,
    alert: Alert,
    now_ms: int,
    *,
    before: Severity | None = None,
    because: str = "",
) -> str:
    """One plain line for people.

    Parameters
    ----------
    kind : NoticeKind
    alert : Alert
    now_ms : int
        UTC milliseconds.
    before : Severity, optional
        What it was told as, where it has become worse.
    because : str
        Why it is over, if not because what was wrong is gone.
    """
    bot = one_line(alert.bot, _LONGEST_NAME) or _MONITOR
    loud = alert.severity.value.upper()
    since = f"since {moment_in_words(alert.since_ms // 1_000 * 1_000)}"
    lines = {
        NoticeKind.RAISED: lambda: f"{loud}, {bot}: {alert.text}",
        NoticeKind.WORSE: lambda: f"{loud} (was {before}), {bot}: {alert.text}",
        NoticeKind.STILL: lambda: f"still {loud}, {bot}, {since}: {alert.text}",
        NoticeKind.ENDED: lambda: _ended(bot, alert, now_ms, because),
        NoticeKind.PAUSED: lambda: (
            f"{loud}, {bot}: {alert.text}. It comes and goes: nothing more is told of "
            f"{_name(alert)} until it has held still for an hour"
        ),
    }
    return one_line(lines[kind](), LONGEST_TEXT)


def _ended(bot: str, alert: Alert, now_ms: int, because: str) -> str:
    why = f", {because}" if because else ""
    return f"over after {elapsed(alert.since_ms, now_ms)}{why}, {bot}: {alert.text}"


def _name(alert: Alert) -> str:
    return f"{alert.rule} ({alert.subject})" if alert.subject else alert.rule
