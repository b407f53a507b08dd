"""When a venue is distrusted, and when it comes back."""

from __future__ import annotations

from told_quotes import NOW

from aurum_plugins.market_data.consensus import Trust, TrustChange


def test_two_bad_rounds_in_a_row_and_it_is_out() -> None:
    trust = Trust(rounds=3)
    assert trust.note("kraken", 5, 8, NOW) is None
    assert trust.distrusted == frozenset()
    change = trust.note("kraken", 4, 8, NOW + 5)
    assert change == TrustChange(
        "kraken", False, NOW + 5, {"outliers": 4, "judged": 8, "bad_rounds": 2}
    )
    assert trust.distrusted == {"kraken"}


def test_less_than_half_of_the_pairs_is_no_bad_round() -> None:
    trust = Trust(rounds=3)
    for outliers in (8, 3, 8, 0, 8, 3):
        assert trust.note("kraken", outliers, 8, NOW) is None


def test_it_comes_back_after_so_many_good_rounds_in_a_row() -> None:
    trust = Trust(rounds=3)
    rounds = [8, 8, 0, 0, 8, 0, 3]
    assert [bool(trust.note("kraken", bad, 8, NOW)) for bad in rounds] == [
        False, True, False, False, False, False, False,
    ]  # fmt: skip
    assert trust.note("kraken", 0, 8, NOW) == TrustChange(
        "kraken", True, NOW, {"outliers": 0, "judged": 8, "good_rounds": 3}
    )
    assert trust.distrusted == frozenset()


def test_a_round_without_a_judgement_says_nothing() -> None:
    trust = Trust(rounds=1)
    trust.note("kraken", 1, 1, NOW)
    assert trust.note("kraken", 0, 0, NOW) is None
    assert trust.note("kraken", 1, 1, NOW) is not None
    assert trust.note("kraken", 0, 0, NOW) is None
    assert trust.distrusted == {"kraken"}
    assert trust.note("kraken", 0, 1, NOW) is not None


def test_venues_are_judged_apart() -> None:
    trust = Trust(rounds=1)
    for venue in ("kraken", "binance", "kraken", "coinbase"):
        trust.note(venue, 1, 1, NOW)
    assert trust.distrusted == {"kraken"}


def test_who_lies_again_after_it_came_back_has_two_rounds_again() -> None:
    trust = Trust(rounds=1)
    changes = [trust.note("kraken", bad, 1, NOW) for bad in (1, 1, 0, 1, 1)]
    assert [change and change.trusted for change in changes] == [None, False, True, None, False]
