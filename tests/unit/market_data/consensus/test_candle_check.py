"""Whether other venues saw a candle."""

from __future__ import annotations

import dataclasses
import math

import pytest
from told_quotes import NOW, PAIR, venue_settings

from aurum_plugins.market_data.consensus import (
    CandleAgreement,
    CandleDispute,
    CandleDoubt,
    CoinRate,
    DollarRates,
    check_candle,
)
from aurum_plugins.market_data.venue_candle import VenueCandle

RATES = DollarRates({"USDT": CoinRate(0.99, NOW)})
SETTINGS = venue_settings(candle_deviation_bps=50.0)


def candle(venue="binance", **values) -> VenueCandle:
    told = {"open": 100.0, "high": 101.0, "low": 99.0, "close": 100.0, "volume": 5.0, **values}
    told = {"currency": "USDT", "pair": PAIR, "open_ms": NOW, **told}
    return VenueCandle(venue=venue, **told)


def checked(own, *others):
    return check_candle(own, others, RATES, SETTINGS)


def test_others_confirm_it() -> None:
    found = checked(candle(), candle("kraken", close=100.2), candle("coinbase", close=100.4))
    assert isinstance(found, CandleAgreement)
    assert (found.pair, found.open_ms, found.venues) == (PAIR, NOW, ("coinbase", "kraken"))
    assert found.figures["others_close"] == pytest.approx(100.3)
    assert found.figures["close_bps"] == pytest.approx(0.3 / 100.3 * 1e4)


@pytest.mark.parametrize(
    ("own", "others", "doubt"),
    [
        ({}, {"close": 100.6}, CandleDoubt.CLOSE_DIFFERS),
        ({}, {"close": 99.4}, CandleDoubt.CLOSE_DIFFERS),
        ({"volume": 0.0}, {}, CandleDoubt.NO_VOLUME),
        ({"volume": 0.0, "close": 90.0}, {}, CandleDoubt.NO_VOLUME),
        ({"high": 103.1}, {}, CandleDoubt.RANGE_DIFFERS),
        ({"low": 96.9}, {}, CandleDoubt.RANGE_DIFFERS),
        ({"close": 90.0, "low": 90.0}, {}, CandleDoubt.CLOSE_DIFFERS),
    ],
)
def test_a_dispute_names_the_first_doubt(own, others, doubt) -> None:
    found = checked(candle(**own), candle("kraken", **others))
    assert isinstance(found, CandleDispute)
    assert found.doubt is doubt
    assert found.venues == ("kraken",)
    assert set(found.figures) >= {"close", "others_close", "candle_deviation_bps"}


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ({"high": 102.9, "low": 97.1}, {}),  # a wick, within once the others' range
        ({"volume": 0.0}, {"volume": 0.0}),
        ({}, {"volume": 0.0}),
        ({}, {"high": 110.0, "low": 90.0}),
        # A quiet minute: the ranges do not meet, 2 bps apart.
        (
            {"open": 100.0, "high": 100.0, "low": 100.0},
            {"open": 100.02, "high": 100.03, "low": 100.02, "close": 100.02},
        ),
        ({"high": 100.5, "low": 100.0}, {"high": 100.0, "low": 100.0}),
    ],
)
def test_small_differences_are_no_dispute(own, others) -> None:
    assert isinstance(checked(candle(**own), candle("kraken", **others)), CandleAgreement)


def test_a_wick_in_a_quiet_minute_is_a_dispute() -> None:
    flat = candle("kraken", high=100.0, low=100.0)
    assert checked(candle(high=100.6, low=100.0), flat).doubt is CandleDoubt.RANGE_DIFFERS


def test_one_liar_among_three_others_is_outvoted() -> None:
    liar = candle("liar", open=200.0, high=202.0, low=198.0, close=200.0)
    found = checked(candle(), candle("a"), candle("b"), liar)
    assert isinstance(found, CandleAgreement)


def test_dollars_are_converted() -> None:
    dollars = {"currency": "USD", "open": 99.0, "high": 99.99, "low": 98.01, "close": 99.0}
    found = checked(candle(), candle("kraken", **dollars))
    assert isinstance(found, CandleAgreement)
    assert found.figures["others_close"] == pytest.approx(100.0)


@pytest.mark.parametrize(
    "other",
    [
        {"open_ms": NOW - 60_000},
        {"pair": "ETH/USDT"},
        {"venue": "binance"},
        {"currency": "EUR"},
        {"currency": "USDC"},
        {"close": math.nan},
        {"high": 0.0},
        {"volume": math.nan},
        {"volume": -1.0},
    ],
)
def test_what_does_not_count_confirms_nothing(other) -> None:
    told = dataclasses.replace(candle("kraken"), **other)
    assert checked(candle(), told) == CandleDispute(PAIR, NOW, CandleDoubt.UNCONFIRMED)


def test_alone_nothing_is_confirmed() -> None:
    assert checked(candle()).doubt is CandleDoubt.UNCONFIRMED


@pytest.mark.parametrize("field", ["open", "high", "low", "close", "volume"])
def test_nonsense_of_our_own_is_never_confirmed(field) -> None:
    assert checked(candle(**{field: math.nan}), candle("kraken")).doubt is CandleDoubt.UNCONFIRMED
