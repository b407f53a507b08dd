"""The collector that a process has in common."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
from typing import Final

from aurum_plugins.database import Database
from aurum_plugins.process_wide import ProcessWide
from aurum_plugins.sentiment.collector import STOP_SECONDS, Collector
from aurum_plugins.sentiment.settings import SentimentSettings

logger = logging.getLogger(__name__)

# Nobody can find credentials by trying which of them give a key.
_SALT: Final = os.urandom(32)

_shared: ProcessWide[Collector] = ProcessWide(STOP_SECONDS)


def shared_collector(settings: SentimentSettings, database: Database) -> Collector:
    """Give the process's one collector, at work: it ends with the process.

    Asked for with other settings, credentials or another database, as after the configuration was
    loaded again, another one takes its place, and the one before is told to stop. A forked process
    gets a collector of its own.

    Raises
    ------
    aurum_plugins.errors.AurumError
        As `new_collector.new_collector`.
    """

    def make() -> Collector:
        collector = _new(settings, database)
        for line in collector.off:
            logger.warning("%s", line)
        return collector

    return _shared.get(_key(settings, database), make)


def _new(settings: SentimentSettings, database: Database) -> Collector:
    # The clients of the sources take a second to load, which only who collects shall wait for.
    from aurum_plugins.sentiment.new_collector import new_collector  # noqa: PLC0415

    return new_collector(settings, database)


def _key(settings: SentimentSettings, database: Database) -> str:
    """What tells one collector from another, and nothing to anybody else."""
    reddit = settings.reddit
    secrets = (reddit.client_id, reddit.client_secret, settings.x.bearer_token)
    parts = [
        settings.model_dump_json(),
        *(secret.get_secret_value() for secret in secrets),
        # What the environment says is a setting too.
        *(f"{name}={value}" for name, value in sorted(os.environ.items()) if "AURUM_" in name),
        str(database.engine.url),
    ]
    return hmac.new(_SALT, json.dumps(parts).encode(), hashlib.sha256).hexdigest()
