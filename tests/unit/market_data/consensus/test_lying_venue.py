"""A venue that lies is excluded, then distrusted, and comes back once it is honest again."""

from __future__ import annotations

import pytest
from quoting_venues import ETHER, HONEST, Venues
from told_quotes import PAIR, quote

from aurum_plugins.market_data.consensus import Consensus, Dissent, Exclusion, NoConsensus


class TestALyingVenue:
    def test_it_is_excluded_at_its_first_quote_and_distrusted_at_its_second(self) -> None:
        venues = Venues()
        venues.rounds()
        venues.round("kraken", 103.0)
        assert venues.now.excluded == {"kraken": Exclusion.OUTLIER}
        assert venues.now.price == pytest.approx(100.05)
        assert venues.changes == []
        venues.round("kraken", 103.0)
        assert venues.now.excluded == {"kraken": Exclusion.DISTRUSTED}
        (change,) = venues.changes
        assert (change.venue, change.trusted) == ("kraken", False)
        assert change.at_ms == venues.clock.now_ms()
        assert venues.board.distrusted == {"kraken"}

    def test_it_comes_back_after_enough_honest_rounds(self) -> None:
        venues = Venues()
        venues.rounds()
        venues.rounds(kraken=103.0)
        venues.rounds(kraken=103.0)
        for _ in range(2):
            venues.rounds()
            assert venues.now.excluded == {"kraken": Exclusion.DISTRUSTED}
        venues.rounds()
        assert venues.now.venues == ("binance", "coinbase", "kraken")
        assert [change.trusted for change in venues.changes] == [False, True]

    def test_while_it_lies_it_does_not_come_back(self) -> None:
        venues = Venues()
        for _ in range(8):
            venues.rounds(kraken=103.0)
        venues.rounds()
        venues.rounds()
        venues.rounds(kraken=103.0)
        venues.rounds()
        venues.rounds()
        assert venues.board.distrusted == {"kraken"}

    def test_one_pair_of_three_makes_no_liar(self) -> None:
        venues = Venues()
        pairs = (PAIR, ETHER, "SOL/USDT")
        for _ in range(4):
            for venue in HONEST:
                at_ms = venues.clock.now_ms() + 1_000
                off = {ETHER: 103.0} if venue == "kraken" else {}
                told = [quote(venue, off.get(p, 100.0), p, at_ms=at_ms) for p in pairs]
                venues.put(venue, *told, listed=pairs)
        assert venues.board.distrusted == frozenset()
        found = venues.board.consensus(ETHER, venues.clock.now_ms())
        assert found.excluded == {"kraken": Exclusion.OUTLIER}

    def test_of_two_that_differ_neither_is_distrusted(self) -> None:
        venues = Venues()
        for _ in range(4):
            venues.round("binance", 100.0)
            venues.round("kraken", 103.0)
        assert venues.now.dissent is Dissent.DISAGREEMENT
        assert venues.board.distrusted == frozenset()

    def test_it_comes_back_although_there_is_no_quorum_without_it(self) -> None:
        venues = Venues()
        for _ in range(2):
            venues.rounds(kraken=103.0)
        venues.clock.advance(60_000)  # coinbase is dark from here on
        for _ in range(3):
            venues.round("binance", 100.0)
            assert venues.now.dissent is Dissent.NO_QUORUM
            venues.round("kraken", 100.0)
        assert isinstance(venues.now, Consensus)

    def test_nobody_needs_to_listen(self) -> None:
        venues = Venues()
        venues.board._on_trust = None
        for _ in range(2):
            venues.rounds(kraken=103.0)
        assert venues.board.distrusted == {"kraken"}

    def test_who_listens_reads_the_board_as_it_is_now(self) -> None:
        venues = Venues()
        seen = []
        venues.board._on_trust = lambda _: seen.append(venues.board.distrusted)
        for _ in range(2):
            venues.rounds(kraken=103.0)
        assert seen == [{"kraken"}]


class TestWhileAnotherVenueIsSilent:
    """Two are left, and nobody can tell which of them lies."""

    def silent_kraken(self) -> Venues:
        venues = Venues()
        venues.rounds()
        venues.clock.advance(20_000)
        venues.round("binance", 100.0)
        return venues

    def test_the_liar_is_in_no_consensus_and_gives_no_price(self) -> None:
        venues = self.silent_kraken()
        for _ in range(6):
            venues.round("coinbase", 103.0)
            assert venues.now.dissent is Dissent.DISAGREEMENT
            assert venues.board.price(PAIR, venues.clock.now_ms()) is None
            venues.round("binance", 100.0)
        assert venues.board.distrusted == frozenset()

    def test_once_the_third_is_back_the_liar_is_out_at_once_and_distrusted_at_its_second(
        self,
    ) -> None:
        venues = self.silent_kraken()
        for _ in range(3):
            venues.round("coinbase", 103.0)
        venues.round("kraken", 99.9)
        assert venues.now.excluded == {"coinbase": Exclusion.OUTLIER}
        assert venues.now.venues == ("binance", "kraken")
        venues.round("coinbase", 103.0)
        assert venues.board.distrusted == frozenset()
        venues.round("coinbase", 103.0)
        assert venues.board.distrusted == {"coinbase"}
        assert venues.now.excluded == {"coinbase": Exclusion.DISTRUSTED}

    def test_the_log_says_from_when_to_when(self, caplog) -> None:
        caplog.set_level("INFO", "aurum_plugins.market_data.quote_board")
        venues = self.silent_kraken()
        caplog.clear()
        for _ in range(3):
            venues.round("coinbase", 103.0)
        # It said nothing at all: that is no new doubt.
        venues.put("kraken")
        assert caplog.messages == [
            "coinbase cannot be judged: no others agree on any of its pairs.",
        ]
        venues.round("kraken", 99.9)
        venues.round("coinbase", 103.0)
        venues.round("coinbase", 103.0)
        assert caplog.messages[1:] == ["coinbase can be judged again."]


