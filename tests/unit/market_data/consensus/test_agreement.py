"""What venues agree on, by hand."""

from __future__ import annotations

import math

import pytest
from told_quotes import NOW, PAIR, quote, quotes, venue_settings

from aurum_plugins.market_data.consensus import (
    CoinRate,
    Consensus,
    Dissent,
    DollarRates,
    Exclusion,
    NoConsensus,
    agree,
)

RATES = DollarRates({"USDT": CoinRate(0.999, NOW)})


def agreed(told, *, listed=0, distrusted=(), rates=RATES, **values):
    settings = venue_settings(**values)
    return agree(PAIR, told, NOW, settings, rates, listed=listed, distrusted=frozenset(distrusted))


def test_three_venues_near_each_other() -> None:
    found = agreed(quotes(a=100.0, b=100.2, c=100.1), listed=4)
    assert isinstance(found, Consensus)
    assert found.price == 100.1
    assert found.venues == ("a", "b", "c")
    assert found.excluded == {}
    assert found.largest_deviation_bps == pytest.approx(1e4 * 0.1 / 100.1)
    assert found.quality.coverage == 0.75
    assert found.quality.agreement == pytest.approx(1 - 1e4 * 0.1 / 100.1 / 100)
    assert found.quality.freshness == 1.0
    assert found.at_ms == NOW


def test_the_oldest_quote_says_how_fresh_it_is() -> None:
    found = agreed([quote("a", 1.0, at_ms=NOW - 5_000), quote("b", 1.0)], listed=2)
    assert found.at_ms == NOW - 5_000
    assert found.quality.freshness == 0.75
    assert found.quality.score == 0.75


def test_two_venues_are_enough_and_meet_in_the_middle() -> None:
    found = agreed([quote("a", 100.0, turnover=1e9), quote("b", 100.5, turnover=1.0)])
    assert found.price == 100.25


def test_the_busier_venue_has_more_to_say_but_not_all() -> None:
    turnovers = {"a": (100.0, 1.0), "b": (100.2, 3.0), "c": (100.4, 5.0)}
    told = [quote(v, p, turnover=t) for v, (p, t) in turnovers.items()]
    # c is cut to 4 of 8, so that a and b below it are exactly half: between b and c.
    assert agreed(told).price == pytest.approx(100.3)
    told[2] = quote("c", 100.4, turnover=3.0)
    assert agreed(told).price == 100.2
    told[2] = quote("c", 100.4, turnover=1e9)
    assert agreed(told).price == pytest.approx(100.3)


def test_one_liar_among_three_is_out() -> None:
    found = agreed(quotes(a=100.0, b=100.1, c=103.0), listed=3)
    assert found.venues == ("a", "b")
    assert found.excluded == {"c": Exclusion.OUTLIER}
    assert found.price == pytest.approx(100.05)
    assert found.quality.coverage == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "prices",
    [
        {"a": 100.0, "b": 103.0},
        {"a": 100.0, "b": 101.5},  # each within 100 bps of their mean, but not of each other
        {"a": 100.0, "b": 102.0, "c": 104.0},
        {"a": 100.0, "b": 100.0, "c": 103.0, "d": 103.0},
        {"a": 100.0, "b": 100.0, "c": 101.5, "d": 101.5},
        {"a": 100.0, "b": 100.8, "c": 101.6, "d": 103.0},
        {"a": 100.0, "b": 100.0, "c": 103.0, "d": 106.0},
        {"a": 100.0, "b": 102.0, "c": 104.0, "d": 106.0, "e": 108.0},
    ],
)
def test_where_nobody_knows_who_is_wrong_there_is_no_price(prices) -> None:
    found = agreed(quotes(**prices))
    assert isinstance(found, NoConsensus)
    assert found.dissent is Dissent.DISAGREEMENT
    assert found.excluded == {}


def test_a_disagreement_tells_its_figures() -> None:
    found = agreed(quotes(a=103.0, b=100.0))
    assert found.figures == {
        "venues": 2,
        "lowest_venue": "b",
        "lowest_price": 100.0,
        "highest_venue": "a",
        "highest_price": 103.0,
        "apart_bps": pytest.approx(300.0),
        "largest_deviation_bps": 100.0,
    }


def test_without_its_outliers_the_middle_moves_and_is_looked_at_again() -> None:
    # The middle of five is 101.1; without e that of four is 100.65, from which d is 114 bps.
    told = quotes(a=100.15, b=100.2, c=101.1, d=101.8, e=103.0)
    found = agreed(told)
    assert found.venues == ("a", "b", "c")
    assert found.excluded == {"d": Exclusion.OUTLIER, "e": Exclusion.OUTLIER}


def test_what_does_not_count_is_named() -> None:
    found = agreed(
        [
            *quotes(a=100.0, b=100.0, c=103.0, d=100.0),
            quote("old", 100.0, at_ms=NOW - 60_000),
            quote("none", math.nan),
            quote("crossed", 100.0, bid=101.0, ask=99.0),
            quote("wide", 100.0, bid=90.0, ask=110.0),
            quote("euro", 100.0, currency="EUR"),
        ],
        distrusted=["d"],
    )
    assert found.excluded == {
        "c": Exclusion.OUTLIER,
        "d": Exclusion.DISTRUSTED,
        "old": Exclusion.STALE,
        "none": Exclusion.NO_PRICE,
        "crossed": Exclusion.CROSSED,
        "wide": Exclusion.WIDE,
        "euro": Exclusion.NO_RATE,
    }
    assert found.quality.coverage == pytest.approx(2 / 9)


def test_dollars_are_converted_before_they_are_compared() -> None:
    told = [quote("a", 100.0), quote("b", 99.9, currency="USD"), quote("c", 99.9, currency="USD")]
    found = agreed(told)
    assert found.price == pytest.approx(100.0, rel=1e-12)
    assert found.largest_deviation_bps == pytest.approx(0.0, abs=1e-9)


def test_without_a_rate_dollars_do_not_count() -> None:
    found = agreed([quote("a", 100.0), quote("b", 100.0, currency="USD")], rates=DollarRates())
    assert found.dissent is Dissent.NO_QUORUM
    assert found.excluded == {"b": Exclusion.NO_RATE}
    assert found.figures == {"venues": 1, "quorum": 2}


def test_an_old_rate_makes_a_price_old() -> None:
    rates = DollarRates({"USDT": CoinRate(1.0, NOW - 10_000)})
    found = agreed([quote("a", 100.0), quote("b", 100.0, currency="USD")], rates=rates)
    assert (found.at_ms, found.quality.freshness) == (NOW - 10_000, 0.5)


def test_nobody_quotes() -> None:
    assert agreed([]) == NoConsensus(PAIR, Dissent.NO_QUOTES)


def test_a_majority_may_still_be_no_quorum() -> None:
    found = agreed(quotes(a=100.0, b=100.0, c=103.0), quorum=3)
    assert found.dissent is Dissent.NO_QUORUM
    assert found.excluded == {"c": Exclusion.OUTLIER}
    assert found.figures == {"venues": 2, "quorum": 3}


def test_agreement_is_never_below_nothing() -> None:
    # The middle is b, but nearly all is traded at a and c is as far from b as is allowed.
    told = [quote("a", 100.0, turnover=9e9), quote("b", 100.9), quote("c", 101.8)]
    found = agreed(told)
    assert found.price == pytest.approx(100.45)
    assert found.largest_deviation_bps > 100
    assert found.quality.agreement == 0.0
