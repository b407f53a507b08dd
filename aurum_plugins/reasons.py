"""Why a pair was entered, left or let be: one vocabulary from the forecast to the order.

Every closed candle of every traded pair ends with one of these reasons; nothing that can keep a
trade from happening is without one.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Self


class Action(IntEnum):
    """What the signal wants of a candle. Numbers, because freqtrade's frames hold them."""

    HOLD = 0
    ENTER = 1
    EXIT = 2


class Stage(StrEnum):
    """Which part of the way from a candle to an order gave the reason."""

    SIGNAL = "signal"
    PRODUCER = "producer"
    RISK = "risk"
    CHECK = "check"
    FREQTRADE = "freqtrade"
    BOT = "bot"
    ORDER = "order"


class Reason(IntEnum):
    """A reason's number, which never changes its meaning, its stage and its sentence."""

    NOT_DECIDED = 0, Stage.BOT, "no decision was made"

    # The signal: see aurum_plugins.signals.
    BREAKOUT = 10, Stage.SIGNAL, "the close is above the entry channel"
    NO_BREAKOUT = 11, Stage.SIGNAL, "the close is not above the entry channel"
    BREAKDOWN = 12, Stage.SIGNAL, "the close is below the exit channel"
    WARMING_UP = 13, Stage.SIGNAL, "too few candles are known for the rule"
    BAD_CANDLE = 14, Stage.SIGNAL, "the candle has no volume or no finite price"
    BEAR_MARKET = 15, Stage.SIGNAL, "the market is falling: no long entries"
    NO_FORECAST = 16, Stage.SIGNAL, "the forecast may not be acted on"
    UNLIKELY = 17, Stage.SIGNAL, "the forecast speaks against the entry"
    BELOW_COST = 18, Stage.SIGNAL, "the move to be expected does not pay for its costs"
    WEAK_OUTLOOK = 19, Stage.SIGNAL, "the forecast turned against the position"
    MARKET_UNKNOWN = 20, Stage.SIGNAL, "whether the market is falling is not known"

    # The portfolio: see aurum_plugins.risk.
    SIZE_UNKNOWN = 30, Stage.RISK, "volatility or stop is unknown, so the position has no size"
    DAILY_LOSS = 31, Stage.RISK, "the day's loss reached its limit"
    WEEKLY_LOSS = 32, Stage.RISK, "the week's loss reached its limit"
    CONSECUTIVE_LOSSES = 33, Stage.RISK, "too many trades in a row lost"
    DRAWDOWN = 34, Stage.RISK, "the drawdown from the peak reached its limit"
    EQUITY_UNKNOWN = 35, Stage.RISK, "the equity cannot be marked to market"
    POSITION_CAP = 36, Stage.RISK, "the position would be larger than its cap"
    GROUP_CAP = 37, Stage.RISK, "correlated positions are at their cap"
    TOTAL_CAP = 38, Stage.RISK, "all positions together are at their cap"
    BELOW_MINIMUM = 39, Stage.RISK, "what risk allows is below the smallest order"

    # The checks before an order: see aurum_plugins.execution.
    KILLED = 50, Stage.CHECK, "the kill switch is thrown"
    SWITCH_UNREADABLE = 51, Stage.CHECK, "the kill switch cannot be read"
    JOURNAL_UNWRITABLE = 52, Stage.CHECK, "the decision cannot be written down"
    STALE_SIGNAL = 53, Stage.CHECK, "the candle behind the signal is too old"
    NOT_FINITE = 54, Stage.CHECK, "a figure of the order is not a finite positive number"
    DUPLICATE = 55, Stage.CHECK, "an order was already sent for this candle or position"
    NO_QUOTE = 56, Stage.CHECK, "there is no fresh order book"
    PRICE_COLLAR = 57, Stage.CHECK, "the price is too far from its reference"
    WIDE_SPREAD = 58, Stage.CHECK, "the spread is too wide"
    THIN_BOOK = 59, Stage.CHECK, "the order book is too thin for the order"
    NOTIONAL = 60, Stage.CHECK, "the order breaks the market's limits"
    ORDER_RATE = 61, Stage.CHECK, "too many orders in a short time"
    CHECK_FAILED = 62, Stage.CHECK, "a check could not be carried out"
    EXPOSURE = 63, Stage.CHECK, "the order would break a cap"
    VENUE_DOWN = 64, Stage.CHECK, "the exchange does not answer other questions either"
    NO_CONSENSUS = 65, Stage.CHECK, "venues do not agree on a price"
    OFF_CONSENSUS = 66, Stage.CHECK, "the price is too far from what other venues say"
    UNCONFIRMED_CANDLE = 67, Stage.CHECK, "no other venue saw the candle as it was"

    # The news: see aurum_plugins.sentiment.
    NEWS_SHOCK = 100, Stage.CHECK, "the news tell of a shock"
    BAD_NEWS = 101, Stage.CHECK, "the mood of the news is too bad"
    NEWS_UNKNOWN = 102, Stage.CHECK, "nobody listens to the news"

    # The bot that forecasts for this one: see aurum_plugins.strategies.producer_forecasts.
    FORECAST_NOT_SENT = 110, Stage.PRODUCER, "the producer has not sent a forecast of the candle"
    FORECAST_UNUSABLE = 111, Stage.PRODUCER, "what the producer sent is no forecast of the candle"

    # freqtrade's own rules.
    POSITION_OPEN = 70, Stage.FREQTRADE, "the pair is held already"
    NO_SLOT = 71, Stage.FREQTRADE, "max_open_trades are open"
    PAIR_LOCKED = 72, Stage.FREQTRADE, "the pair is locked"
    ALL_LOCKED = 73, Stage.FREQTRADE, "all pairs are locked"
    NO_STAKE = 74, Stage.FREQTRADE, "freqtrade had no stake for the entry"
    NOT_TRIED = 75, Stage.FREQTRADE, "freqtrade did not try the entry"

    # The bot itself.
    MISSED = 80, Stage.BOT, "the candle was not seen before the next one closed"
    INTERRUPTED = 81, Stage.BOT, "the bot stopped before the entry was tried"
    ANALYSIS_FAILED = 83, Stage.BOT, "the strategy raised an error"

    # The order.
    APPROVED = 90, Stage.ORDER, "the order was sent"
    REJECTED = 91, Stage.ORDER, "the exchange did not take the order"
    OUTCOME_UNKNOWN = 92, Stage.ORDER, "whether the exchange took the order is not known"
    FORCED = 93, Stage.ORDER, "the order was sent because somebody asked for it"
    FILLED = 94, Stage.ORDER, "the order was sent and filled"
    CANCELLED = 95, Stage.ORDER, "the order was sent, and cancelled before it filled"
    RECOVERED = 96, Stage.ORDER, "an order that freqtrade had lost sight of was taken over"
    UNBOOKED = 97, Stage.ORDER, "the bot stopped while ordering, and no trade came of it"

    stage: Stage
    sentence: str

    def __new__(cls, code: int, stage: Stage, sentence: str) -> Self:
        """Keep stage and sentence beside the number."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.stage = stage
        member.sentence = sentence
        return member
