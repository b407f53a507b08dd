"""Consensus against a slow statement of its rules, and what holds whatever venues say."""

from __future__ import annotations

import dataclasses
import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from told_quotes import NOW, PAIR, quote, venue_settings

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.consensus import (
    CoinRate,
    Consensus,
    Dissent,
    DollarRates,
    Exclusion,
    NoConsensus,
    agree,
)
from aurum_plugins.market_data.quote_board import QuoteBoard

LIMITS = venue_settings()
RATES = DollarRates({"USDT": CoinRate(0.999, NOW - 3_000)})
NAMES = "abcdefg"
TURNOVERS = st.sampled_from([math.nan, 0.0, 1.0, 2.0, 3.0, 5.0, 1e9])

# Prices in steps of a tenth of the allowed deviation, so that camps form and limits are met.
PRICES = st.integers(-30, 30).map(lambda step: 100.0 + 0.1037 * step)


def told_by(venue: str) -> st.SearchStrategy:
    return st.builds(
        lambda price, turnover, age_ms, spread, currency: quote(
            venue,
            price,
            bid=price - spread / 2,
            ask=price + spread / 2,
            turnover=turnover,
            at_ms=NOW - age_ms,
            currency=currency,
        ),
        PRICES,
        TURNOVERS,
        st.sampled_from([0, 0, 0, 7_000, 19_999, 20_001, -2_001, -1_000]),
        st.sampled_from([0.0, 0.0, 0.5, 5.0, -0.1, math.nan]),
        st.sampled_from(["USDT", "USDT", "USDT", "USD", "EUR"]),
    )


ROUNDS = st.integers(0, 7).flatmap(lambda count: st.tuples(*map(told_by, NAMES[:count])))
SOUND_ROUNDS = st.lists(st.tuples(PRICES, TURNOVERS), min_size=2, max_size=7).map(
    lambda told: [
        quote(venue, price, turnover=turnover) for venue, (price, turnover) in zip(NAMES, told)
    ]
)


def slow_candidates(quotes, distrusted):
    """Price and turnover by venue of what counts before it is compared."""
    candidates = {}
    for told in quotes:
        is_fresh = -2_000 <= NOW - told.at_ms <= 20_000
        spread = (told.ask - told.bid) / ((told.ask + told.bid) / 2)
        is_sound = math.isnan(spread) or 0 <= spread <= 0.01
        if is_fresh and is_sound and told.currency != "EUR" and told.venue not in distrusted:
            factor = 1 / 0.999 if told.currency == "USD" else 1.0
            candidates[told.venue] = (told.price * factor, told.turnover * factor)
    return candidates


