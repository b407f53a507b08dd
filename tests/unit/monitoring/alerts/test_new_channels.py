"""Which channels the configuration makes, and that no secret is shown."""

from __future__ import annotations

import logging

import pytest
from pydantic import SecretStr
from watched_snapshots import NOW_MS, notice

from aurum_plugins.clock import VirtualClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.monitoring.alerts.alert import NoticeKind
from aurum_plugins.monitoring.alerts.channels.errors import ChannelRefuses, NoticeRefused, NotSent
from aurum_plugins.monitoring.alerts.channels.log import LogChannel
from aurum_plugins.monitoring.alerts.channels.new_channels import new_channels
from aurum_plugins.monitoring.alerts.channels.telegram import TelegramChannel
from aurum_plugins.monitoring.alerts.channels.webhook import WebhookChannel, notice_document
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.settings import MonitorSettings

TOKEN = "123456:AAsecret-Token_x"
THEIRS = {"token": TOKEN, "chat_id": 42, "topic_id": "7"}
CLOCK = VirtualClock(NOW_MS)


def made(monitor, telegram=None, **environment: str):
    config = {"aurum": {"monitor": monitor}, "telegram": telegram or {}}
    return new_channels(MonitorSettings.from_config(config), config, environment, CLOCK)


def test_by_default_alerts_are_logged() -> None:
    assert set(made({}, THEIRS)) == {"log"}


def test_telegram_takes_what_freqtrade_has() -> None:
    channels = made({"telegram": {"enabled": True}}, THEIRS)
    assert set(channels) == {"log", "telegram"}
    assert channels["telegram"]._to == {"chat_id": "42", "message_thread_id": 7}


def test_what_is_given_to_us_comes_first() -> None:
    ours = {"enabled": True, "token": "1:a", "chat_id": "-100", "api": "http://127.0.0.1:1/"}
    channel = made({"telegram": ours}, THEIRS)["telegram"]
    assert channel._to == {"chat_id": "-100"}
    assert channel._poster._url.get_secret_value() == "http://127.0.0.1:1/bot1:a/sendMessage"
    channel = made({"telegram": ours}, THEIRS, AURUM_TELEGRAM_TOKEN=" 2:b ")["telegram"]
    assert "/bot2:b/" in channel._poster._url.get_secret_value()


def test_the_webhook_comes_from_the_environment_or_the_configuration() -> None:
    assert "webhook" in made({"webhook": {"url": "https://example.com/hook"}})
    assert "webhook" in made({}, AURUM_WEBHOOK_URL="https://example.com/hook")


@pytest.mark.parametrize(
    ("monitor", "telegram", "key"),
    [
        ({"telegram": {"enabled": True}}, {}, "aurum.monitor.telegram.token"),
        ({"telegram": {"enabled": True}}, None, "aurum.monitor.telegram.token"),
        ({"telegram": {"enabled": True, "token": "secret"}}, {}, "aurum.monitor.telegram.token"),
        (
            {"telegram": {"enabled": True, "token": "1:secret/../x"}},
            {},
            "aurum.monitor.telegram.token",
        ),
        (
            {"telegram": {"enabled": True, "token": "1:secret"}},
            {},
            "aurum.monitor.telegram.chat_id",
        ),
        (
            {"telegram": {"enabled": True, "topic_id": "x"}},
            THEIRS,
            "aurum.monitor.telegram.topic_id",
        ),
        ({"telegram": {"enabled": True, "api": "ftp://x"}}, THEIRS, "aurum.monitor.telegram.api"),
        ({"webhook": {"url": "secret"}}, {}, "aurum.monitor.webhook.url"),
        ({"webhook": {"url": "ftp://x/secret"}}, {}, "aurum.monitor.webhook.url"),
        ({"webhook": {"url": "http://x:port/secret"}}, {}, "aurum.monitor.webhook.url"),
        ({"webhook": {"url": "http://x/secret\n"}}, {}, "aurum.monitor.webhook.url"),
        ({"webhook": {"url": "http://u:secret@x/"}}, {}, "aurum.monitor.webhook.url"),
        ({"webhook": {"url": 5}}, {}, "aurum.monitor.webhook.url"),
    ],
)
def test_what_makes_no_sense_is_named_without_secrets(monitor, telegram, key) -> None:
    with pytest.raises(ConfigurationError) as refused:
        made(monitor, telegram)
    assert refused.value.key == key
    assert "secret" not in str(refused.value)
    assert "5" not in str(refused.value) or key.endswith("token")


def test_channels_show_no_secret() -> None:
    telegram = TelegramChannel(SecretStr(TOKEN), "42")
    webhook = WebhookChannel(SecretStr("https://example.com/secret"))
    for channel in (telegram, webhook):
        shown = repr(channel) + repr(vars(channel)) + repr(vars(channel._poster))
        assert "secret" not in shown


@pytest.mark.parametrize(
    ("severity", "kind", "level"),
    [
        ("low", NoticeKind.RAISED, logging.INFO),
        ("medium", NoticeKind.RAISED, logging.WARNING),
        ("high", NoticeKind.STILL, logging.ERROR),
        ("critical", NoticeKind.WORSE, logging.CRITICAL),
        ("critical", NoticeKind.ENDED, logging.INFO),
    ],
)
def test_the_log_has_a_level_for_each_severity(severity, kind, level, caplog) -> None:
    one = notice()
    alert = type(one.alert)(**{**vars(one.alert), "severity": Severity(severity)})
    with caplog.at_level(logging.INFO):
        LogChannel().send(notice(alert=alert, kind=kind, text="100 %s {x}"))
    (record,) = caplog.records
    assert record.levelno == level
    assert record.getMessage() == "Alert 5: 100 %s {x}"


def test_the_document_of_a_webhook() -> None:
    assert notice_document(notice(3)) == {
        "notice": 3,
        "alert": 5,
        "kind": "raised",
        "bot": "freqtrade (live)",
        "rule": "drawdown",
        "subject": "",
        "severity": "high",
        "text": "HIGH, freqtrade (live): the equity is 12.0% below its peak",
        "at": NOW_MS,
        "since": NOW_MS,
        "ended": None,
        "figures": {"drawdown_share": 0.12},
    }


def test_the_tree_of_errors() -> None:
    assert issubclass(ChannelRefuses, NotSent)
    assert issubclass(NoticeRefused, NotSent)
    assert NotSent("slow", 3.0).retry_after_s == 3.0
