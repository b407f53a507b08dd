"""The `aurum.monitor` section of the configuration."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from aurum_plugins.settings import Section

Share = Annotated[float, Field(gt=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class TelegramChannel(_Part):
    """Alerts through the Bot API, from the monitor itself: a dead bot sends nothing.

    Parameters
    ----------
    enabled : bool
    token : SecretStr
        Empty: the one of freqtrade's own `telegram` section, also if that is not enabled.
    chat_id, topic_id : str
        Empty: likewise.
    api : str
        Address of the Bot API.
    """

    enabled: bool = False
    token: SecretStr = SecretStr("")
    chat_id: str = ""
    topic_id: str = ""
    api: str = "https://api.telegram.org"


class WebhookChannel(_Part):
    """Alerts as JSON, posted to an address.

    Parameters
    ----------
    url : SecretStr
        Empty: no webhook. A secret, because such addresses often hold a key.
    """

    url: SecretStr = SecretStr("")


class MonitorSettings(Section):
    """What `aurum monitor` watches for, and whom it tells.

    Parameters
    ----------
    host : str
        Address to listen on. Anything but loopback asks every request for a token.
    port : int
    silent_seconds : float
        A bot whose thread wrote no sign of life for so long is dead.
    hung_seconds : float
        A loop that takes longer hangs.
    first_loop_seconds : float
        The same for the first loop of a process, which has all candles to load.
    forget_days : float
        A bot that was not heard of for so long is not watched any more.
    execution_rate : float in (0, 1]
        Alert if fewer of the entries that were ordered in the last day have filled.
    execution_least : int
        Orders in the last day below which that rate says nothing.
    drawdown : float in (0, 1]
        Alert from this drawdown on: 0.1 is 10 %.
    stale_candles : float
        Alert if a pair's newest closed candle is older than so many candles.
    free_disk_bytes : int
        Alert if less is free where the database is.
    remind_hours : float
        An alert that goes on is told again after so long, if it is high or critical.
    grace_seconds : float
        An alert is over once what it tells of has been gone for so long.
    raises_an_hour : int
        An alert that is raised more often pauses its notices.
    telegram : TelegramChannel
    webhook : WebhookChannel
    """

    section = "aurum.monitor"

    host: str = "127.0.0.1"
    port: int = Field(default=8090, ge=0, le=65_535)
    silent_seconds: Seconds = 20.0
    hung_seconds: Seconds = 25.0
    first_loop_seconds: Seconds = 300.0
    forget_days: float = Field(default=7.0, gt=0, le=3_650)
    execution_rate: Share = 0.9
    execution_least: int = Field(default=10, ge=1)
    drawdown: Share = 0.1
    stale_candles: float = Field(default=3.0, ge=1, le=1_000)
    free_disk_bytes: int = Field(default=1_000_000_000, ge=0)
    remind_hours: float = Field(default=6.0, gt=0, le=8_760)
    grace_seconds: float = Field(default=60.0, ge=0, le=86_400)
    raises_an_hour: int = Field(default=4, ge=1, le=1_000)
    telegram: TelegramChannel = TelegramChannel()
    webhook: WebhookChannel = WebhookChannel()
