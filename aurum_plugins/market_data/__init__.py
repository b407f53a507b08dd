"""Market data that can be believed, or an error that says why not."""

from aurum_plugins.market_data.misdated_candles import MisdatedCandles, refuse_misdated_candles
from aurum_plugins.market_data.revised_candles import without_revised
from aurum_plugins.market_data.unreadable_answers import UnreadableAnswer, refuse_unreadable_answers
from aurum_plugins.market_data.venue_clock import follow_venue_clock

__all__ = [
    "MisdatedCandles",
    "UnreadableAnswer",
    "follow_venue_clock",
    "refuse_misdated_candles",
    "refuse_unreadable_answers",
    "without_revised",
]
