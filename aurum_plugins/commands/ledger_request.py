"""Whose ledger `aurum ledger` was asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import Clock
from aurum_plugins.commands.bot_database import open_bot_database
from aurum_plugins.commands.configuration_files import read_configuration
from aurum_plugins.database.database import Database
from aurum_plugins.database.distinct_values import distinct_values
from aurum_plugins.database.schema import ledger_entries
from aurum_plugins.errors import AurumError
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.monitoring.known_bots import meant_known_bots, one_meant_bot


class NothingBooked(AurumError):
    """The database holds no fee yet."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(
            f"no fee was booked yet in {url}: is aurum.ledger.enabled set, and did a trade close?"
        )


@dataclass(frozen=True)
class BotLedger:
    """One bot's ledger.

    Attributes
    ----------
    bot : str
    ledger : FeeLedger
    settings : LedgerSettings
        Of the configuration that was given, which need not be this bot's.
    """

    bot: str
    ledger: FeeLedger
    settings: LedgerSettings


@contextmanager
def open_ledgers(
    config: Sequence[Path] | None, asked_bot: str | None, clock: Clock
) -> Iterator[tuple[BotLedger, ...]]:
    """The ledgers that the options mean; without a bot's name every one of the database.

    Raises
    ------
    NothingBooked
        If the database holds no fee yet.
    aurum_plugins.errors.ConfigurationError
        If the name means no bot with a ledger.
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read, or there is none.
    """
    settings = read_configuration(config)
    terms = LedgerSettings.from_config(settings)
    with open_bot_database(settings) as database:
        bots = meant_known_bots(asked_bot, _bots_with_ledger(database))
        yield tuple(BotLedger(bot, FeeLedger(database, bot, terms, clock), terms) for bot in bots)


@contextmanager
def open_ledger(
    config: Sequence[Path] | None, asked_bot: str | None, clock: Clock
) -> Iterator[BotLedger]:
    """The ledger that the options, completed by the configuration, mean.

    Parameters
    ----------
    config : sequence of pathlib.Path or None
        freqtrade's configuration files; None: its usual one.
    asked_bot : str or None
        A bot's name, with or without its mode. None: the configuration's, or the only one.
    clock : Clock

    Raises
    ------
    NothingBooked
        If the database holds no fee yet.
    aurum_plugins.errors.ConfigurationError
        If it is not clear which bot is meant.
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read, or there is none.
    """
    settings = read_configuration(config)
    terms = LedgerSettings.from_config(settings)
    with open_bot_database(settings) as database:
        bot = one_meant_bot(asked_bot, _bots_with_ledger(database), bot_identity(settings))
        yield BotLedger(bot, FeeLedger(database, bot, terms, clock), terms)


def _bots_with_ledger(database: Database) -> tuple[str, ...]:
    with database.reading() as connection:
        bots = distinct_values(connection, ledger_entries.c.bot)
    if not bots:
        raise NothingBooked(database.url)
    return bots


def with_environment(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration with what freqtrade reads from variables such as `FREQTRADE__DRY_RUN`."""
    from freqtrade.configuration.environment_vars import environment_vars_to_dict  # noqa: PLC0415
    from freqtrade.misc import deep_merge_dicts  # noqa: PLC0415

    merged: dict[str, Any] = deep_merge_dicts(environment_vars_to_dict(), dict(settings))
    return merged
