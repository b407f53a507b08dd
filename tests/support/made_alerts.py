"""Alerts of a bot in trouble, for the monitor's page."""

from __future__ import annotations

from typing import Any, Final

from aurum_plugins.monitoring.alerts.alert import Alert
from aurum_plugins.monitoring.alerts.severity import Severity

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
HEADLINE: Final = '<img src=x onerror="window.stolen = 1"> & "hacked" </title>'


def _alert(number: int, bot: str, rule: str, severity: Severity, text: str, **more: Any) -> Alert:
    fields: dict[str, Any] = {"subject": "", "figures": {}, "ended_ms": None}
    return Alert(number, bot, rule, severity=severity, text=text, **{**fields, **more})


def open_alerts(bot: str, now_ms: int, pair: str) -> tuple[Alert, ...]:
    since = {"since_ms": now_ms - 320_000, "last_ms": now_ms}
    return (
        _alert(
            90,
            bot,
            "bot_silent",
            Severity.CRITICAL,
            "No sign of life for 5 minutes; its API does not answer either.",
            figures={"silence_ms": 340_000, "limit_ms": 20_000, "api": "no answer"},
            **since,
        ),
        _alert(
            89,
            bot,
            "not_finite",
            Severity.CRITICAL,
            "3 values that were not finite reached a model.",
            subject=pair,
            figures={"not_finite": 3},
            **since,
        ),
        _alert(
            88,
            bot,
            "execution_rate",
            Severity.HIGH,
            "Fewer of the entries that were ordered have filled than should.",
            figures={"execution_rate": 0.65, "limit_share": 0.9, "ordered": 20},
            **since,
        ),
        _alert(
            87,
            bot,
            "stale_candles",
            Severity.HIGH,
            f"2 pairs have no fresh candle: {pair}, ETH/USDT.",
            **since,
        ),
        _alert(
            86,
            bot,
            "kill_switch",
            Severity.MEDIUM,
            f"The kill switch is thrown: {HEADLINE}",
            **since,
        ),
        _alert(
            85,
            bot,
            "news_source",
            Severity.LOW,
            "The source has not answered for an hour.",
            subject="rss:coindesk",
            **since,
        ),
    )


def ended_alerts(bot: str, now_ms: int) -> tuple[Alert, ...]:
    texts = (
        ("breaker_open", Severity.HIGH, "kraken is shut out after 5 errors.", "kraken"),
        ("model_rejected", Severity.HIGH, "A new model was rejected: AUC 0.49.", "SOL/USDT"),
        ("bot_hung", Severity.CRITICAL, "The loop has been under way for 41 s.", ""),
    )
    return tuple(
        _alert(
            20 - number,
            bot,
            rule,
            severity,
            text,
            subject=subject,
            since_ms=now_ms - (number + 2) * 5 * HOUR_MS,
            last_ms=now_ms - (number + 2) * 5 * HOUR_MS + 9 * MINUTE_MS,
            ended_ms=now_ms - (number + 2) * 5 * HOUR_MS + 10 * MINUTE_MS,
        )
        for number, (rule, severity, text, subject) in enumerate(texts)
    )
