"""Alerts as JSON, posted to an address."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from aurum_plugins.clock import Clock, WallClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.venues.answer_heads import retry_after
from aurum_plugins.monitoring.alerts.channels.errors import ChannelRefuses, NoticeRefused, NotSent
from aurum_plugins.monitoring.alerts.channels.posting import TIMEOUT_S, Poster
from aurum_plugins.monitoring.alerts.notice import Notice

KEY: Final = "aurum.monitor.webhook.url"
# Bad request, too large, what is sent makes no sense.
_REFUSING_THIS: Final = frozenset({400, 413, 422})
_TIMEOUT, _TOO_MANY, _FAILING = 408, 429, 500
_SUCCESS = range(200, 300)


class WebhookChannel:
    """Posts `notice_document` of each notice; any status from 200 to 299 is a success.

    Parameters
    ----------
    url : SecretStr
    timeout_s : float
    clock : Clock, optional

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If it is no address of the web.
    """

    def __init__(
        self, url: SecretStr, *, timeout_s: float = TIMEOUT_S, clock: Clock | None = None
    ) -> None:
        self._clock = clock or WallClock()
        _check(url.get_secret_value())
        self._poster = Poster(url, timeout_s=timeout_s, clock=self._clock)

    def send(self, notice: Notice) -> None:
        """Post it; see `Channel`."""
        answer = self._poster.post(notice_document(notice))
        status = answer.status
        if status in _SUCCESS:
            return
        reason = f"webhook: HTTP status {status}"
        if status in _REFUSING_THIS:
            raise NoticeRefused(reason)
        if status in {_TIMEOUT, _TOO_MANY} or status >= _FAILING:
            told = {name.lower(): value for name, value in answer.headers.items()}
            raise NotSent(reason, retry_after(told, self._clock.now_ms()))
        raise ChannelRefuses(reason)


def notice_document(notice: Notice) -> dict[str, object]:
    """What is posted; times are UTC milliseconds."""
    alert = notice.alert
    return {
        "notice": notice.number,
        "alert": alert.number,
        "kind": notice.kind.value,
        "bot": alert.bot,
        "rule": alert.rule,
        "subject": alert.subject,
        "severity": alert.severity.value,
        "text": notice.text,
        "at": notice.at_ms,
        "since": alert.since_ms,
        "ended": alert.ended_ms,
        "figures": dict(alert.figures),
    }


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_fine = parts.scheme in {"http", "https"} and bool(parts.hostname)
        # Raises if it is no number.
        _ = parts.port
    except ValueError:
        is_fine = False
    # A misspelt one may show the key in it, so none is shown.
    if not is_fine or not url.isprintable() or " " in url:
        rule = "must be an address that begins with https:// or http://"
        raise ConfigurationError(KEY, rule, "(hidden)")
    if "@" in parts.netloc:
        rule = "must have no user and no password in it; a key belongs into its path"
        raise ConfigurationError(KEY, rule, "(hidden)")
