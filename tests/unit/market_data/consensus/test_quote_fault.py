"""What is wrong with a quote by itself."""

from __future__ import annotations

import math

import pytest
from told_quotes import NOW, quote, venue_settings

from aurum_plugins.market_data.consensus.freshness import freshness, is_fresh, same_fresh_span
from aurum_plugins.market_data.consensus.price_consensus import Exclusion
from aurum_plugins.market_data.consensus.quote_fault import quote_fault

SETTINGS = venue_settings(longest_quote_age_seconds=20.0, largest_spread_bps=100.0)


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({}, None),
        ({"bid": 99.9, "ask": 100.1}, None),
        ({"bid": 100.0, "ask": 100.0}, None),
        ({"bid": 99.51, "ask": 100.49}, None),
        ({"bid": 99.49, "ask": 100.51}, Exclusion.WIDE),
        ({"bid": 100.1, "ask": 99.9}, Exclusion.CROSSED),
        ({"bid": 99.0}, None),
        ({"ask": 99.0}, None),
        ({"bid": 99.0, "ask": math.inf}, Exclusion.WIDE),
        ({"bid": math.inf, "ask": math.inf}, Exclusion.WIDE),
        ({"bid": -1.0, "ask": 0.5}, Exclusion.WIDE),
        ({"at_ms": NOW - 20_000}, None),
        ({"at_ms": NOW - 20_001}, Exclusion.STALE),
        ({"at_ms": NOW + 2_000}, None),
        ({"at_ms": NOW + 2_001}, Exclusion.STALE),
        ({"at_ms": NOW - 20_001, "bid": 2.0, "ask": 1.0}, Exclusion.STALE),
    ],
)
def test_the_first_fault_is_named(values, fault) -> None:
    assert quote_fault(quote("kraken", 100.0, **values), NOW, SETTINGS) is fault


@pytest.mark.parametrize("price", [0.0, -1.0, math.nan, math.inf])
def test_what_is_no_price_does_not_count(price) -> None:
    assert quote_fault(quote("kraken", price), NOW, SETTINGS) is Exclusion.NO_PRICE


@pytest.mark.parametrize(
    ("age_ms", "value"), [(0, 1.0), (5_000, 0.75), (20_000, 0.0), (30_000, 0.0), (-1_000, 1.0)]
)
def test_freshness_falls_from_one_to_nothing(age_ms, value) -> None:
    assert freshness(NOW - age_ms, NOW, SETTINGS) == value


def test_a_span_ends_where_a_quote_begins_or_ceases_to_count() -> None:
    times = [NOW - 30_000, NOW - 5_000, NOW, NOW + 10_000]
    first, last = same_fresh_span(times, NOW, SETTINGS)
    assert (first, last) == (NOW - 2_000, NOW + 8_000 - 1)
    fresh = [is_fresh(at_ms, NOW, SETTINGS) for at_ms in times]
    assert [is_fresh(at_ms, int(last), SETTINGS) for at_ms in times] == fresh
    assert [is_fresh(at_ms, int(last) + 1, SETTINGS) for at_ms in times] != fresh
    assert [is_fresh(at_ms, int(first) - 1, SETTINGS) for at_ms in times] != fresh


def test_without_quotes_a_span_never_ends() -> None:
    assert same_fresh_span([], NOW, SETTINGS) == (-math.inf, math.inf)


def test_after_a_quote_has_become_stale_it_stays_so() -> None:
    assert same_fresh_span([NOW - 30_000], NOW, SETTINGS) == (NOW - 10_000 + 1, math.inf)
