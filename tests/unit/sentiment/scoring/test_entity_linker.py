from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.sentiment.scored_item import MARKET
from aurum_plugins.sentiment.scoring.entity_linker import EntityLinker
from aurum_plugins.sentiment.scoring.errors import WordListRefused
from aurum_plugins.sentiment.scoring.subject_names import parse_subject_names

LINKER = EntityLinker()


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("$LINK up", {"LINK"}),
        ("#LINK up", {"LINK"}),
        ("$link up", {"LINK"}),
        ("LINK/USDT breaks out", {"LINK"}),
        ("LINKUSDT breaks out", {"LINK"}),
        ("Chainlink signs a bank", {"LINK"}),
        ("LINK tumbles", {"LINK"}),
        ("ETH/BTC at a low", {"ETH"}),
        ("Bitcoin Cash halves", {"BCH"}),
        ("bitcoin and ether", {"BTC", "ETH"}),
        ("Near Protocol ships", {"NEAR"}),
        ("ton foundation names chief", {"TON"}),
        ("Sui unlock passes", {"SUI"}),
        ("Avalanche cuts fees", {"AVAX"}),
        ("Binance lists $OP", {"@binance", "OP"}),
        ("OP unlock on mainnet", {"OP"}),
        ("crypto.com hires", {"@crypto.com"}),
        ("Mt. Gox moves coins", {"@mtgox"}),
        ("crypto winter", set()),
        ("exchange halts withdrawals", set()),
    ],
)
def test_subjects(text: str, subjects: set[str]) -> None:
    assert set(LINKER.subjects(text)) == subjects | {MARKET}


@pytest.mark.parametrize(
    "text",
    [
        "Click the link",
        "the end is near",
        "one more thing",
        "CLICK THE LINK NOW PLEASE",
        "a ton of wheat",
        "an avalanche of spam",
        "Ripple effects of the strike",
        "Compound interest explained",
        "ADA compliant ramps",
        "Smashing the atom",
        "OP, can you post it?",
        "https://example.org/LINK",
        "stock exchange closed",
        "",
    ],
)
def test_false_friends(text: str) -> None:
    assert LINKER.subjects(text) == ()


def test_shouting_shows_no_ticker_but_a_name() -> None:
    assert LINKER.subjects("BITCOIN HAS A LINK TO GOLD") == (MARKET, "BTC")


def test_subjects_are_sorted() -> None:
    assert LINKER.subjects("Kraken lists XRP and ADA") == (MARKET, "@kraken", "ADA", "XRP")


@pytest.mark.parametrize("line", ["BTC | bitcoin", "BTC q | bitcoin", "BTC s bitcoin"])
def test_refuses_a_bad_line(line: str) -> None:
    with pytest.raises(WordListRefused, match=r'x, line 2: must begin "subject class \|"'):
        parse_subject_names("x", f"# comment\n{line}\n")


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_market_is_there_whenever_anything_is(text: str) -> None:
    subjects = LINKER.subjects(text)
    assert not subjects or MARKET in subjects
    assert list(subjects) == sorted(set(subjects))


@pytest.mark.parametrize(
    ("text", "relevant"),
    [
        ("Bitcoin rests", True),
        ("Ripple hires", True),
        ("Fees fall", True),
        ("The market is red", True),
        ("The end is near", False),
        ("", False),
    ],
)
def test_what_may_be_good_or_bad_for_a_price(text: str, relevant: bool) -> None:
    assert LINKER.relevant(text) is relevant
