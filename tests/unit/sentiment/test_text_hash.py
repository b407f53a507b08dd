"""What stays of a text when only its words count."""

from __future__ import annotations

import pytest

from aurum_plugins.sentiment.text_hash import text_hash, words_of


@pytest.mark.parametrize(
    "other",
    [
        "binance halts withdrawals in the us after $1.5 billion hack",
        "  Binance   HALTS withdrawals, in the U.S., after $1.5 billion hack!!! ",
        "RT @whale_1: Binance halts withdrawals in the US after $1.5 billion hack",
        "Binance halts withdrawals in the US after $1.5 billion hack https://t.co/xYz?a=1&b=2",
        "Binance halts withdrawals in the US after $1.5 billion hack www.binance.com/halt",
        "#Binance halts withdrawals in the US after 1.5 billion hack…",
        "Ｂｉｎａｎｃｅ halts withdrawals in the US after $1.5 billion hack",  # noqa: RUF001
    ],
)
def test_case_spaces_links_and_punctuation_make_no_difference(other: str) -> None:
    assert text_hash(other) == text_hash(
        "Binance halts withdrawals in the US after $1.5 billion hack"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fee is 1.5 %", "Fee is 15 %"),
        ("Binance halts withdrawals", "Binance resumes withdrawals"),
        ("🚀", "💀"),
        ("https://a.io/1", "https://a.io/2"),
        ("", "a"),
    ],
)
def test_words_and_numbers_make_a_difference(one: str, other: str) -> None:
    assert text_hash(one) != text_hash(other)


def test_it_has_sixteen_hexadecimal_digits() -> None:
    for text in ("", "BTC", "\ud800 half a letter", "x" * 5_000):
        assert len(text_hash(text)) == 16
        assert int(text_hash(text), 16) >= 0


def test_thousands_are_one_number() -> None:
    assert words_of("It's $60,000.50 or 60000 (5k)") == ["its", "60000.50", "or", "60000", "5k"]
