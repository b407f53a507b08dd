"""Marks of a bot, read from where it writes them down."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final, Self

from sqlalchemy import URL, bindparam, select

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import MINUTE_MS, Clock, WallClock
from aurum_plugins.database import Database, database_url, open_database
from aurum_plugins.database.schema import consensus_marks
from aurum_plugins.features.consensus_marks import ConsensusMarks
from aurum_plugins.market_data.consensus.price_consensus import Dissent

logger = logging.getLogger(__name__)

# A database that does not answer may take seconds to say so, for each pair.
RETRY_MS: Final = MINUTE_MS

_COLUMNS = consensus_marks.c
_MARKS = (
    select(_COLUMNS.candle_ms, _COLUMNS.seen_ms, _COLUMNS.quality, _COLUMNS.price)
    .where(
        _COLUMNS.bot == bindparam("bot"),
        _COLUMNS.pair == bindparam("pair"),
        _COLUMNS.timeframe == bindparam("timeframe"),
        _COLUMNS.candle_ms.between(bindparam("first_ms"), bindparam("last_ms")),
        # Nothing was looked at, which says nothing of the venues.
        _COLUMNS.dissent != Dissent.NOT_ASKED.name,
    )
    .order_by(_COLUMNS.candle_ms)
)


class RecordedMarks:
    """Reads marks of one bot; where they cannot be read, there are none.

    Parameters
    ----------
    url : sqlalchemy.URL
        See `aurum_plugins.database.database_url`. Opened at the first reading, never written to.
    bot : str
        See `aurum_plugins.bot_identity`.
    clock : Clock, optional
    """

    def __init__(self, url: URL, bot: str, clock: Clock | None = None) -> None:
        self._url = url
        self._bot = bot
        self._clock = clock or WallClock()
        self._database: Database | None = None
        self._retry_ms: int | None = None
        self._told = False

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Those of the bot that a freqtrade configuration means.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If the database's URL is of no use.
        """
        return cls(database_url(config), bot_identity(config))

    def between(self, pair: str, timeframe: str, first_ms: int, last_ms: int) -> ConsensusMarks:
        """Marks of the candles that opened in a span of time.

        Parameters
        ----------
        pair, timeframe : str
        first_ms, last_ms : int
            UTC milliseconds, both included.

        Returns
        -------
        ConsensusMarks
            None if the database cannot be read, which is logged once; it is tried again after a
            minute.
        """
        now_ms = self._clock.now_ms()
        if self._retry_ms is not None and now_ms < self._retry_ms:
            return ConsensusMarks.of(())
        try:
            marks = self._read(
                bot=self._bot, pair=pair, timeframe=timeframe, first_ms=first_ms, last_ms=last_ms
            )
        except Exception as error:  # noqa: BLE001 - two features are missing, the others are there
            self._retry_ms = now_ms + RETRY_MS
            if not self._told:
                logger.warning("No features of the venues' agreement: %s", error)
            self._told = True
            return ConsensusMarks.of(())
        self._retry_ms, self._told = None, False
        return marks

    def __getstate__(self) -> dict[str, Any]:
        # Hyperopt pickles strategies, and no connection survives that.
        return {**self.__dict__, "_database": None}

    def _read(self, **span: Any) -> ConsensusMarks:
        if self._database is None:
            self._database = open_database(self._url, migrate=False)
        with self._database.reading() as connection:
            return ConsensusMarks.of(connection.execute(_MARKS, span))
