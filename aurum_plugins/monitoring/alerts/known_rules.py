"""The rules that a bot is watched by."""

from __future__ import annotations

from aurum_plugins.monitoring.alerts.rules.bot_hung import BotHung
from aurum_plugins.monitoring.alerts.rules.bot_silent import BotSilent
from aurum_plugins.monitoring.alerts.rules.breaker_open import BreakerOpen
from aurum_plugins.monitoring.alerts.rules.drawdown import Drawdown
from aurum_plugins.monitoring.alerts.rules.execution_rate import ExecutionRate
from aurum_plugins.monitoring.alerts.rules.kill_switch import KillSwitch
from aurum_plugins.monitoring.alerts.rules.loop_failing import LoopFailing
from aurum_plugins.monitoring.alerts.rules.model_fault import ModelFault
from aurum_plugins.monitoring.alerts.rules.model_rejected import ModelRejected
from aurum_plugins.monitoring.alerts.rules.news_source import NewsSource
from aurum_plugins.monitoring.alerts.rules.no_decisions import NoDecisions
from aurum_plugins.monitoring.alerts.rules.not_finite import NotFinite
from aurum_plugins.monitoring.alerts.rules.nothing_opens import NothingOpens
from aurum_plugins.monitoring.alerts.rules.orders_unsettled import OrdersUnsettled
from aurum_plugins.monitoring.alerts.rules.rule import Rule
from aurum_plugins.monitoring.alerts.rules.stale_candles import StaleCandles
from aurum_plugins.monitoring.alerts.rules.unread import Unread
from aurum_plugins.monitoring.settings import MonitorSettings


def known_rules(settings: MonitorSettings) -> tuple[Rule, ...]:
    """All rules, those about the bot's life first."""
    return (
        BotSilent(settings),
        BotHung(settings),
        LoopFailing(),
        NoDecisions(settings),
        StaleCandles(settings),
        NotFinite(),
        ModelFault(),
        ModelRejected(),
        Drawdown(settings),
        NothingOpens(),
        KillSwitch(),
        OrdersUnsettled(),
        ExecutionRate(settings),
        BreakerOpen(),
        NewsSource(),
        Unread(),
    )
