from __future__ import annotations

import pytest

from aurum_plugins.sentiment.scoring.inflection import noun_forms, verb_forms
from aurum_plugins.sentiment.scoring.tokens import tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Binance\u2019s fees", ["binance", "fees"]),
        ("don\u2019t let\u2019s", ["don't", "let's"]),
        ("up 7.5% or 7 percent", ["up", "%", "or", "%"]),
        ("-3% +4% \u22125%", ["-%", "+%", "-%"]),
        ("$1.2B and 10x", ["#", "and", "#x"]),
        ("$BTC #moon @someone", ["$btc", "moon", "@someone"]),
        ("all-time high", ["all", "time", "high"]),
        ("the U.S. market", ["the", "us", "market"]),
        ("see https://a.b/c?d now", ["see", "now"]),
        ("wallet -> exchange - done", ["wallet", "->", "exchange", "-", "done"]),
        ("\U0001f680!", ["\U0001f680", "!"]),
        ("zero\u200bwidth", ["zerowidth"]),
        ("", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("halt", ("halt", "halts", "halted", "halting")),
        ("drop", ("drop", "drops", "dropped", "dropping")),
        ("ease", ("ease", "eases", "eased", "easing")),
        ("rally", ("rally", "rallies", "rallied", "rallying")),
        ("crash", ("crash", "crashes", "crashed", "crashing")),
        ("free", ("free", "frees", "freed", "freeing")),
        ("delay", ("delay", "delays", "delayed", "delaying")),
        ("defer", ("defer", "defers", "deferred", "deferring")),
        ("fall", ("fall", "falls", "fell", "fallen", "falling")),
    ],
)
def test_verb_forms(verb: str, forms: tuple[str, ...]) -> None:
    assert verb_forms(verb) == forms


def test_noun_forms() -> None:
    assert noun_forms("margin call") == ("margin call", "margin calls")
    assert noun_forms("penalty") == ("penalty", "penalties")
    assert noun_forms("loss") == ("loss", "losses")
