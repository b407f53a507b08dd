"""What a pairlist says of the pairs that it takes out."""

from __future__ import annotations

from aurum_plugins.pairlists._removals import Removals


def test_each_removal_is_told_once_until_its_rule_changes_or_the_pair_is_back() -> None:
    said: list[str] = []
    removals = Removals("Filter", said.append)
    removals.report({"A/U": ("thin", "1 is too thin"), "B/U": None})
    removals.report({"A/U": ("thin", "2 is too thin"), "B/U": None})
    assert said == ["Filter removed A/U: 1 is too thin"]
    removals.report({"A/U": ("wild", "too wild"), "B/U": ("wild", "wild as well")})
    removals.report({"A/U": None, "B/U": ("wild", "still wild")})
    assert said[1:] == [
        "Filter removed A/U: too wild",
        "Filter removed B/U: wild as well",
        "Filter keeps A/U again",
    ]


def test_a_pair_that_is_not_named_is_forgotten() -> None:
    said: list[str] = []
    removals = Removals("Filter", said.append)
    for report in ({"A/U": ("thin", "too thin")}, {}, {"A/U": None}, {"A/U": ("thin", "again")}):
        removals.report(report)
    assert said == ["Filter removed A/U: too thin", "Filter removed A/U: again"]
