"""What `aurum venues` shows, in types that JSON knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from aurum_plugins.commands.venues_report import PairWord, VenueQuote, VenuesReport
from aurum_plugins.market_data.consensus import Consensus
from aurum_plugins.monitoring.venues_of_bots import BotVenues


def venues_document(
    report: VenuesReport, bots: Sequence[BotVenues], skipped: Sequence[str]
) -> dict[str, Any]:
    """The whole report; times are UTC milliseconds, NaN becomes null in JSON.

    Parameters
    ----------
    report : VenuesReport
    bots : sequence of BotVenues
    skipped : sequence of str
        Entries of the whitelist that were not asked for.
    """
    rates = {coin: rate._asdict() for coin, rate in report.rates.coins.items()}
    return {
        "now_ms": report.now_ms,
        "is_well": report.is_well,
        "venues": [
            {**asdict(state), "listed": report.listed(state.venue)} for state in report.venues
        ],
        "pairs": [_pair(pair) for pair in report.pairs],
        "skipped": list(skipped),
        "dollars": {"rates": rates, "refused": dict(report.rates.refused)},
        "bots": [asdict(bot) for bot in bots],
    }


def _pair(told: PairWord) -> dict[str, Any]:
    word = told.word
    common = {
        "pair": told.pair,
        "excluded": {venue: exclusion.name for venue, exclusion in word.excluded.items()},
        "listed": list(told.listed),
        "quotes": [_quote(quote) for quote in told.quotes],
    }
    if isinstance(word, Consensus):
        return {
            **common,
            "dissent": None,
            "price": word.price,
            "venues": list(word.venues),
            "largest_deviation_bps": word.largest_deviation_bps,
            "quality": {"score": word.quality.score, **asdict(word.quality)},
            "at_ms": word.at_ms,
        }
    return {**common, "dissent": word.dissent.name, "price": None, "figures": dict(word.figures)}


def _quote(told: VenueQuote) -> dict[str, Any]:
    return {**asdict(told.quote), "converted": told.converted, "verdict": told.verdict}
