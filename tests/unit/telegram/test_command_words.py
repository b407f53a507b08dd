"""What stands behind a command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.telegram.command_list import COMMANDS, HELP, is_key
from aurum_plugins.telegram.command_words import (
    BY_HAND,
    MOST_DECISIONS,
    SwitchWords,
    WhyWords,
    meant,
    switch_words,
    why_words,
)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("", SwitchWords(every_bot=False, flat=False, reason=BY_HAND)),
        ("flat", SwitchWords(every_bot=False, flat=True, reason=BY_HAND)),
        ("ALL Flat now", SwitchWords(every_bot=True, flat=True, reason="now")),
        ("flat all now", SwitchWords(every_bot=True, flat=True, reason="now")),
        ("now flat", SwitchWords(every_bot=False, flat=False, reason="now flat")),
        ("flat flat", SwitchWords(every_bot=False, flat=True, reason="flat")),
    ],
)
def test_words_of_kill(said, read) -> None:
    assert switch_words(said.split(), flat=True) == read


def test_rearm_knows_no_flat() -> None:
    read = SwitchWords(every_bot=True, flat=False, reason="flat is over")
    assert switch_words(["all", "flat", "is", "over"], flat=False) == read


@given(st.lists(st.text()))
def test_a_reason_is_one_short_line(words) -> None:
    reason = switch_words(words, flat=True).reason
    assert reason
    assert len(reason) <= 300
    assert reason.isprintable()


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("", WhyWords("", 1)),
        ("btc", WhyWords("btc", 1)),
        ("btc 3", WhyWords("btc", 3)),
        ("btc 0", WhyWords("btc", 1)),
        ("btc 9999", WhyWords("btc", MOST_DECISIONS)),
        ("btc -3", WhyWords("btc", 1)),
        ("btc 99999999", WhyWords("btc", 1)),
        ("btc ²", WhyWords("btc", 1)),
    ],
)
def test_words_of_why(said, read) -> None:
    assert why_words(said.split()) == read


def test_a_coin_of_two_pairs_means_neither() -> None:
    pairs = ["BTC/USDT", "BTC/EUR", "eth/usdt"]
    assert meant("btc", pairs) is None
    assert meant("btc/eur", pairs) == "BTC/EUR"
    assert meant("eth/usdt", pairs) == "eth/usdt"
    assert meant("XRP", pairs) is None


def test_every_command_is_listed_and_may_be_a_key() -> None:
    for command in COMMANDS:
        assert f"/{command.name}" in HELP
        assert is_key(f"/{command.name}")
    for text in ("/start", "/why\n", "why", "/killall", 7, None):
        assert not is_key(text)
