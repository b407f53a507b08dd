"""What a bot holds, gained and risks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from aurum_plugins.monitoring.reports import AccountReport, HeldReport, TradeReport
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot
from aurum_plugins.monitoring.web.metrics.metric import MOST_PAIRS, Metric, Sample, single


def _account(name: str, words: str, read: Callable[[AccountReport], float | None]) -> Metric:
    return single(
        name, words, "account", lambda bot: read(bot.account.report) if bot.account else None
    )


def _trades(
    name: str,
    words: str,
    read: Callable[[TradeReport], float | None],
    *,
    is_counter: bool = False,
) -> Metric:
    return single(
        name,
        words,
        "trades",
        lambda bot: read(bot.trades.report) if bot.trades else None,
        is_counter=is_counter,
    )


def _of_positions(
    read: Callable[[HeldReport], float | None],
) -> Callable[[BotSnapshot], Iterable[Sample]]:
    def samples(bot: BotSnapshot) -> Iterable[Sample]:
        held = bot.account.report.positions if bot.account else ()
        for position in held[:MOST_PAIRS]:
            yield (position.pair,), read(position)

    return samples


def _worth(position: HeldReport) -> float | None:
    return None if position.price is None else position.amount * position.price


ACCOUNT_METRICS: Final = (
    _account("aurum_equity_quote", "Cash and positions at market", lambda a: a.equity),
    _account("aurum_cash_quote", "Cash in quote currency", lambda a: a.cash),
    _account("aurum_exposure_quote", "Worth of what is held and ordered", lambda a: a.exposure),
    _account("aurum_drawdown_ratio", "Equity below its peak; 0.2 is 20 %", lambda a: a.drawdown),
    _account("aurum_drawdown_limit_ratio", "Nothing opens beyond it", lambda a: a.drawdown_stop),
    _account("aurum_day_loss_ratio", "Lost since the UTC day began", lambda a: a.day_loss),
    _account("aurum_day_loss_limit_ratio", "Nothing opens beyond it", lambda a: a.daily_loss),
    _account("aurum_week_loss_ratio", "Lost since the UTC week began", lambda a: a.week_loss),
    _account("aurum_week_loss_limit_ratio", "Nothing opens beyond it", lambda a: a.weekly_loss),
    _account("aurum_losing_streak_trades", "Trades in a row that lost", lambda a: a.losing_streak),
    _account(
        "aurum_losing_streak_limit_trades",
        "Nothing opens from it on",
        lambda a: a.consecutive_losses,
    ),
    _account("aurum_exposure_limit_ratio", "Share of the equity allowed", lambda a: a.total_cap),
    _account("aurum_risk_to_stops_quote", "Lost if every stop were hit", lambda a: a.risk_to_stops),
    _account("aurum_size_scale_ratio", "What sizes are multiplied by", lambda a: a.size_scale),
    _account("aurum_open_positions", "Positions that are open", lambda a: len(a.positions)),
    _account("aurum_free_slots", "Positions that may still be opened", lambda a: a.free_slots),
    Metric(
        "aurum_position_worth_quote",
        "An open position at its last price",
        "account",
        _of_positions(_worth),
        ("pair",),
    ),
    Metric(
        "aurum_position_profit_quote",
        "What an open position has gained, before the exit's fee",
        "account",
        _of_positions(lambda position: position.profit),
        ("pair",),
    ),
    _trades("aurum_trades_closed_total", "Closed trades", lambda t: t.closed, is_counter=True),
    _trades(
        "aurum_trades_won_total", "Trades closed with a gain", lambda t: t.won, is_counter=True
    ),
    _trades(
        "aurum_profit_quote", "Of closed trades, after the exchange's fees", lambda t: t.profit
    ),
    _trades("aurum_profit_today_quote", "Of those closed this UTC day", lambda t: t.profit_today),
    _trades("aurum_exchange_fees_quote", "What the exchange took", lambda t: t.paid_in_fees),
)