def slow_camp(candidates):
    """Those near the middle; none where there is no middle."""
    prices = sorted(price for price, _ in candidates.values())
    low, high = prices[(len(prices) - 1) // 2], prices[len(prices) // 2]
    middle = (low + high) / 2
    if high - low > 0.01 * middle:
        return {}
    near = {v: told for v, told in candidates.items() if abs(told[0] - middle) <= 0.01 * middle}
    return near if near == candidates else slow_camp(near)


def slow_price(camp):
    """Weighted median from its definition, with exact weights.

    It has at most half of the weight on either side; where two prices do, their middle is meant.
    """
    known = [turnover for _, turnover in camp.values() if not math.isnan(turnover)]
    raw = {
        venue: Fraction(min(known, default=1.0) if math.isnan(turnover) else turnover)
        for venue, (_, turnover) in camp.items()
    }
    weights = {venue: min(weight, sum(raw.values()) - weight) for venue, weight in raw.items()}
    if not sum(weights.values()):
        weights = dict.fromkeys(camp, Fraction(1))
    half = sum(weights.values()) / 2 * (1 + Fraction(1e-12))
    medians = [
        price
        for venue, (price, _) in camp.items()
        if weights[venue] > 0
        and sum(w for v, w in weights.items() if camp[v][0] < price) <= half
        and sum(w for v, w in weights.items() if camp[v][0] > price) <= half
    ]
    return (min(medians) + max(medians)) / 2


def slow_consensus(quotes, quorum=2, distrusted=()):
    """Price and venues, or the dissent, written from the rules alone."""
    if not quotes:
        return Dissent.NO_QUOTES
    candidates = slow_candidates(quotes, distrusted)
    if len(candidates) < quorum:
        return Dissent.NO_QUORUM
    camp = slow_camp(candidates)
    if len(camp) * 2 <= len(candidates):
        return Dissent.DISAGREEMENT
    if len(camp) < quorum:
        return Dissent.NO_QUORUM
    return slow_price(camp), tuple(sorted(camp))


def assert_is(found, expected) -> None:
    if isinstance(found, NoConsensus):
        assert expected is found.dissent
    else:
        assert expected == (pytest.approx(found.price, rel=1e-12), found.venues)


class TestAgree:
    @settings(max_examples=100, deadline=None)
    @given(ROUNDS, st.integers(2, 4), st.sets(st.sampled_from(NAMES), max_size=2))
    def test_as_the_rules_say(self, quotes, quorum, distrusted):
        limits = venue_settings(quorum=min(quorum, 3))
        found = agree(PAIR, quotes, NOW, limits, RATES, listed=7, distrusted=frozenset(distrusted))
        assert_is(found, slow_consensus(quotes, limits.quorum, distrusted))

    @settings(max_examples=60, deadline=None)
    @given(SOUND_ROUNDS)
    def test_as_the_rules_say_where_all_quotes_are_sound(self, quotes):
        assert_is(agree(PAIR, quotes, NOW, LIMITS, RATES, listed=7), slow_consensus(quotes))

    @settings(max_examples=60, deadline=None)
    @given(ROUNDS, st.randoms())
    def test_the_order_of_quotes_does_not_matter(self, quotes, random):
        shuffled = list(quotes)
        random.shuffle(shuffled)
        first = agree(PAIR, quotes, NOW, LIMITS, RATES, listed=3)
        assert agree(PAIR, shuffled, NOW, LIMITS, RATES, listed=3) == first

    @settings(max_examples=60, deadline=None)
    @given(ROUNDS, st.sampled_from([1_000.0, 1e-3, 7.0]))
    def test_scale_changes_nothing_but_prices(self, quotes, scale):
        scaled = [
            dataclasses.replace(
                q,
                price=q.price * scale,
                bid=q.bid * scale,
                ask=q.ask * scale,
                turnover=q.turnover * scale,
            )
            for q in quotes
        ]
        one = agree(PAIR, quotes, NOW, LIMITS, RATES, listed=3)
        other = agree(PAIR, scaled, NOW, LIMITS, RATES, listed=3)
        assert other.excluded == one.excluded
        if isinstance(one, NoConsensus):
            assert other.dissent is one.dissent
        else:
            assert other.price == pytest.approx(one.price * scale, rel=1e-12)
            assert (other.venues, other.at_ms) == (one.venues, one.at_ms)
            assert other.quality.score == pytest.approx(one.quality.score, abs=1e-9)

    @settings(max_examples=100, deadline=None)
    @given(ROUNDS, st.integers(0, 9))
    def test_a_price_lies_between_those_that_count_and_quality_is_a_share(self, quotes, listed):
        found = agree(PAIR, quotes, NOW, LIMITS, RATES, listed=listed)
        venues = {q.venue for q in quotes}
        if isinstance(found, NoConsensus):
            assert set(found.excluded) <= venues
            return
        converted = [RATES.convert(q, "USDT") for q in quotes if q.venue in found.venues]
        prices = [q.price for q in converted]
        assert min(prices) <= found.price <= max(prices)
        assert max(prices) / min(prices) <= 1.01 / 0.99
        assert found.at_ms == min(q.at_ms for q in converted)
        assert len(found.venues) >= LIMITS.quorum
        assert {*found.venues, *found.excluded} == venues
        assert not set(found.venues) & set(found.excluded)
        parts = found.quality.coverage, found.quality.agreement, found.quality.freshness
        assert all(0 <= part <= 1 for part in parts)

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(st.tuples(st.floats(99.9, 100.1), TURNOVERS), min_size=2, max_size=6),
        st.floats(0.0152, 0.5),
        st.sampled_from([1, -1]),
        TURNOVERS,
    )
    def test_a_liar_never_moves_the_price_out_of_the_honest_range(
        self, honest, lie, sign, turnover
    ):
        told = [quote(v, price, turnover=t) for v, (price, t) in zip(NAMES, honest)]
        prices = [price for price, _ in honest]
        edge = max(prices) if sign > 0 else min(prices)
        liar = quote("liar", edge * (1 + sign * lie), turnover=turnover)
        found = agree(PAIR, [*told, liar], NOW, LIMITS, RATES, listed=len(told) + 1)
        assert isinstance(found, Consensus)
        assert found.excluded == {"liar": Exclusion.OUTLIER}
        assert min(prices) <= found.price <= max(prices)

    @settings(max_examples=60, deadline=None)
    @given(PRICES, st.floats(0.0102, 0.9), TURNOVERS, TURNOVERS)
    def test_two_that_differ_never_agree(self, price, lie, one, other):
        told = [quote("a", price, turnover=one), quote("b", price * (1 + lie), turnover=other)]
        found = agree(PAIR, told, NOW, LIMITS, RATES, listed=2)
        assert isinstance(found, NoConsensus)
        assert found.dissent is Dissent.DISAGREEMENT

    @settings(max_examples=60, deadline=None)
    @given(st.integers(1, 3), st.floats(0.0102, 0.9))
    def test_two_camps_of_one_size_never_agree(self, size, lie):
        told = [quote(v, 100.0 * (1 + lie * (n % 2))) for n, v in zip(range(2 * size), NAMES)]
        assert agree(PAIR, told, NOW, LIMITS, RATES, listed=6).dissent is Dissent.DISAGREEMENT