class TestDollars:
    """Kraken and Coinbase quote in dollars, and say what the coin is worth."""

    def rounds(self, venues, lie=1.0, tether=0.999, other_lie=1.0) -> None:
        self.round_of(venues, "binance")
        self.round_of(venues, "coinbase", other_lie, tether)
        self.round_of(venues, "kraken", lie, tether)

    def round_of(self, venues, venue, factor=1.0, tether=0.999) -> None:
        if venue == "binance":
            venues.round(venue, 100.0)
            return
        at_ms = venues.clock.now_ms() + 1_000
        told = [
            quote(venue, 100.0 * tether * factor, pair, currency="USD", at_ms=at_ms)
            for pair in (PAIR, ETHER)
        ]
        coin = quote(venue, tether * factor, "USDT/USD", at_ms=at_ms)
        venues.put(venue, *told, coin, listed=(PAIR, ETHER, "USDT/USD"))

    def test_they_are_converted(self) -> None:
        venues = Venues()
        self.rounds(venues)
        assert venues.now.price == pytest.approx(100.0)
        assert venues.now.venues == ("binance", "coinbase", "kraken")
        dollars = venues.board.consensus("USDT/USD", venues.clock.now_ms())
        assert dollars.price == pytest.approx(0.999)

    def test_a_venue_that_lies_about_all_is_found_out_all_the_same(self) -> None:
        venues = Venues()
        self.rounds(venues)
        self.rounds(venues, lie=1.03)
        assert venues.now.excluded == {"kraken": Exclusion.OUTLIER}
        self.rounds(venues, lie=1.03)
        assert venues.now.excluded == {"kraken": Exclusion.DISTRUSTED}
        for _ in range(20):  # longer than a rate stays fresh
            self.rounds(venues, lie=1.03)
            assert venues.now.venues == ("binance", "coinbase")
        for _ in range(3):
            self.rounds(venues)
        assert venues.now.venues == ("binance", "coinbase", "kraken")

    def lying_coinbase_and_silent_kraken(self, seconds: int) -> Venues:
        """Kraken fell silent before Coinbase began to lie, for so long."""
        venues = Venues()
        self.rounds(venues)
        for factor, length in ((1.0, 30), (1.03, seconds)):
            for _ in range(length // 2):
                self.round_of(venues, "binance")
                self.round_of(venues, "coinbase", factor)
                assert venues.board.distrusted == frozenset()
        assert isinstance(venues.now, NoConsensus)
        return venues

    @pytest.mark.parametrize("seconds", [10, 30, 100])
    def test_what_the_coin_was_worth_tells_who_lies_once_the_other_is_back(self, seconds) -> None:
        venues = self.lying_coinbase_and_silent_kraken(seconds)
        self.rounds(venues, other_lie=1.03)
        assert venues.now.excluded == {"coinbase": Exclusion.OUTLIER}
        self.rounds(venues, other_lie=1.03)
        self.rounds(venues, other_lie=1.03)
        assert venues.board.distrusted == {"coinbase"}
        assert venues.now.venues == ("binance", "kraken")

    def test_after_minutes_nobody_knows_and_nobody_is_believed(self) -> None:
        venues = self.lying_coinbase_and_silent_kraken(130)
        for _ in range(4):
            self.rounds(venues, other_lie=1.03)
            assert venues.now.dissent is Dissent.NO_QUORUM
        assert venues.board.distrusted == frozenset()
        self.rounds(venues)
        assert isinstance(venues.now, Consensus)

    def test_a_coin_that_lost_its_dollar_leaves_no_quorum(self) -> None:
        venues = Venues()
        self.rounds(venues)
        self.rounds(venues, tether=0.9)
        assert venues.now.dissent is Dissent.NO_QUORUM
        assert "USDT" in venues.board.rates(venues.clock.now_ms()).refused

    def test_the_only_venue_that_knows_the_rate_can_come_back(self) -> None:
        venues = Venues()
        prices = {PAIR: "USDT", ETHER: "USDT"}

        def round_of(venue, factor, currencies) -> None:
            at_ms = venues.clock.now_ms() + 1_000
            told = [
                quote(venue, 100.0 * factor, pair, currency=currency, at_ms=at_ms)
                for pair, currency in currencies.items()
            ]
            if venue == "kraken":
                told.append(quote(venue, 1.0, "USDT/USD", at_ms=at_ms))
            venues.put(venue, *told)

        for factor in (1.03, 1.03, 1.0, 1.0, 1.0):
            round_of("binance", 1.0, prices)
            round_of("coinbase", 1.0, prices)
            round_of("kraken", factor, dict.fromkeys(prices, "USD"))
        assert [change.trusted for change in venues.changes] == [False, True]
