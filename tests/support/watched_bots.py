"""Snapshots of made-up bots, and something that shows them as a monitor does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.monitoring.alerts.alert import Alert
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.monitor_health import MonitorHealth
from aurum_plugins.monitoring.report_store import Reported
from aurum_plugins.monitoring.reports import (
    AccountReport,
    CandleReport,
    HeldReport,
    LoopReport,
    ModelReport,
    PairCandles,
    PairModel,
    TradeReport,
)
from aurum_plugins.monitoring.snapshot.bot_snapshot import (
    BotSnapshot,
    DecisionCounts,
    EquityPoint,
    Forecast,
    MoodWord,
    Owed,
    PairConsensus,
    ServingModel,
    SourceWord,
    SwitchWord,
    VenueWord,
)
from aurum_plugins.reasons import Action, Reason

NOW_MS = 1_750_000_000_000
PAIR = "BTC/USDT"
BOT = "Mine (dry run)"
HEALTH = MonitorHealth(
    version="0.1.0",
    started_ms=NOW_MS - 60_000,
    database="sqlite:///user_data/aurum.sqlite",
    database_reachable=True,
    at_ms=NOW_MS - 500,
    took_ms=12.5,
    looks=30,
    bots=1,
)


class ShownBots:
    """Snapshots and a health that a test may replace."""

    def __init__(self, *snapshots: BotSnapshot, health: MonitorHealth = HEALTH) -> None:
        self.shown: dict[str, BotSnapshot] = {each.bot: each for each in snapshots}
        self.is_well = health

    def snapshots(self) -> Mapping[str, BotSnapshot]:
        return self.shown

    def health(self) -> MonitorHealth:
        return self.is_well


def full_snapshot(bot: str = BOT, pair: str = PAIR, **changes: Any) -> BotSnapshot:
    """A bot of which everything is known, with figures that no two parts share."""
    decision = Decision(
        pair=pair,
        timeframe="1h",
        candle_ms=NOW_MS - 3_600_000,
        action=Action.HOLD,
        signal=Reason.NO_BREAKOUT,
        verdict=Verdict.NONE,
        reason=Reason.NO_BREAKOUT,
        decided_ms=NOW_MS - 1_000,
        strategy="AurumStrategy",
    )
    snapshot = BotSnapshot(
        bot=bot,
        now_ms=NOW_MS,
        switch=SwitchWord("armed"),
        loop=Reported(
            NOW_MS - 3_000,
            LoopReport(
                pid=7,
                host="trader1",
                started_ms=NOW_MS - 100_000,
                state="running",
                loop_began_ms=NOW_MS - 6_000,
                loop_ended_ms=NOW_MS - 4_000,
                loops=21,
                failures=2,
                strategy="AurumStrategy",
                memory_bytes=400_000_000,
            ),
        ),
        account=Reported(
            NOW_MS - 3_000,
            AccountReport(
                cash=900.0,
                equity=1_011.5,
                exposure=111.5,
                drawdown=0.013,
                positions=(
                    HeldReport(pair=pair, amount=0.5, open_rate=200.0, price=223.0, profit=11.5),
                ),
                free_slots=2,
                risk_to_stops=31.0,
                day_loss=0.004,
                size_scale=0.75,
            ),
        ),
        trades=Reported(NOW_MS - 3_000, TradeReport(closed=17, won=9, profit=41.5)),
        candles=Reported(
            NOW_MS - 3_000,
            CandleReport(
                interval_ms=3_600_000,
                pairs=(PairCandles(pair=pair, newest_ms=NOW_MS - 3_605_000),),
            ),
        ),
        models=Reported(
            NOW_MS - 3_000,
            ModelReport(
                model="AurumEnsemble",
                identifier="one",
                pairs=(PairModel(pair=pair, predicted_ms=NOW_MS - 8_000, rows_refused=5),),
            ),
        ),
        equity=(EquityPoint(NOW_MS - 60_000, 1_011.5, 111.5, 0.013),),
        counts=DecisionCounts({"none": 23, "approved": 1}, {"NO_BREAKOUT": 23}, 10, 9),
        newest=(decision,),
        lately=(decision,),
        forecasts=(Forecast(pair, NOW_MS - 3_600_000, 0.61, 0.33, 1.2, ready=True),),
        serving=(ServingModel(pair, "v3", NOW_MS - 50_000, {"up_24h": {"auc": 0.55}}),),
        venues=(VenueWord("kraken", "closed", NOW_MS, True, 0.02, 180.0, NOW_MS - 1_000),),
        consensus=(PairConsensus(pair, NOW_MS - 3_600_000, 223.1, 0.97, 3, ""),),
        moods=(
            MoodWord("BTC", 0.25, 4.0, 0.1, available=True),
            MoodWord("ETH", 0.0, 0.0, 0.0, available=False),
        ),
        sources=(SourceWord("coindesk", NOW_MS - 9_000, NOW_MS - 9_000, "", 88),),
        owed=(Owed("USDT", Decimal("2.50"), Decimal(0), Decimal("1.25"), 4),),
        alerts=(
            Alert(1, bot, "drawdown", "", Severity.HIGH, "It fell.", {}, NOW_MS, NOW_MS, None),
            Alert(2, bot, "disk", "", Severity.HIGH, "Full.", {}, NOW_MS - 9, NOW_MS - 8, NOW_MS),
        ),
    )
    return replace(snapshot, **changes)


def empty_snapshot(bot: str = BOT, **changes: Any) -> BotSnapshot:
    """A bot of which nothing is known but its name."""
    return replace(BotSnapshot(bot=bot, now_ms=NOW_MS, switch=SwitchWord("armed")), **changes)
