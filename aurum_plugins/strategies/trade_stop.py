"""A stop drawn by the news, kept where freqtrade keeps the trade."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from freqtrade.persistence import CustomDataWrapper
from freqtrade.persistence.custom_data import _CustomData

from aurum_plugins.trading.drawn_stop import DrawnStop

KEY: Final = "aurum_news_stop"


class TradeStop:
    """A `KeptStop` in the custom data of one trade.

    Parameters
    ----------
    trade : freqtrade.persistence.Trade
    """

    def __init__(self, trade: Any) -> None:
        self._trade = trade

    def load(self) -> DrawnStop | None:
        """The stop as last saved; None if there was none."""
        with _connection_given_back():
            kept = self._trade.get_custom_data(KEY)
        return None if kept is None else DrawnStop(int(kept[0]), float(kept[1]))

    def save(self, drawn: DrawnStop) -> None:
        """Keep a stop in place of the one before."""
        with _connection_given_back():
            self._trade.set_custom_data(KEY, [drawn.shock_ms, drawn.price])


@contextmanager
def _connection_given_back() -> Iterator[None]:
    """End the session of custom data.

    freqtrade has one for each request of its API and ends it for none: after fifteen entries that
    somebody asked for, nothing could be read from its database any more.
    """
    try:
        yield
    finally:
        if CustomDataWrapper.use_db:
            _CustomData.session.remove()
