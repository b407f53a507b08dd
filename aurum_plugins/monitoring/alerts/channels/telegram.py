"""Alerts through Telegram's Bot API.

From the monitor's own process, because a dead bot sends nothing. Telegram answers with
`{"ok": false, "error_code": ..., "description": ..., "parameters": {"retry_after": ...}}` where it
does not take a message (core.telegram.org/bots/api, "Making requests", "ResponseParameters").
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from pydantic import SecretStr

from aurum_plugins.clock import Clock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.monitoring.alerts.channels.errors import ChannelRefuses, NoticeRefused, NotSent
from aurum_plugins.monitoring.alerts.channels.posting import TIMEOUT_S, Posted, Poster
from aurum_plugins.monitoring.alerts.notice import Notice
from aurum_plugins.sentiment.one_line import one_line

_TOKEN: Final = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
# Of the Bot API; a text has 4096.
_LONGEST_TEXT: Final = 4_000
_LONGEST_REASON: Final = 200
_OK, _TOO_MANY, _FAILING, _BAD_REQUEST = 200, 429, 500, 400
# Descriptions of a bad request that are about whom we write to, and not about what.
_ABOUT_CHAT: Final = ("chat", "thread", "topic", "upgraded", "group", "peer")


class TelegramChannel:
    """Sends messages without any markup: nothing in them can break or become something else.

    Parameters
    ----------
    token : SecretStr
        Of the bot.
    chat_id, topic_id : str
        Where to; a topic may be empty.
    api : str
        Address of the Bot API.
    timeout_s : float
    clock : Clock, optional

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If one of them makes no sense.
    """

    def __init__(
        self,
        token: SecretStr,
        chat_id: str,
        topic_id: str = "",
        *,
        api: str = "https://api.telegram.org",
        timeout_s: float = TIMEOUT_S,
        clock: Clock | None = None,
    ) -> None:
        key = "aurum.monitor.telegram"
        if not _TOKEN.fullmatch(token.get_secret_value()):
            rule = "must be a bot's token, such as 123456:ABC, here or in freqtrade's telegram"
            raise ConfigurationError(f"{key}.token", rule, "(hidden)")
        if not chat_id:
            rule = "must name a chat, here or in freqtrade's telegram"
            raise ConfigurationError(f"{key}.chat_id", rule, chat_id)
        if topic_id and not topic_id.isdecimal():
            raise ConfigurationError(f"{key}.topic_id", "must be a number", topic_id)
        if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", api):
            rule = "must be an address that begins with https:// or http://"
            raise ConfigurationError(f"{key}.api", rule, api)
        url = SecretStr(f"{api.rstrip('/')}/bot{token.get_secret_value()}/sendMessage")
        self._poster = Poster(url, timeout_s=timeout_s, clock=clock)
        self._to: dict[str, Any] = {"chat_id": chat_id}
        if topic_id:
            self._to["message_thread_id"] = int(topic_id)

    def send(self, notice: Notice) -> None:
        """Send a message; see `Channel`."""
        message = {
            **self._to,
            "text": notice.text[:_LONGEST_TEXT],
            "link_preview_options": {"is_disabled": True},
        }
        answer = self._poster.post(message)
        said = _document(answer)
        if answer.status == _OK and said.get("ok") is True:
            return
        raise _error(answer.status, said)


def _error(status: int, said: dict[str, Any]) -> NotSent:
    description = str(said.get("description", ""))
    reason = f"Telegram: HTTP status {status}"
    if description:
        reason += f", {one_line(description, _LONGEST_REASON)}"
    if status == _TOO_MANY:
        return NotSent(reason, _retry_after_s(said))
    if status >= _FAILING or status == _OK or not said:
        # A proxy's page, or half an answer.
        return NotSent(reason)
    about_chat = any(word in description.lower() for word in _ABOUT_CHAT)
    if status == _BAD_REQUEST and not about_chat:
        return NoticeRefused(reason)
    return ChannelRefuses(reason)


def _retry_after_s(said: dict[str, Any]) -> float | None:
    parameters = said.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return float(seconds) if math.isfinite(seconds) else None


def _document(answer: Posted) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
