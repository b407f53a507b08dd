"""What a stablecoin is worth, and when nobody knows."""

from __future__ import annotations

import math

import pytest
from told_quotes import NOW, quote, venue_settings

from aurum_plugins.market_data.consensus import CoinRate, DollarRates

SETTINGS = venue_settings(largest_depeg_bps=200.0, longest_quote_age_seconds=20.0)
TETHER, CIRCLE, CROSS = "USDT/USD", "USDC/USD", "USDC/USDT"


def rates_of(*quotes, previous=None, now_ms=NOW) -> DollarRates:
    return DollarRates.of(quotes, now_ms, SETTINGS, previous)


def test_the_median_over_venues() -> None:
    told = [quote(v, p, TETHER) for v, p in (("a", 0.999), ("b", 1.001), ("c", 1.003))]
    rates = rates_of(*told, quote("a", 1.0004, CIRCLE, at_ms=NOW - 7))
    assert rates.coins == {"USDT": CoinRate(1.001, NOW), "USDC": CoinRate(1.0004, NOW - 7)}
    assert rates.refused == {}


def test_what_nobody_quotes_has_no_rate_and_nothing_to_say() -> None:
    rates = rates_of(quote("a", 50_000.0))
    assert (rates.coins, rates.refused) == ({}, {})
    assert rates.rate("USDT", "USD") is None


@pytest.mark.parametrize(
    "values", [{"at_ms": NOW - 20_001}, {"bid": 1.01, "ask": 0.99}, {"currency": "EUR"}]
)
def test_a_quote_that_does_not_count_gives_no_rate(values) -> None:
    rates = rates_of(quote("a", 1.0, TETHER, **values))
    assert rates.coins == {}
    assert rates.refused == {"USDT": "no venue has a quote that counts"}


def test_a_coin_far_from_a_dollar_has_no_rate() -> None:
    rates = rates_of(quote("a", 0.97, TETHER), quote("b", 0.972, TETHER))
    assert rates.coins == {}
    assert rates.refused == {"USDT": "0.971 dollars, more than 200 bps from one"}


def test_two_venues_that_differ_leave_a_coin_without_a_rate() -> None:
    rates = rates_of(quote("a", 1.0, TETHER), quote("b", 1.03, TETHER))
    assert rates.coins == {}
    assert rates.refused == {"USDT": "venues disagree: 1 to 1.03 dollars, more than 200 bps apart"}


def test_far_apart_on_both_sides_of_a_dollar_is_a_disagreement_too() -> None:
    rates = rates_of(quote("a", 0.985, TETHER), quote("b", 1.015, TETHER))
    assert "disagree" in rates.refused["USDT"]


def test_one_liar_among_three_does_not_count() -> None:
    told = [quote(v, p, TETHER) for v, p in (("a", 1.0), ("b", 1.001), ("c", 1.05))]
    assert rates_of(*told).coins["USDT"].dollars == pytest.approx(1.0005)


class TestBeforeTheyDiffered:
    told = quote("a", 1.0, TETHER), quote("b", 1.03, TETHER)

    @pytest.mark.parametrize("age_ms", [5_000, 20_001, 120_000])
    def test_the_venue_near_what_was_agreed_on_counts(self, age_ms) -> None:
        before = DollarRates({"USDT": CoinRate(1.0005, NOW - age_ms)})
        assert rates_of(*self.told, previous=before).coins["USDT"] == CoinRate(1.0, NOW)

    @pytest.mark.parametrize(
        "before", [CoinRate(1.0005, NOW - 120_001), CoinRate(1.015, NOW), CoinRate(0.96, NOW)]
    )
    def test_but_not_if_that_is_old_or_settles_nothing(self, before) -> None:
        rates = rates_of(*self.told, previous=DollarRates({"USDT": before}))
        assert "disagree" in rates.refused["USDT"]

    def test_a_coin_that_fell_everywhere_is_not_held_up_by_what_was(self) -> None:
        before = DollarRates({"USDT": CoinRate(1.0, NOW - 5_000)})
        rates = rates_of(quote("a", 0.9, TETHER), quote("b", 0.9, TETHER), previous=before)
        assert "0.9 dollars" in rates.refused["USDT"]


