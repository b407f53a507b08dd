"""Reports of a lively bot, for the monitor's page."""

from __future__ import annotations

import math
from typing import Final

from aurum_plugins.monitoring.reports import (
    AccountReport,
    CandleReport,
    HeldReport,
    LoopReport,
    PairCandles,
    TradeReport,
)
from aurum_plugins.monitoring.snapshot.bot_snapshot import EquityPoint

HOUR_MS: Final = 3_600_000
PAIRS: Final = ("BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT", "ADA/USDT")


def loop_report(now_ms: int, began_ms: int, ended_ms: int) -> LoopReport:
    """A bot that has run for three days."""
    return LoopReport(
        pid=4_211,
        host="aurum-1",
        started_ms=now_ms - 74 * HOUR_MS,
        state="running",
        loop_began_ms=began_ms,
        loop_ended_ms=ended_ms,
        loops=53_184,
        strategy="AurumStrategy",
        timeframe="1h",
        exchange="binance",
        currency="USDT",
        most_open=5,
        freqtrade="2026.9",
        aurum="0.1.0",
        memory_bytes=612_450_304,
    )


def account_report(now_ms: int) -> AccountReport:
    """Three positions, one of which loses."""
    return AccountReport(
        cash=5_431.208_13,
        equity=10_432.187_264,
        exposure=5_000.979_134,
        drawdown=0.031_57,
        positions=(
            _held("BTC/USDT", 41, 0.031_2, 61_204.13, 63_020.5, 58_900.0, now_ms - 31 * HOUR_MS),
            _held("ETH/USDT", 42, 0.71, 2_480.4, 2_391.27, 2_260.0, now_ms - 9 * HOUR_MS),
            _held("XRP/USDT", 44, 2_600.0, 0.512_43, 0.513_9, 0.471_2, now_ms - 2 * HOUR_MS),
        ),
        free_slots=2,
        risk_to_stops=332.77,
        position_cap=0.25,
        total_cap=0.9,
        day_loss=0.0121,
        week_loss=0.0304,
        daily_loss=0.04,
        weekly_loss=0.08,
        drawdown_stop=0.18,
        losing_streak=2,
        consecutive_losses=8,
        size_scale=1.0,
    )


def candle_report(now_ms: int, pairs: tuple[str, ...] = PAIRS) -> CandleReport:
    """Hourly candles; the last pair has none."""
    newest = newest_candle(now_ms)
    return CandleReport(
        interval_ms=HOUR_MS,
        pairs=tuple(
            PairCandles(pair=pair, newest_ms=None if pair == "ADA/USDT" else newest)
            for pair in pairs
        ),
    )


def equity(now_ms: int, points: int = 400) -> tuple[EquityPoint, ...]:
    """A swinging rise over sixteen days, with its own drawdowns."""
    peak, made = 0.0, []
    for number in range(points):
        value = 9_700 + 1.9 * number + 160 * math.sin(number / 23) + 40 * math.sin(number / 3.1)
        peak = max(peak, value)
        share = 0.45 + 0.4 * math.sin(number / 31) if number % 90 > 12 else 0.0
        at_ms = newest_candle(now_ms) - (points - 1 - number) * HOUR_MS
        made.append(EquityPoint(at_ms, round(value, 4), value * max(0.0, share), 1 - value / peak))
    return tuple(made)


def newest_candle(now_ms: int) -> int:
    """When the newest closed hourly candle opened."""
    return now_ms // HOUR_MS * HOUR_MS - HOUR_MS


def _held(
    pair: str, trade: int, amount: float, entry: float, price: float, stop: float, opened: int
) -> HeldReport:
    return HeldReport(
        pair=pair,
        trade_id=trade,
        amount=amount,
        open_rate=entry,
        price=price,
        stop=stop,
        profit=amount * (price - entry) - 0.001 * amount * entry,
        opened_ms=opened,
    )


def trade_report(now_ms: int) -> TradeReport:
    return TradeReport(
        closed=137,
        won=71,
        profit=432.187_264,
        closed_today=3,
        profit_today=-12.4051,
        paid_in_fees=88.31,
        last_closed_ms=now_ms - 3 * HOUR_MS,
    )
