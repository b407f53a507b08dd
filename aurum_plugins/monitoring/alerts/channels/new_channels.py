"""The channels that the configuration names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import SecretStr

from aurum_plugins.clock import Clock
from aurum_plugins.monitoring.alerts.channels.channel import Channel
from aurum_plugins.monitoring.alerts.channels.log import LogChannel
from aurum_plugins.monitoring.alerts.channels.telegram import TelegramChannel
from aurum_plugins.monitoring.alerts.channels.webhook import WebhookChannel
from aurum_plugins.monitoring.settings import MonitorSettings

TELEGRAM_TOKEN: Final = "AURUM_TELEGRAM_TOKEN"  # noqa: S105 - the variable's name
WEBHOOK_URL: Final = "AURUM_WEBHOOK_URL"


def new_channels(
    settings: MonitorSettings,
    config: Mapping[str, Any],
    environment: Mapping[str, str],
    clock: Clock,
) -> dict[str, Channel]:
    """Make them, by the names that they have in the database.

    Parameters
    ----------
    settings : MonitorSettings
    config : mapping
        A whole freqtrade configuration: its `telegram` section fills in what ours leaves open.
    environment : mapping of str to str
        `os.environ`. Its secrets come before those of the settings.
    clock : Clock

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If one cannot be made as it is asked for.
    """
    channels: dict[str, Channel] = {"log": LogChannel()}
    if settings.telegram.enabled:
        channels["telegram"] = _telegram(settings, config, environment, clock)
    url = environment.get(WEBHOOK_URL, "").strip() or settings.webhook.url.get_secret_value()
    if url:
        channels["webhook"] = WebhookChannel(SecretStr(url), clock=clock)
    return channels


def _telegram(
    settings: MonitorSettings,
    config: Mapping[str, Any],
    environment: Mapping[str, str],
    clock: Clock,
) -> TelegramChannel:
    ours = settings.telegram
    theirs = config.get("telegram")
    given: Mapping[str, Any] = theirs if isinstance(theirs, Mapping) else {}
    own = environment.get(TELEGRAM_TOKEN, "").strip() or ours.token.get_secret_value().strip()
    token = own or str(given.get("token") or "").strip()
    chat_id = ours.chat_id.strip()
    topic_id = ours.topic_id.strip()
    if not chat_id:
        # A topic is one of its chat.
        chat_id = str(given.get("chat_id") or "").strip()
        topic_id = topic_id or str(given.get("topic_id") or "").strip()
    return TelegramChannel(SecretStr(token), chat_id, topic_id, api=ours.api, clock=clock)
