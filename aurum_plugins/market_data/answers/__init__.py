"""What an exchange answers, believed only where it can be true."""

from aurum_plugins.market_data.answers.misdated_candles import (
    MisdatedCandles,
    refuse_misdated_candles,
)
from aurum_plugins.market_data.answers.revised_candles import without_revised
from aurum_plugins.market_data.answers.unreadable_answers import (
    UnreadableAnswer,
    refuse_unreadable_answers,
)
from aurum_plugins.market_data.answers.venue_clock import follow_venue_clock

__all__ = [
    "MisdatedCandles",
    "UnreadableAnswer",
    "follow_venue_clock",
    "refuse_misdated_candles",
    "refuse_unreadable_answers",
    "without_revised",
]
