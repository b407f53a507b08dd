"""Whose shocks concern a coin that is traded somewhere."""

from __future__ import annotations

from aurum_plugins.sentiment.exchange_of import exchange_of
from aurum_plugins.sentiment.scored_item import MARKET


def shock_subjects(subject: str, ccxt_id: str) -> tuple[str, ...]:
    """Its own, those of the exchange, and those of crypto as a whole.

    Parameters
    ----------
    subject : str
        As `ScoredItem.subjects` has it.
    ccxt_id : str
        Of the exchange; empty if there is none.

    Examples
    --------
    >>> shock_subjects("BTC", "binanceus"), shock_subjects("*", "")
    (('BTC', '@binance', '*'), ('*',))
    """
    exchange = (exchange_of(ccxt_id),) if ccxt_id else ()
    return tuple(dict.fromkeys((subject, *exchange, MARKET)))
