"""The board: rounds of quotes in, consensus out, from any thread."""

from __future__ import annotations

import threading

import pytest
from quoting_venues import ETHER, HONEST, Venues
from told_quotes import NOW, PAIR, quote

from aurum_plugins.market_data.consensus import Consensus, Dissent, Exclusion, NoConsensus


def test_venues_agree() -> None:
    venues = Venues()
    venues.rounds()
    assert venues.now.price == 100.0
    assert venues.now.venues == ("binance", "coinbase", "kraken")
    assert venues.now.quality.coverage == 1.0
    assert venues.board.price(PAIR, venues.clock.now_ms()) == (100.0, "consensus")
    assert [told.venue for told in venues.board.quotes(PAIR)] == ["binance", "coinbase", "kraken"]


def test_a_new_round_replaces_the_old_one() -> None:
    venues = Venues()
    venues.rounds()
    venues.put("kraken", quote("kraken", 100.4, at_ms=venues.clock.now_ms()))
    assert [told.price for told in venues.board.quotes(PAIR)] == [100.0, 100.1, 100.4]
    assert [told.venue for told in venues.board.quotes(ETHER)] == ["binance", "coinbase"]
    venues.put("kraken")
    assert venues.now.venues == ("binance", "coinbase")
    assert venues.now.quality.coverage == pytest.approx(2 / 3)


def test_another_venues_quote_is_refused() -> None:
    with pytest.raises(ValueError, match="quotes of kraken must be its own, got binance's"):
        Venues().put("kraken", quote("binance", 100.0))


class TestUnknownPairs:
    def test_a_pair_that_is_not_asked_for(self) -> None:
        venues = Venues()
        assert venues.now == NoConsensus(PAIR, Dissent.NOT_ASKED)
        assert venues.board.price(PAIR, NOW) is None
        assert venues.board.quotes(PAIR) == ()
        assert venues.board.pairs == ()

    def test_a_pair_that_is_watched_and_listed_nowhere(self) -> None:
        venues = Venues()
        venues.board.watch([PAIR])
        assert venues.now == NoConsensus(PAIR, Dissent.NO_QUOTES)
        assert venues.board.pairs == (PAIR,)

    def test_a_pair_that_is_listed_and_not_quoted(self) -> None:
        venues = Venues()
        venues.put("kraken")
        assert venues.now == NoConsensus(PAIR, Dissent.NO_QUOTES)
        assert venues.board.pairs == (PAIR, ETHER)


class TestGrowingOld:
    def test_freshness_falls_while_the_price_stands(self) -> None:
        venues = Venues()
        venues.rounds()
        before, age = venues.now, 2_000
        later = venues.board.consensus(PAIR, venues.clock.advance(8_000))
        assert later.price == before.price
        assert later.at_ms == before.at_ms
        assert before.quality.freshness == pytest.approx(1 - age / 20_000)
        assert later.quality.freshness == pytest.approx(1 - (age + 8_000) / 20_000)

    def test_a_quote_that_became_stale_counts_no_more(self) -> None:
        venues = Venues()
        venues.rounds()  # binance's is two seconds older than kraken's
        venues.clock.advance(18_000)
        assert venues.now.venues == ("binance", "coinbase", "kraken")
        venues.clock.advance(1)
        assert venues.now.excluded == {"binance": Exclusion.STALE}
        assert venues.now.venues == ("coinbase", "kraken")
        venues.clock.advance(1_000)
        assert venues.now.dissent is Dissent.NO_QUORUM
        venues.clock.advance(60_000)
        assert len(venues.now.excluded) == 3
        assert venues.board.price(PAIR, venues.clock.now_ms()) is None

    def test_what_was_stale_later_is_fresh_when_asked_for_earlier(self) -> None:
        venues = Venues()
        venues.rounds()
        before = venues.now
        assert isinstance(venues.board.consensus(PAIR, NOW + 60_000), NoConsensus)
        assert venues.now == before

    def test_a_rate_that_became_stale_converts_no_more(self) -> None:
        venues = Venues()
        venues.put("kraken", quote("kraken", 1.0, "USDT/USD", at_ms=NOW))
        for venue in ("binance", "coinbase"):
            currency = "USD" if venue == "coinbase" else "USDT"
            venues.round(venue, 100.0, currency=currency)
        assert venues.now.venues == ("binance", "coinbase")
        assert venues.now.at_ms == NOW
        venues.clock.advance(NOW + 20_001 - venues.clock.now_ms())
        assert venues.now.excluded == {"coinbase": Exclusion.NO_RATE}
        assert venues.board.rates(venues.clock.now_ms()).coins == {}
        assert venues.board.rates(NOW).coins["USDT"].dollars == 1.0
        assert venues.board.rates(NOW - 60_000).coins == {}


