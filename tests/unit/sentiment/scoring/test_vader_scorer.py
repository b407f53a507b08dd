from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.sentiment.scoring.label import THRESHOLD, label_of
from aurum_plugins.sentiment.scoring.vader_scorer import VaderScorer


@pytest.fixture(scope="module")
def scorer() -> VaderScorer:
    return VaderScorer()


def label(scorer: VaderScorer, text: str) -> int:
    return label_of(float(scorer.score([text])[0]))


# Each rule with texts that differ in what it turns on.
RULES = {
    "price moves": [
        ("Bitcoin plunges 9% overnight", -1),
        ("Bitcoin soars 9% overnight", 1),
        ("Bitcoin is +9% today", 1),
        ("Bitcoin is -9% today", -1),
    ],
    "noun moves": [
        ("Fund outflows slow", 1),
        ("Fund outflows surge", -1),
        ("Selling pressure fades", 1),
        ("Network fees plunge", 1),
        ("Drop in fees on Ethereum", 1),
        ("Bitcoin rally fades", -1),
        ("The slide deepens", -1),
        ("Hack losses fall", 1),
        ("Inflows dry up", -1),
    ],
    "how much of a noun": [("Strong demand for ether", 1), ("Heavy selling in ether", -1)],
    "noun stopped": [
        ("Exchange halts withdrawals", -1),
        ("Withdrawals halted at exchange", -1),
        ("Miners halt selling", 1),
        ("Regulator suspends probe", 1),
        ("Bug freezes deposits", -1),
    ],
    "noun resumed": [
        ("Exchange resumes withdrawals", 1),
        ("Bitcoin resumes slide", -1),
        ("Exchange reopens", 1),
    ],
    "relief": [
        ("Judge dismisses lawsuit", 1),
        ("Charges dismissed against founder", 1),
        ("Country lifts ban", 1),
        ("Lender repays victims of hack", 1),
    ],
    "noun secured": [("Issuer wins etf approval", 1)],
    "negation": [
        ("The protocol was not hacked", 1),
        ("The protocol was hacked", -1),
        ("This is not bullish", -1),
        ("No losses for users", 1),
        ("I have never been this bearish", -1),
    ],
    "failed": [
        ("Bitcoin fails to rally", -1),
        ("Bears fail to crash bitcoin", 1),
        ("Exchange refuses to pay", -1),
    ],
    "denied": [("Exchange denies hack", 0)],
    "foes": [("Bears getting crushed", 1), ("Bulls getting crushed", -1)],
    "squeezes": [
        ("Shorts liquidated in minutes", 1),
        ("Longs liquidated in minutes", -1),
        ("Short squeeze under way", 1),
    ],
    "coins move": [
        ("Whale moves 9,000 BTC to Binance", -1),
        ("Whale moves 9,000 BTC from Binance", 1),
        ("Employee moves to Binance", 0),
    ],
    "more than ever": [
        ("Biggest outflows since March", -1),
        ("Bitcoin falls by the most since March", -1),
    ],
    "expectations": [
        ("Exchange beats expectations", 1),
        ("Exchange misses expectations", -1),
    ],
    "despite": [("Bitcoin rises despite exploit", 1)],
    "but": [("Nice gains, but the protocol was hacked", -1)],
    "questions": [("What is the hash rate?", 0), ("How to store ether safely", 0)],
    "verdicts": [("Exchange cancels listing, the change is routine", 0)],
    "maintenance": [("Exchange suspends deposits for scheduled maintenance", 0)],
    "quotation marks": [('The "insolvent" lender pays on', 1)],
    "mockery": [("Great, another exchange halts withdrawals", -1)],
    "nothing of the markets": [("A horrible murder in the village", 0)],
    "failures before": [("Attempt to steal $40M from bridge fails", 1)],
    "words of another meaning": [
        ("Shares of the trust and its security token", 0),
        ("Gas support at the resistance", 0),
    ],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [case for cases in RULES.values() for case in cases],
    ids=[f"{rule}: {text}" for rule, cases in RULES.items() for text, _ in cases],
)
def test_rules(scorer: VaderScorer, text: str, expected: int) -> None:
    assert label(scorer, text) == expected, scorer.explain(text)


def test_scores_have_the_shape_of_the_texts(scorer: VaderScorer) -> None:
    scores = scorer.score(["Bitcoin soars", "", "Bitcoin crashes"])
    assert scores.shape == (3,)
    assert scores.dtype == np.float64
    assert scores[0] > 0 == scores[1] > scores[2]
    assert scorer.score([]).shape == (0,)


def test_a_score_depends_on_its_text_alone(scorer: VaderScorer) -> None:
    texts = ["Bitcoin soars", "Exchange hacked", "Fees explained"]
    apart = [scorer.score([text])[0] for text in texts]
    assert scorer.score(texts).tolist() == apart
    assert VaderScorer().score(texts).tolist() == apart


def test_explains_its_score(scorer: VaderScorer) -> None:
    terms = scorer.explain("Fund outflows slow, ether jumps")
    assert [(term.text, term.rule) for term in terms] == [
        ("slow", "noun moves"),
        ("jumps", "price moves"),
    ]
    assert all(term.value > 0 for term in terms)
    assert scorer.explain("The weather in Lisbon") == ()


def test_names_its_version(scorer: VaderScorer) -> None:
    assert scorer.version == "vader-crypto-1"


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_has_a_finite_score(text: str) -> None:
    score = VaderScorer().score([text])[0]
    assert -1 <= score <= 1


def test_labels() -> None:
    assert [label_of(x) for x in (-1, -THRESHOLD, -0.01, 0, 0.01, THRESHOLD, 1)] == [
        -1,
        -1,
        0,
        0,
        0,
        1,
        1,
    ]
