"""The bot that was asked, as a question needs to know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.database import Database, DatabaseUnavailable, database_url, open_database
from aurum_plugins.database.address import shown
from aurum_plugins.monitoring.reports import AccountReport

# freqtrade's own default.
_LOOP_SECONDS: Final = 5.0


@dataclass(frozen=True)
class AskedBot:
    """What is known of a bot in its own process, at the moment of a question.

    Attributes
    ----------
    config : mapping
        A whole freqtrade configuration.
    timeframe : str
        Of its strategy's candles.
    state : str
        freqtrade's: "running", "paused" or "stopped".
    now_ms : int
        UTC milliseconds.
    pairs : tuple of str
        That are traded.
    account : AccountReport or None
        As the bot saw it in its last loop; None: it did not look yet.
    marked_ms : int or None
        When that was, UTC milliseconds; None: not known.
    """

    config: Mapping[str, Any]
    timeframe: str
    state: str
    now_ms: int
    pairs: tuple[str, ...] = ()
    account: AccountReport | None = None
    marked_ms: int | None = None

    @property
    def name(self) -> str:
        """As `aurum_plugins.bot_identity` has it."""
        return bot_identity(self.config)

    @property
    def currency(self) -> str:
        """Of all amounts."""
        return str(self.config.get("stake_currency", ""))

    @property
    def loop_seconds(self) -> float:
        """From the beginning of a loop to that of the next, at least."""
        internals = self.config.get("internals")
        seconds = (internals or {}).get("process_throttle_secs", _LOOP_SECONDS)
        return float(seconds) if isinstance(seconds, int | float) else _LOOP_SECONDS

    def open_database(self, patience_seconds: float) -> Database:
        """The bot's database, which must be there.

        Raises
        ------
        aurum_plugins.database.DatabaseUnavailable
            If it is not, cannot be used, or is in memory, where only its bot sees it.
        """
        url = database_url(self.config)
        if url.get_backend_name() == "sqlite":
            if not url.database:
                raise DatabaseUnavailable(shown(url), "it is in memory and cannot be asked")
            if not Path(url.database).is_file():
                raise DatabaseUnavailable(shown(url), "there is no such file")
        return open_database(url, migrate=False, timeout_seconds=patience_seconds)


# From the words after a command to a reply in Telegram's HTML.
Question = Callable[[Database, AskedBot, Sequence[str]], str]
