"""Snapshots of bots for the monitor's page: a lively one, an empty one, and one in trouble."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from decisions import decision, wanted
from made_alerts import HEADLINE, MINUTE_MS, ended_alerts, open_alerts
from made_reports import (
    HOUR_MS,
    PAIRS,
    account_report,
    candle_report,
    equity,
    loop_report,
    newest_candle,
    trade_report,
)

from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.monitoring.report_store import Reported
from aurum_plugins.monitoring.reports import (
    HeldReport,
    ModelReport,
    PairModel,
)
from aurum_plugins.monitoring.snapshot.bot_snapshot import (
    BotSnapshot,
    DecisionCounts,
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

SCRIPT: Final = "<script>window.stolen = 1</script>"
LONG: Final = "A bot with a name that somebody thought long about and then made longer " * 2


def lively(now_ms: int, bot: str = "Aurum (dry run)", **changes: Any) -> BotSnapshot:
    """A bot that trades five pairs and is well."""
    began = now_ms - 3_200
    fields: dict[str, Any] = {
        "bot": bot,
        "now_ms": now_ms,
        "switch": SwitchWord("armed", "after the holidays", "anna", now_ms - 190 * HOUR_MS),
        "loop": Reported(now_ms - 1_400, loop_report(now_ms, began, began + 412)),
        "account": Reported(now_ms - 1_400, account_report(now_ms)),
        "trades": Reported(now_ms - 1_400, trade_report(now_ms)),
        "candles": Reported(now_ms - 1_400, candle_report(now_ms)),
        "models": Reported(now_ms - 1_400, _models(now_ms)),
        "equity": equity(now_ms),
        "counts": _COUNTS,
        "newest": tuple(_newest(now_ms)),
        "lately": tuple(_lately(now_ms)),
        "forecasts": tuple(_forecasts(now_ms)),
        "serving": tuple(_serving(now_ms)),
        "venues": tuple(_venues(now_ms)),
        "consensus": tuple(_consensus(now_ms)),
        "moods": _MOODS,
        "sources": _sources(now_ms),
        "owed": (
            Owed("USDT", Decimal("18.40275"), Decimal("41.2"), Decimal("203.59"), 137),
            Owed("BTC", Decimal("0.00012345"), Decimal(0), Decimal(0), 3),
        ),
        "alerts": ended_alerts(bot, now_ms),
    }
    return BotSnapshot(**{**fields, **changes})


def quiet(now_ms: int, bot: str = "New (dry run)") -> BotSnapshot:
    """A bot of which nothing is known but its name."""
    return BotSnapshot(bot=bot, now_ms=now_ms, switch=SwitchWord("armed"))


def in_trouble(now_ms: int, bot: str = LONG + SCRIPT) -> BotSnapshot:
    """A dead bot with open alerts, unknown figures, unreadable parts, and texts that attack."""
    pair = f"{SCRIPT}/USDT"
    silent = now_ms - 340_000
    held = HeldReport(pair=pair, trade_id=7, amount=1.5, open_rate=100.0, opened_ms=silent)
    account = account_report(now_ms).model_copy(
        update={
            "equity": None,
            "exposure": None,
            "drawdown": 0.191,
            "risk_to_stops": None,
            "positions": (*account_report(now_ms).positions[:1], held),
            "day_loss": 0.041,
            "week_loss": 0.068,
            "losing_streak": 7,
            "size_scale": 0.0,
            "refusal": "DRAWDOWN",
        }
    )
    models = ModelReport(
        model="AurumEnsemble",
        identifier="aurum-live",
        pairs=(
            PairModel(pair=pair, version="20261122-0901", not_finite=3, fault=HEADLINE),
            PairModel(pair="ETH/USDT", fault="too few rows to train with: 120 of 500"),
        ),
    )
    loop = loop_report(now_ms, silent - 30_000, silent - 31_000).model_copy(
        update={"dry_run": False, "failures": 12, "failures_in_row": 4, "memory_bytes": None}
    )
    return lively(
        now_ms,
        bot,
        switch=SwitchWord("halted", HEADLINE, "telegram:bob", now_ms - 2 * HOUR_MS),
        loop=Reported(silent, loop),
        account=Reported(silent, account),
        trades=None,
        candles=Reported(silent, candle_report(now_ms - 5 * HOUR_MS, (pair, "ETH/USDT"))),
        models=Reported(silent, models),
        counts=replace(_COUNTS, ordered=20, filled=13),
        newest=(_shocked(now_ms, pair), *tuple(_newest(now_ms))[1:3]),
        lately=(_shocked(now_ms, pair), *_lately(now_ms)),
        forecasts=(
            Forecast(pair, newest_candle(now_ms), None, None, None, ready=False),
            Forecast("ETH/USDT", newest_candle(now_ms), 0.71, 0.9, None, ready=False),
        ),
        serving=(),
        venues=(
            VenueWord("kraken", "open", silent, False, 0.62, 8_042.0, None),
            VenueWord("coinbase", "half-open", silent, True, None, None, silent - 50_000),
        ),
        consensus=(PairConsensus("ETH/USDT", newest_candle(now_ms), None, 0.0, 1, "DISAGREEMENT"),),
        moods=(
            MoodWord("BTC", 0.0, 0.0, 0.0, available=False),
            MoodWord("ETH", -0.82, 41.0, 0.2, available=True, shock=HEADLINE),
        ),
        sources=(
            SourceWord("rss:coindesk", silent, None, "it answered 503 Service Unavailable", 0),
        ),
        owed=(),
        unsettled_orders=2,
        oldest_unsettled_ms=silent,
        alerts=(*open_alerts(bot, now_ms, pair), *ended_alerts(bot, now_ms)),
        faults={
            "owed": "number 41 of the ledger was changed after it was written",
            "serving": f"the folder /srv/models/{SCRIPT} is not on this machine",
        },
    )


_COUNTS: Final = DecisionCounts(
    verdicts={"none": 97, "refused": 14, "approved": 8, "pending": 1},
    reasons={
        "NO_BREAKOUT": 81,
        "BEAR_MARKET": 9,
        "UNLIKELY": 7,
        "FILLED": 7,
        "WIDE_SPREAD": 5,
        "NO_FORECAST": 4,
        "TOTAL_CAP": 3,
        "NO_CONSENSUS": 2,
        "CANCELLED": 1,
        "BREAKOUT": 1,
    },
    ordered=8,
    filled=7,
)

_MOODS: Final = (
    MoodWord("*", 0.12, 214.3, 0.41, available=True),
    MoodWord("BTC", 0.34, 88.1, 0.3, available=True),
    MoodWord("ETH", -0.21, 40.2, 0.35, available=True),
    MoodWord("SOL", 0.0, 0.0, 0.0, available=True),
    MoodWord("ADA", 0.0, 0.0, 0.0, available=False),
)


def _at(now_ms: int, made: Decision, back: int = 0) -> Decision:
    candle = newest_candle(now_ms) - back * HOUR_MS
    return replace(made, candle_ms=candle, decided_ms=candle + HOUR_MS + 1_500)


def _newest(now_ms: int) -> list[Decision]:
    figures = {"close": 62_100.0, "channel_high": 62_000.0, "probability": 0.564}
    filled = wanted(figures=figures, verdict=Verdict.APPROVED, reason=Reason.FILLED)
    refused = wanted(
        pair="SOL/USDT",
        figures={"close": 151.2, "channel_high": 150.9},
        verdict=Verdict.REFUSED,
        reason=Reason.WIDE_SPREAD,
        outcome={"spread_bps": 31.4, "limit_bps": 20.0},
    )
    left = decision(
        pair="XRP/USDT", action=Action.EXIT, signal=Reason.BREAKDOWN, reason=Reason.BREAKDOWN
    )
    return [
        _at(now_ms, filled),
        _at(now_ms, decision(pair="ETH/USDT")),
        _at(now_ms, refused),
        _at(now_ms, left),
        _at(now_ms, decision(pair="ADA/USDT", signal=Reason.WARMING_UP, reason=Reason.WARMING_UP)),
    ]


def _lately(now_ms: int) -> list[Decision]:
    made = [_newest(now_ms)[0], _newest(now_ms)[2]]
    for back in range(1, 19):
        pair = PAIRS[back % len(PAIRS)]
        reason = (Reason.TOTAL_CAP, Reason.FILLED, Reason.NO_CONSENSUS, Reason.CANCELLED)[back % 4]
        is_order = reason in {Reason.FILLED, Reason.CANCELLED}
        verdict = Verdict.APPROVED if is_order else Verdict.REFUSED
        entry = wanted(pair=pair, verdict=verdict, reason=reason, outcome={"exposure_share": 0.91})
        made.append(_at(now_ms, entry, back))
    return made


def _shocked(now_ms: int, pair: str) -> Decision:
    entry = wanted(
        pair=pair,
        verdict=Verdict.REFUSED,
        reason=Reason.NEWS_SHOCK,
        outcome={"headline": HEADLINE, "severity": 0.9},
    )
    return _at(now_ms, entry)


def _forecasts(now_ms: int) -> list[Forecast]:
    candle = newest_candle(now_ms)
    return [
        Forecast("BTC/USDT", candle, 0.5641, 0.31, 1.18, ready=True),
        Forecast("ETH/USDT", candle, 0.4477, 0.22, 0.91, ready=True),
        Forecast("SOL/USDT", candle, 0.6123, 0.58, 1.6, ready=True),
        Forecast("XRP/USDT", candle, 0.5302, 0.12, 1.0, ready=False),
        Forecast("ADA/USDT", candle, None, None, None, ready=False),
    ]


def _serving(now_ms: int) -> list[ServingModel]:
    def metrics(accuracy: float) -> dict[str, dict[str, float | None]]:
        return {
            "forward_return": {
                "rows": 720.0,
                "accuracy": accuracy,
                "auc": 0.545,
                "brier_skill": 0.0031,
                "coverage_80": 0.802,
                "coverage_90": 0.897,
            },
            "forward_volatility": {"accuracy": 0.717, "auc": 0.79, "brier_skill": None},
        }

    events = (("promoted", ""), ("promoted", ""), ("rejected", "AUC 0.49 is below 0.5"))
    return [
        ServingModel(
            pair=pair,
            version=f"2026112{2 - number}-090{number}-7f3a9c",
            created_ms=now_ms - (9 + 24 * number) * HOUR_MS,
            metrics=metrics(0.531 + number / 100),
            last_event=event,
            last_event_reason=reason,
            last_event_ms=now_ms - (8 + number) * HOUR_MS,
        )
        for number, (pair, (event, reason)) in enumerate(zip(PAIRS, events, strict=False))
    ]


def _models(now_ms: int) -> ModelReport:
    pairs = tuple(
        PairModel(pair=pair, predicted_ms=now_ms - 4 * MINUTE_MS, rows_refused=number)
        for number, pair in enumerate(PAIRS[:4])
    )
    return ModelReport(model="AurumEnsemble", identifier="aurum-1h", folder="m", pairs=pairs)


def _venues(now_ms: int) -> list[VenueWord]:
    return [
        VenueWord("binance", "closed", now_ms - 4_000, True, 0.0, 84.2, now_ms - 5_000),
        VenueWord("kraken", "closed", now_ms - 4_000, True, 0.012, 241.0, now_ms - 6_000),
        VenueWord("coinbase", "half-open", now_ms - 4_000, False, 0.31, 1_204.0, now_ms - 80_000),
    ]


def _consensus(now_ms: int) -> list[PairConsensus]:
    candle = newest_candle(now_ms)
    return [
        PairConsensus("BTC/USDT", candle, 63_018.75, 0.964, 3, ""),
        PairConsensus("ETH/USDT", candle, 2_391.1, 0.91, 3, ""),
        PairConsensus("SOL/USDT", candle, 151.22, 0.58, 2, ""),
        PairConsensus("XRP/USDT", candle, None, 0.0, 1, "NO_QUORUM"),
    ]


def _sources(now_ms: int) -> tuple[SourceWord, ...]:
    return (
        SourceWord("rss:coindesk", now_ms - 40_000, now_ms - 40_000, "", 1_882),
        SourceWord("reddit:CryptoCurrency", now_ms - 9_000, now_ms - 9_000, "", 20_411),
        SourceWord("x:search", now_ms - 12_000, now_ms - 3 * HOUR_MS, "429: asked too often", 77),
    )
