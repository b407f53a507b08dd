"""Snapshots of a bot that is well, and conditions, notices and channels to test alerts with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aurum_plugins.clock import MINUTE_MS, SECOND_MS
from aurum_plugins.monitoring.alerts.alert import Alert, NoticeKind
from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.notice import Notice
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.report_store import Reported
from aurum_plugins.monitoring.reports import (
    AccountReport,
    CandleReport,
    LoopReport,
    ModelReport,
    PairCandles,
    PairModel,
)
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot, SwitchWord

NOW_MS = 1_795_435_200_000
BOT = "freqtrade (live)"
PAIRS = ("BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT", "ADA/USDT")
INTERVAL_MS = 5 * MINUTE_MS


def loop_report(age_ms: int = 2 * SECOND_MS, **changes: Any) -> Reported[LoopReport]:
    """A bot that ended its 100th loop three seconds before it last wrote."""
    at_ms = NOW_MS - age_ms
    report = {
        "pid": 17,
        "host": "trader",
        "started_ms": NOW_MS - 100 * INTERVAL_MS,
        "state": "running",
        "loop_began_ms": at_ms - 4 * SECOND_MS,
        "loop_ended_ms": at_ms - 3 * SECOND_MS,
        "loops": 100,
        "timeframe": "5m",
        "api": "http://127.0.0.1:8080",
    } | changes
    return Reported(at_ms, LoopReport(**report))


def candle_report(**newest_ms: int | None) -> Reported[CandleReport]:
    """All pairs have the last closed candle, but those that are named without their "/USDT"."""
    pairs = tuple(
        PairCandles(
            pair=pair,
            newest_ms=newest_ms.get(pair.partition("/")[0], NOW_MS - INTERVAL_MS - 1),
        )
        for pair in PAIRS
    )
    return Reported(NOW_MS, CandleReport(interval_ms=INTERVAL_MS, pairs=pairs))


def account_report(**changes: Any) -> Reported[AccountReport]:
    """1,000 in cash, nothing held."""
    fields = {"cash": 1_000.0, "equity": 1_000.0, "drawdown": 0.0, "drawdown_stop": 0.2}
    return Reported(NOW_MS, AccountReport(**(fields | changes)))


def model_report(*pairs: PairModel) -> Reported[ModelReport]:
    """FreqAI's, with these pairs."""
    return Reported(NOW_MS, ModelReport(model="AurumEnsemble", identifier="test", pairs=pairs))


def snapshot(**changes: Any) -> BotSnapshot:
    """A bot that is well; with `changes` of its fields."""
    well = BotSnapshot(
        bot=BOT,
        now_ms=NOW_MS,
        switch=SwitchWord("armed"),
        loop=loop_report(),
        candles=candle_report(),
        account=account_report(),
        models=model_report(PairModel(pair="BTC/USDT")),
    )
    return replace(well, **changes)


def condition(
    rule: str = "drawdown",
    severity: Severity = Severity.HIGH,
    subject: str = "",
    text: str = "the equity is 12.0% below its peak",
    **figures: Any,
) -> Condition:
    """Something that is wrong."""
    return Condition(rule, severity, text, subject, figures)


def notice(number: int = 1, **changes: Any) -> Notice:
    """To be sent now."""
    alert = Alert(
        number=5,
        bot=BOT,
        rule="drawdown",
        subject="",
        severity=Severity.HIGH,
        text="the equity is 12.0% below its peak",
        figures={"drawdown_share": 0.12},
        since_ms=NOW_MS,
        last_ms=NOW_MS,
        ended_ms=None,
    )
    fields: dict[str, Any] = {
        "number": number,
        "alert": alert,
        "channel": "telegram",
        "kind": NoticeKind.RAISED,
        "text": f"HIGH, {BOT}: the equity is 12.0% below its peak",
        "at_ms": NOW_MS,
        "attempts": 1,
    }
    return Notice(**(fields | changes))


class NotingChannel:
    """Notes what it sends; fails with the errors that it is given, one each.

    Attributes
    ----------
    sent : list of Notice
    errors : list of Exception
    """

    def __init__(self) -> None:
        self.sent: list[Notice] = []
        self.errors: list[BaseException] = []

    def send(self, notice: Notice) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(notice)

    @property
    def texts(self) -> list[str]:
        return [notice.text for notice in self.sent]