class TestDollarRates:
    COINS = st.lists(st.floats(0.95, 1.05), min_size=1, max_size=5)

    @settings(max_examples=80, deadline=None)
    @given(COINS, st.one_of(st.none(), st.floats(0.98, 1.02)))
    def test_a_rate_is_near_a_dollar_and_near_what_venues_say(self, told, before):
        quotes = [quote(v, price, "USDT/USD") for v, price in zip(NAMES, told)]
        previous = DollarRates({"USDT": CoinRate(before, NOW)}) if before else None
        rates = DollarRates.of(quotes, NOW, LIMITS, previous)
        assert set(rates.coins) | set(rates.refused) == {"USDT"}
        assert not set(rates.coins) & set(rates.refused)
        if rates.coins:
            rate = rates.coins["USDT"].dollars
            assert abs(rate - 1) <= 0.02
            assert min(told) <= rate <= max(told)
        shuffled = DollarRates.of(quotes[::-1], NOW, LIMITS, previous)
        assert shuffled == rates

    @settings(max_examples=60, deadline=None)
    @given(st.floats(0.99, 1.01), st.floats(0.99, 1.01), PRICES)
    def test_there_and_back_again_is_where_it_was(self, tether, circle, price):
        rates = DollarRates({"USDT": CoinRate(tether, NOW), "USDC": CoinRate(circle, NOW)})
        for one, other in itertools.permutations(("USD", "USDT", "USDC"), 2):
            told = quote("a", price, currency=one)
            back = rates.convert(rates.convert(told, other), one)
            assert back.price == pytest.approx(price, rel=1e-12)


class TestBoard:
    @settings(max_examples=50, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["binance", "coinbase", "kraken"]),
                PRICES,
                st.sampled_from(["USDT", "USD"]),
                st.sampled_from([None, 0.999, 1.0, 1.03]),
                st.integers(0, 9_000),
            ),
            min_size=1,
            max_size=12,
        ),
        st.lists(
            st.integers(-5_000, 60_000) | st.integers(110_000, 130_000), min_size=1, max_size=6
        ),
    )
    def test_what_was_made_ready_is_what_would_be_computed_now(self, rounds, moments):
        clock = VirtualClock(NOW)
        board = QuoteBoard(LIMITS, clock)
        last = {}
        for venue, price, currency, coin, step_ms in rounds:
            at_ms = clock.advance(step_ms)
            told = [quote(venue, price, currency=currency, at_ms=at_ms)]
            if coin:
                told.append(quote(venue, coin, "USDT/USD", at_ms=at_ms))
            last[venue] = told
            board.put(venue, told, [PAIR])
        for moment in moments:
            now_ms = clock.now_ms() + moment
            quotes = [told[0] for told in last.values()]
            coins = [q for v, told in last.items() if v not in board.distrusted for q in told]
            rates = DollarRates.of(coins, now_ms, LIMITS, board._known)
            expected = agree(
                PAIR,
                quotes,
                now_ms,
                LIMITS,
                rates,
                listed=len(last),
                distrusted=board.distrusted,
            )
            assert board.consensus(PAIR, now_ms) == expected
            assert board.rates(now_ms) == rates
