"""The `aurum.telegram` section of the configuration."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import field_validator

from aurum_plugins.settings import Section

USUAL_API = "https://api.telegram.org"


class TelegramSettings(Section):
    """Where freqtrade's Telegram bot finds the Bot API; all else is in freqtrade's own section.

    Parameters
    ----------
    api : str
        Address of the Bot API, or of what stands before it. The bot's token is a part of every
        address that is asked there, so anything but https must be on this machine, or go by a name
        without a dot, such as a container's.

    Examples
    --------
    >>> config = {"aurum": {"telegram": {"api": "http://127.0.0.1:8081/"}}}
    >>> TelegramSettings.from_config(config).api
    'http://127.0.0.1:8081'
    """

    section = "aurum.telegram"

    api: str = USUAL_API

    @field_validator("api")
    @classmethod
    def _safe(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            host = parts.hostname or ""
        except ValueError:
            host = ""
        if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
            raise ValueError(f"must be an address such as {USUAL_API}")
        if parts.scheme == "http" and not _is_near(host):
            raise ValueError("must begin with https: the bot's token is sent there")
        return value.rstrip("/")


def _is_near(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return "." not in host
