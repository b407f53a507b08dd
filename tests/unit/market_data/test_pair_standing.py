from __future__ import annotations

from aurum_plugins.market_data.pair_standing import PairStanding


def verdicts(standing: PairStanding, looks: str, every_ms: int = 10_000) -> str:
    """Look after look: `+` is agreement, `-` none; `x` = out."""
    return "".join(
        "." if standing.note(look == "+", count * every_ms) else "x"
        for count, look in enumerate(looks)
    )


def standing() -> PairStanding:
    return PairStanding(patience_ms=60_000, return_ms=30_000)


def test_the_first_look_decides_at_once() -> None:
    assert verdicts(standing(), "+") == "."
    assert verdicts(standing(), "-") == "x"


def test_a_pair_goes_when_dissent_has_lasted_and_is_back_when_agreement_has() -> None:
    assert verdicts(standing(), "+-------++++-+") == ".......xxxx..."


def test_a_short_dissent_does_nothing_however_often() -> None:
    assert verdicts(standing(), "+" + "------+" * 20) == "." * 141


def test_a_short_agreement_does_nothing_however_often() -> None:
    assert verdicts(standing(), "-" + "+++-" * 20) == "x" * 81


def test_zero_means_at_once() -> None:
    assert verdicts(PairStanding(0, 0), "+-+--+") == ".x.xx."


def test_what_was_between_two_looks_does_not_count() -> None:
    seldom = standing()
    assert verdicts(seldom, "+-+-", every_ms=3_600_000) == "...."
    assert verdicts(standing(), "--++", every_ms=3_600_000) == "xxx."


def test_a_clock_that_is_set_back_begins_anew() -> None:
    looked = standing()
    assert looked.note(True, 1_000_000)
    assert looked.note(False, 1_010_000)
    assert looked.note(False, 5_000)
    assert looked.note(False, 64_999)
    assert not looked.note(False, 65_000)
