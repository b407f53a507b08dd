"""A desk for a running bot, and one for a backtest."""

from __future__ import annotations

import logging
from typing import Any

from freqtrade.persistence import Trade
from sqlalchemy import func, select

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import WallClock
from aurum_plugins.database import Database, database_url, open_database
from aurum_plugins.execution.backtest_journal import BacktestJournal
from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.decision_record import DecisionRecord
from aurum_plugins.execution.journal import Journal
from aurum_plugins.execution.pre_trade_checks import PreTradeChecks
from aurum_plugins.market_data.venue_feeds import shared_feed
from aurum_plugins.market_data.venue_settings import VenueSettings
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.strategies.freqtrade_host import FreqtradeHost
from aurum_plugins.strategies.news_setup import news_of_bot
from aurum_plugins.trading.cross_checking import CrossChecking
from aurum_plugins.trading.decided_candles import DecidedCandles
from aurum_plugins.trading.decision_log import DecisionLog
from aurum_plugins.trading.desk import Desk
from aurum_plugins.trading.entry_sizing import EntrySizing
from aurum_plugins.trading.host import Host
from aurum_plugins.trading.loss_book import LossBook, RiskStore
from aurum_plugins.trading.news_watch import NewsWatch
from aurum_plugins.trading.resuming import resumed
from aurum_plugins.trading.risk_states import RiskStates
from aurum_plugins.trading.switch_reading import SwitchReading
from aurum_plugins.trading.venue_log import VenueLog

logger = logging.getLogger(__name__)

# Of Binance's spot market, each side, for an account without discounts.
USUAL_FEE = 0.001


def desk_of_bot(strategy: Any, host: FreqtradeHost, decided: DecidedCandles) -> Desk:
    """The desk of a bot that trades or dry-runs, with its records in the database.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
    host : FreqtradeHost
    decided : DecidedCandles

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If a setting breaks a rule.
    aurum_plugins.database.DatabaseUnavailable
        If the database cannot be used.
    """
    config, clock = strategy.config, WallClock()
    bot, timeframe = bot_identity(config), strategy.timeframe
    database = open_database(database_url(config))
    journal = Journal(database, bot, timeframe, strategy.get_strategy_name(), clock)
    states = RiskStates(database, bot, clock)
    if config["dry_run"] and not _has_traded():
        # Another play money than the one whose losses were remembered.
        states.lift()
    desk = _desk(
        strategy,
        host,
        decided,
        journal,
        SwitchReading(KillSwitch(database, bot, clock).read),
        states,
        _cross_checking(strategy, host, database),
        news_of_bot(strategy, database),
    )
    desk.resume(resumed(journal, clock.now_ms()))
    return desk


def _cross_checking(strategy: Any, host: FreqtradeHost, database: Database) -> CrossChecking | None:
    """What other venues say; None where none are named."""
    config, timeframe = strategy.config, strategy.timeframe
    settings = VenueSettings.from_config(config)
    if not (settings.enabled and settings.sources):
        logger.info("Prices are not checked against other venues: see aurum.venues.")
        return None
    checking = CrossChecking(
        shared_feed(settings),
        settings,
        config["exchange"]["name"],
        timeframe,
        VenueLog(database, bot_identity(config), timeframe),
        host.candle,
        # To Telegram and FreqUI, as freqtrade is told to.
        lambda text: strategy.dp.send_msg(text, always_send=True),
    )
    host.elsewhere = lambda pair: checking.price(pair, WallClock().now_ms())
    return checking


def _has_traded() -> bool:
    return bool(Trade.session.scalar(select(func.count(Trade.id))))


def desk_of_backtest(
    strategy: Any,
    host: Host,
    decided: DecidedCandles,
    journal: BacktestJournal,
    news: NewsWatch | None = None,
) -> Desk:
    """The desk of a backtest, which keeps its records in memory.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
    host : Host
    decided : DecidedCandles
    journal : BacktestJournal
    news : NewsWatch or None
        None where the news are not followed.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If a setting breaks a rule.
    """
    return _desk(strategy, host, decided, journal, SwitchReading(None), None, news=news)


def _desk(
    strategy: Any,
    host: Host,
    decided: DecidedCandles,
    journal: DecisionRecord,
    switch: SwitchReading,
    store: RiskStore | None,
    venues: CrossChecking | None = None,
    news: NewsWatch | None = None,
) -> Desk:
    config, interval_ms = strategy.config, strategy.candle_ms
    risk = RiskSettings.from_config(config)
    fee = config.get("fee")
    return Desk(
        host,
        decided,
        DecisionLog(journal),
        switch,
        LossBook(LossLimits(risk), store, interval_ms),
        EntrySizing(risk, USUAL_FEE if fee is None else fee, -strategy.stoploss, interval_ms),
        PreTradeChecks(CheckSettings.from_config(config)),
        venues,
        news,
        timeframe=strategy.timeframe,
        interval_ms=interval_ms,
        strategy=strategy.get_strategy_name(),
        longest_hold_candles=risk.longest_hold_candles,
        backtest=store is None,
    )
