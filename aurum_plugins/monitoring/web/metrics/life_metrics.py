"""Whether a bot lives, and how its loop goes round."""

from __future__ import annotations

from collections.abc import Iterable

from aurum_plugins.monitoring.reports import LoopReport
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.monitoring.web.metrics.metric import (
    SECOND,
    Metric,
    Sample,
    age_seconds,
    single,
)

_SWITCH_STATES = ("armed", "halted", "flat")


def life_metrics(settings: MonitorSettings) -> tuple[Metric, ...]:
    """The metrics, with the silence from which on a bot counts as dead."""

    def up(bot: BotSnapshot) -> float | None:
        if bot.loop is None:
            return None
        is_silent = bot.now_ms - bot.loop.at_ms > settings.silent_seconds * SECOND
        return float(not is_silent and bot.loop.report.state != "exited")

    return (
        single("aurum_bot_up", "1 while the bot gives signs of life", "loop", up),
        single(
            "aurum_bot_heartbeat_age_seconds",
            "Since the bot's last sign of life",
            "loop",
            lambda bot: age_seconds(bot, bot.loop.at_ms if bot.loop else None),
        ),
        single(
            "aurum_bot_uptime_seconds",
            "Since the bot's process began to trade",
            "loop",
            lambda bot: age_seconds(bot, bot.loop.report.started_ms if bot.loop else None),
        ),
        single(
            "aurum_bot_loop_age_seconds",
            "Since the last loop ended",
            "loop",
            lambda bot: age_seconds(bot, bot.loop.report.loop_ended_ms if bot.loop else None),
        ),
        single(
            "aurum_bot_loop_running_seconds",
            "How long the loop that is under way takes already; 0 between loops",
            "loop",
            lambda bot: None if bot.loop is None else _running(bot, bot.loop.report),
        ),
        single(
            "aurum_bot_loop_duration_seconds",
            "How long the last loop took, once it has ended",
            "loop",
            lambda bot: None if bot.loop is None else _duration(bot.loop.report),
        ),
        single(
            "aurum_bot_loops_total",
            "Loops since the bot's start",
            "loop",
            lambda bot: bot.loop.report.loops if bot.loop else None,
            is_counter=True,
        ),
        single(
            "aurum_bot_loop_failures_total",
            "Loops since the bot's start that ended with an error",
            "loop",
            lambda bot: bot.loop.report.failures if bot.loop else None,
            is_counter=True,
        ),
        single(
            "aurum_bot_memory_bytes",
            "Resident memory of the bot's process",
            "loop",
            lambda bot: bot.loop.report.memory_bytes if bot.loop else None,
        ),
        Metric(
            "aurum_bot_info",
            "Always 1; the labels tell what runs",
            "loop",
            _info,
            ("strategy", "timeframe", "exchange", "currency", "mode", "freqtrade", "aurum"),
        ),
        Metric(
            "aurum_switch_state",
            "1 for the state of the kill switch that counts, 0 for the others",
            "switch",
            _switch,
            ("state",),
        ),
    )


def _running(bot: BotSnapshot, loop: LoopReport) -> float:
    if loop.loop_began_ms <= loop.loop_ended_ms:
        return 0.0
    return (bot.now_ms - loop.loop_began_ms) / SECOND


def _duration(loop: LoopReport) -> float | None:
    if not 0 < loop.loop_began_ms <= loop.loop_ended_ms:
        return None
    return (loop.loop_ended_ms - loop.loop_began_ms) / SECOND


def _info(bot: BotSnapshot) -> Iterable[Sample]:
    if bot.loop is not None:
        loop = bot.loop.report
        mode = "dry run" if loop.dry_run else "live"
        told = (loop.strategy, loop.timeframe, loop.exchange, loop.currency, mode)
        yield (*told, loop.freqtrade, loop.aurum), 1.0


def _switch(bot: BotSnapshot) -> Iterable[Sample]:
    if bot.switch.state in _SWITCH_STATES:
        for state in _SWITCH_STATES:
            yield (state,), float(state == bot.switch.state)
