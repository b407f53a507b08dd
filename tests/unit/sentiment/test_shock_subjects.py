"""Whose shocks concern a pair."""

from __future__ import annotations

from aurum_plugins.sentiment.shock_subjects import shock_subjects


def test_a_shock_concerns_a_pair_by_coin_exchange_or_all() -> None:
    assert set(shock_subjects("BTC", "binance")) == {"BTC", "@binance", "*"}


def test_branches_of_an_exchange_stand_and_fall_with_it() -> None:
    assert shock_subjects("BTC", "binanceus") == ("BTC", "@binance", "*")


def test_without_an_exchange_and_of_the_market_itself() -> None:
    assert shock_subjects("*", "") == ("*",)
