"""What venues agreed on, and how they were, in the database: for those who look back."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Table

from aurum_plugins.clock import MINUTE_MS, SECOND_MS
from aurum_plugins.database import Database, DatabaseUnavailable
from aurum_plugins.database.schema import consensus_marks, venue_health
from aurum_plugins.database.upsert import upsert
from aurum_plugins.market_data.consensus.price_consensus import Consensus, NoConsensus
from aurum_plugins.market_data.resilience.venue_health import Outage, VenueHealth

logger = logging.getLogger(__name__)

HEALTH_EVERY_MS = 10 * SECOND_MS
# A locked database takes seconds to say so, and positions must not wait for that in each loop.
AFTER_FAILURE_MS = MINUTE_MS


@dataclass(frozen=True)
class ConsensusMark:
    """What venues said of a pair when one of its candles was decided.

    Attributes
    ----------
    pair : str
    candle_ms : int
        UTC milliseconds of the candle's open.
    word : Consensus or NoConsensus
    """

    pair: str
    candle_ms: int
    word: Consensus | NoConsensus


class VenueLog:
    """Writes for one bot; what cannot be written is lost, and trading goes on.

    After a failure nothing is tried for a minute.

    Parameters
    ----------
    database : Database
    bot : str
        See `aurum_plugins.bot_identity`.
    timeframe : str
    """

    def __init__(self, database: Database, bot: str, timeframe: str) -> None:
        self._database = database
        self._bot = bot
        self._timeframe = timeframe
        self._health_ms: int | None = None
        self._failed_ms: int | None = None
        self._told: str | None = None

    def mark(self, now_ms: int, marks: Sequence[ConsensusMark]) -> None:
        """Write down what venues said at candles; of the same one, what was said last."""
        self._write(now_ms, consensus_marks, [self._mark_row(now_ms, mark) for mark in marks])

    def note_health(
        self,
        now_ms: int,
        healths: Callable[[], Sequence[VenueHealth]],
        distrusted: Collection[str],
    ) -> None:
        """Write down how venues are, and who of them is distrusted; every ten seconds at most.

        In between `healths` is not called.
        """
        if self._health_ms is not None and abs(now_ms - self._health_ms) < HEALTH_EVERY_MS:
            return
        self._health_ms = now_ms
        self._write(
            now_ms,
            venue_health,
            [
                {
                    "bot": self._bot,
                    "venue": health.venue,
                    "at_ms": now_ms,
                    "state": str(health.state),
                    "figures": _figures(health, distrusted=health.venue in distrusted),
                }
                for health in healths()
            ],
        )

    def _mark_row(self, now_ms: int, mark: ConsensusMark) -> dict[str, Any]:
        row: dict[str, Any] = {
            "bot": self._bot,
            "pair": mark.pair,
            "timeframe": self._timeframe,
            "candle_ms": mark.candle_ms,
            "seen_ms": now_ms,
        }
        if isinstance(mark.word, NoConsensus):
            none = {"price": None, "quality": 0.0, "venues": 0}
            return {**row, **none, "dissent": mark.word.dissent.name}
        agreed = {"price": mark.word.price, "quality": mark.word.quality.score}
        return {**row, **agreed, "venues": len(mark.word.venues), "dissent": ""}

    def _write(self, now_ms: int, table: Table, rows: list[dict[str, Any]]) -> None:
        failed_lately = (
            self._failed_ms is not None and abs(now_ms - self._failed_ms) < AFTER_FAILURE_MS
        )
        if not rows or failed_lately:
            return
        try:
            with self._database.writing() as connection:
                connection.execute(upsert(self._database.kind, table), rows)
        except DatabaseUnavailable as error:
            if self._told != str(error):
                logger.warning("What venues say is not written down: %s", error)
            self._told = str(error)
            self._failed_ms = now_ms
        else:
            self._told = self._failed_ms = None


def _figures(health: VenueHealth, *, distrusted: bool) -> dict[str, Any]:
    """As JSON can hold it: null for what is not known."""
    names = (field.name for field in fields(health) if field.name not in _COLUMNS)
    figures = {name: _json(getattr(health, name)) for name in names}
    return {**figures, "distrusted": distrusted}


def _json(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Outage):
        return {name: _json(inner) for name, inner in asdict(value).items()}
    if isinstance(value, Mapping):
        return dict(value)
    return [_json(inner) for inner in value] if isinstance(value, tuple) else value


_COLUMNS = ("venue", "state")