class TestByWayOfTheOtherCoin:
    def test_a_venue_without_dollars_helps(self) -> None:
        rates = rates_of(quote("a", 1.001, TETHER, at_ms=NOW - 9), quote("b", 0.999, CROSS))
        assert rates.coins["USDC"].dollars == pytest.approx(1.001 * 0.999)
        assert rates.coins["USDC"].at_ms == NOW - 9

    def test_and_the_other_way_round(self) -> None:
        rates = rates_of(quote("a", 1.001, CIRCLE), quote("b", 0.999, CROSS))
        assert rates.coins["USDT"].dollars == pytest.approx(1.001 / 0.999)

    def test_a_venue_with_both_counts_once(self) -> None:
        told = quote("a", 1.0, TETHER), quote("a", 1.0, CIRCLE), quote("a", 1.01, CROSS)
        assert rates_of(*told).coins["USDC"].dollars == 1.0

    def test_nothing_follows_from_a_cross_alone(self) -> None:
        rates = rates_of(quote("b", 1.0, CROSS))
        assert rates.coins == {}
        assert rates.refused == {"USDC": "no venue has a quote that counts"}

    def test_a_coin_that_fell_takes_no_other_with_it(self) -> None:
        told = quote("a", 0.9, TETHER), quote("a", 1.0, CIRCLE), quote("b", 1.11, CROSS)
        rates = rates_of(*told)
        assert rates.coins["USDC"].dollars == 1.0
        assert rates.refused["USDT"].startswith("0.90045 dollars")


class TestConversion:
    rates = DollarRates({"USDT": CoinRate(0.998, NOW - 50), "USDC": CoinRate(1.002, NOW - 90)})
    told = quote("a", 100.0, bid=99.0, ask=101.0, turnover=1_000.0, currency="USD", at_ms=NOW - 60)

    def test_the_same_currency_is_the_same_quote(self) -> None:
        assert DollarRates().convert(self.told, "USD") is self.told
        euros = quote("a", 100.0, "BTC/EUR")
        assert DollarRates().convert(euros, "EUR") is euros

    @pytest.mark.parametrize(
        ("currency", "into", "factor", "at_ms"),
        [
            ("USD", "USDT", 1 / 0.998, NOW - 60),
            ("USD", "USDC", 1 / 1.002, NOW - 90),
            ("USDT", "USD", 0.998, NOW - 60),
            ("USDT", "USDC", 0.998 / 1.002, NOW - 90),
            ("USDC", "USDT", 1.002 / 0.998, NOW - 90),
        ],
    )
    def test_everything_in_money_is_converted(self, currency, into, factor, at_ms) -> None:
        told = quote(
            "a", 100.0, bid=99.0, ask=101.0, turnover=1e3, currency=currency, at_ms=NOW - 60
        )
        found = self.rates.convert(told, into)
        assert found is not None
        assert (found.venue, found.pair, found.currency) == ("a", told.pair, into)
        assert found.price == pytest.approx(100 * factor)
        assert found.bid == pytest.approx(99 * factor)
        assert found.ask == pytest.approx(101 * factor)
        assert found.turnover == pytest.approx(1e3 * factor)
        assert found.at_ms == at_ms

    def test_what_a_venue_does_not_tell_stays_untold(self) -> None:
        found = self.rates.convert(quote("a", 100.0, currency="USD", turnover=math.nan), "USDT")
        assert found is not None
        assert math.isnan(found.bid)
        assert math.isnan(found.turnover)

    @pytest.mark.parametrize(("currency", "into"), [("EUR", "USDT"), ("USDT", "EUR")])
    def test_other_currencies_have_no_rate(self, currency, into) -> None:
        assert self.rates.convert(quote("a", 100.0, currency=currency), into) is None

    def test_a_dollar_coin_is_never_a_dollar_by_itself(self) -> None:
        assert DollarRates().convert(quote("a", 100.0, currency="USD"), "USDT") is None
        assert DollarRates().rate("USDC", "USDT") is None
