"""How bots see the venues, read back from what they wrote."""

from __future__ import annotations

import postgres_server
import pytest
from told_quotes import NOW, PAIR
from venues_board import BoardFeed

from aurum_plugins.clock import HOUR_MS, SECOND_MS
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.monitoring.venues_of_bots import venues_of_bots
from aurum_plugins.trading.venue_log import VenueLog

database = postgres_server.database
database_address = postgres_server.database_address
postgres = postgres_server.postgres

BOT, OTHER = "Mine (dry run)", "Other (live)"


@pytest.fixture
def feed() -> BoardFeed:
    made = BoardFeed(PAIR)
    made.agree(binance=100.0, kraken=100.0)
    made.fail("kraken")
    return made


def write(database, bot: str, at_ms: int, feed: BoardFeed, *distrusted: str) -> None:
    VenueLog(database, bot, "1h").note_health(at_ms, feed.health, distrusted)


def test_what_the_log_wrote_is_read_back(database, feed) -> None:
    write(database, BOT, NOW, feed, "kraken")
    [found] = venues_of_bots(database, None, NOW + SECOND_MS)
    assert (found.bot, found.at_ms) == (BOT, NOW)
    binance, coinbase, kraken = found.venues
    assert (kraken.venue, kraken.state, kraken.trusted) == ("kraken", "closed", False)
    assert (kraken.requests, kraken.errors, kraken.error_rate) == (2, {"failing": 1}, 0.5)
    assert (binance.trusted, binance.latency_p50_ms, binance.last_success_ms) == (True, 20.0, NOW)
    assert coinbase.last_success_ms is None


def test_no_bot_wrote_anything(database) -> None:
    assert venues_of_bots(database, None, NOW) == ()


def test_one_bot_or_all(database, feed) -> None:
    write(database, OTHER, NOW, feed)
    write(database, BOT, NOW, feed)
    assert [found.bot for found in venues_of_bots(database, None, NOW)] == [BOT, OTHER]
    assert [found.bot for found in venues_of_bots(database, "Other", NOW)] == [OTHER]
    with pytest.raises(ConfigurationError, match="--bot: must be a bot that the database knows"):
        venues_of_bots(database, "Nobody", NOW)


def test_only_what_was_written_lately(database, feed) -> None:
    write(database, BOT, NOW, feed)
    assert venues_of_bots(database, None, NOW + HOUR_MS)
    assert venues_of_bots(database, None, NOW + HOUR_MS + 1) == ()
    # The bot is known, and has nothing new to tell.
    assert venues_of_bots(database, "Mine", NOW + HOUR_MS + 1) == ()


def test_a_venue_that_is_no_longer_asked(database, feed) -> None:
    write(database, BOT, NOW, feed)
    del feed.records["coinbase"]
    write(database, BOT, NOW + 20 * SECOND_MS, feed)
    [found] = venues_of_bots(database, None, NOW + 20 * SECOND_MS)
    assert [state.venue for state in found.venues] == ["binance", "kraken"]