class TestPriceWithoutConsensus:
    def test_the_first_source_with_a_quote_that_counts(self) -> None:
        venues = Venues(quorum=3)
        venues.round("kraken", 100.9)
        venues.round("coinbase", 101.0)
        assert venues.now.dissent is Dissent.NO_QUORUM
        assert venues.board.price(PAIR, venues.clock.now_ms()) == (101.0, "coinbase")
        venues.round("binance", 99.0, bid=101.0, ask=98.0)
        assert venues.board.price(PAIR, venues.clock.now_ms()) == (101.0, "coinbase")
        venues.clock.advance(19_000)
        venues.round("kraken", 101.2)
        assert venues.board.price(PAIR, venues.clock.now_ms()) == (101.2, "kraken")

    def test_of_venues_that_contradict_each_other_none_gives_a_price(self) -> None:
        venues = Venues()
        venues.round("kraken", 101.0)
        assert venues.board.price(PAIR, venues.clock.now_ms()) == (101.0, "kraken")
        venues.round("coinbase", 104.0)
        assert venues.now.dissent is Dissent.DISAGREEMENT
        assert venues.board.price(PAIR, venues.clock.now_ms()) is None
        venues.clock.advance(19_000)
        venues.round("binance", 103.9)
        assert venues.now.price == pytest.approx(103.95)

    def test_a_distrusted_venue_gives_no_price(self) -> None:
        venues = Venues()
        for _ in range(2):
            venues.rounds(kraken=103.0)
        venues.clock.advance(60_000)
        venues.round("kraken", 100.0)
        assert venues.board.price(PAIR, venues.clock.now_ms()) is None

    def test_it_is_converted_or_not_given(self) -> None:
        venues = Venues()
        venues.round("kraken", 99.9, currency="USD")
        assert venues.board.price(PAIR, venues.clock.now_ms()) is None
        at_ms = venues.clock.now_ms()
        venues.put("coinbase", quote("coinbase", 0.999, "USDT/USD", at_ms=at_ms))
        price, source = venues.board.price(PAIR, venues.clock.now_ms())
        assert (price, source) == (pytest.approx(100.0), "kraken")

    def test_an_unknown_source_gives_no_price(self) -> None:
        venues = Venues()
        venues.round("bitstamp", 100.0)
        assert venues.board.price(PAIR, venues.clock.now_ms()) is None


def test_readers_see_whole_rounds_only() -> None:
    venues = Venues()
    venues.rounds()
    ended = threading.Event()
    torn = []

    def read() -> None:
        while not ended.is_set():
            found = venues.board.consensus(PAIR, venues.clock.now_ms())
            if not (isinstance(found, Consensus) and 99.9 <= found.price <= 100.1):
                torn.append(found)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(100):
        for venue, price in HONEST.items():
            at_ms = venues.clock.now_ms()
            told = [quote(venue, price, pair, at_ms=at_ms) for pair in (PAIR, ETHER)]
            venues.board.put(venue, told, (PAIR, ETHER))
    ended.set()
    for reader in readers:
        reader.join()
    assert torn == []
