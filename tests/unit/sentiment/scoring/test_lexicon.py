from __future__ import annotations

import pytest

from aurum_plugins.sentiment.scoring.errors import WordListRefused
from aurum_plugins.sentiment.scoring.lexicon import Entry, Role, load_lexicon, parse_lexicon


def test_inflects_terms() -> None:
    found = parse_lexicon("x", "down 2.5 v | slip, break down\nburden -1 n | margin call\n")
    assert found["slipped",] == Entry(Role.DOWN, 2.5)
    assert found["broke", "down"] == Entry(Role.DOWN, 2.5)
    assert found["margin", "calls"] == Entry(Role.BURDEN, -1.0, noun=True)


def test_of_two_lines_the_first_holds() -> None:
    found = parse_lexicon("x", "word 1 x | moon\nword -1 x | moon\n")
    assert found["moon",].value == 1.0


def test_a_movement_that_is_also_a_noun_is_known_as_one() -> None:
    found = parse_lexicon("x", "down 2 v | slide\ndown 2 n | slide\n")
    assert found["slide",].noun
    assert not found["sliding",].noun


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("word 1 | a", r"x, line 2: must begin \"role value forms \|\", got 'word 1'"),
        ("verb 1 v | a", "got 'verb 1 v'"),
        ("word one x | a", "got 'word one x'"),
        ("word 5 x | a", r"value must be in \[-4, 4\], got 5"),
        ("word 1 q | a", "forms must be of v, n, x, got 'q'"),
        ("word 1 x", "forms must be of v, n, x"),
        ("word 1 x | a, , b", "a term must not be empty"),
    ],
)
def test_refuses_a_bad_line(line: str, rule: str) -> None:
    with pytest.raises(WordListRefused, match=rule) as caught:
        parse_lexicon("x", f"# comment\n{line}\n")
    assert (caught.value.file, caught.value.line) == ("x", 2)


def test_ours_come_on_top_of_vaders() -> None:
    terms = load_lexicon("crypto-1").terms
    assert dict(terms["share"])[()].value == 0.0
    assert dict(terms["horrendous"])[()].value < 0
    assert load_lexicon("crypto-1") is load_lexicon("crypto-1")


def test_longer_terms_come_first() -> None:
    lengths = [len(rest) for rest, _ in load_lexicon("crypto-1").terms["short"]]
    assert lengths == sorted(lengths, reverse=True)
