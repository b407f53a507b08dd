"""Databases of both kinds, with what writes to them and reads from them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgres_server import database, database_address, postgres

from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

__all__ = ["database", "database_address", "postgres", "reader", "store"]


@pytest.fixture
def store(database) -> SentimentStore:
    return SentimentStore(database)


@pytest.fixture
def reader(database, database_address) -> Iterator[SentimentReader]:
    opened = SentimentReader(database_address)
    yield opened
    opened.close()
