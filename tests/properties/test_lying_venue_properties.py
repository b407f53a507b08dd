"""One liar among three venues: whatever comes when, nobody is told a false price."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from told_quotes import NOW, PAIR, VENUES, quote, venue_settings

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.consensus import Consensus, agree
from aurum_plugins.market_data.consensus.dollar_rates import DollarRates
from aurum_plugins.market_data.quote_board import QuoteBoard

LIMITS = venue_settings()
ETHER = "ETH/USDT"
HONEST = {"binance": 100.0, "coinbase": 100.1, "kraken": 99.9}
TETHER = 0.999
LIES = st.sampled_from([0.5, 0.97, 1.03, 10.0])
# Who tells something, how long after the one before (a quote counts for 20 s), and whether the
# liar lies then.
ROUNDS = st.lists(
    st.tuples(
        st.sampled_from(VENUES),
        st.sampled_from([0, 400, 5_000, 5_000, 15_000, 21_000]),
        st.booleans() | st.just(True),
    ),
    min_size=4,
    max_size=30,
)


def told(venue: str, factor: float, at_ms: int, *, in_dollars: bool) -> list:
    """A venue's round; Coinbase and Kraken may quote in dollars, and say what the coin is worth."""
    price = HONEST[venue] * factor
    if not in_dollars or venue == "binance":
        return [quote(venue, price, pair, at_ms=at_ms) for pair in (PAIR, ETHER)]
    quotes = [
        quote(venue, price * TETHER, pair, currency="USD", at_ms=at_ms) for pair in (PAIR, ETHER)
    ]
    return [*quotes, quote(venue, TETHER * factor, "USDT/USD", at_ms=at_ms)]


@settings(max_examples=100, deadline=None)
@given(ROUNDS, st.sampled_from(VENUES), LIES, st.booleans())
def test_a_lie_is_in_no_consensus_at_any_time(rounds, liar, lie, in_dollars) -> None:
    clock = VirtualClock(NOW)
    board = QuoteBoard(LIMITS, clock)
    lies = False
    for venue, step_ms, wants_to in rounds:
        at_ms = clock.advance(step_ms)
        if venue == liar:
            lies = wants_to
        factor = lie if venue == liar and lies else 1.0
        board.put(venue, told(venue, factor, at_ms, in_dollars=in_dollars), [PAIR, ETHER])
        for later_ms in (0, 3_000, 16_000, 25_000):
            for pair in (PAIR, ETHER):
                word = board.consensus(pair, at_ms + later_ms)
                if isinstance(word, Consensus):
                    assert 99.85 <= word.price <= 100.15
                    assert not lies or liar not in word.venues


@settings(max_examples=100, deadline=None)
@given(ROUNDS, st.sampled_from(VENUES), LIES)
def test_a_liar_is_distrusted_by_its_second_quote_while_the_others_agree(rounds, liar, lie) -> None:
    clock = VirtualClock(NOW)
    board = QuoteBoard(LIMITS, clock)
    last: dict[str, list] = {}
    heard = 0
    for venue, step_ms, lies in rounds:
        at_ms = clock.advance(step_ms)
        factor = lie if venue == liar and lies else 1.0
        last[venue] = told(venue, factor, at_ms, in_dollars=False)
        board.put(venue, last[venue], [PAIR, ETHER])
        if venue != liar:
            assert venue not in board.distrusted
            continue
        others = [quotes[0] for name, quotes in last.items() if name != liar]
        word = agree(PAIR, others, at_ms, LIMITS, DollarRates(), listed=3)
        if not lies:
            heard = 0
        elif isinstance(word, Consensus):
            heard += 1
        assert liar in board.distrusted or heard < 2
