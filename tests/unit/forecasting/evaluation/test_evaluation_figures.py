"""Numbers as a reader sees them."""

from __future__ import annotations

import pytest

from aurum_plugins.forecasting.evaluation import figures
from aurum_plugins.forecasting.evaluation.report import Estimate

HERE = Estimate(value=0.5, low=-0.0123, high=0.0456)
NOWHERE = Estimate(value=0.5)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.7412, "74.1 %"),
        (1.0, "100.0 %"),
        (0.0, "0.0 %"),
        (0.0031, "0.31 %"),
        (0.00001, "< 0.01 %"),
        (-0.0064, "-0.64 %"),
        (-0.21, "-21.0 %"),
        (None, figures.NONE),
    ],
)
def test_shares(value, text) -> None:
    assert plain(figures.share(value)) == text


def test_differences_have_a_sign_unless_they_are_nothing() -> None:
    assert plain(figures.points(0.0134)) == "+1.3 points"
    assert plain(figures.points(-0.0134)) == "-1.3 points"
    assert plain(figures.points(-0.0001)) == "0.0 points"
    assert figures.points(None) == figures.signed(None) == figures.NONE
    assert plain(figures.signed(0.01234)) == "+0.0123"
    assert plain(figures.signed(-0.00001)) == "0.0000"
    assert plain(figures.ratio(-1.234)) == "-1.23"
    assert figures.ratio(None) == figures.NONE


def test_intervals_are_shown_where_there_are_any() -> None:
    assert plain(figures.between(HERE)) == "-1.2 to 4.6 %"
    assert plain(figures.points_between(HERE)) == "-1.2 to +4.6"
    assert plain(figures.signed_between(HERE)) == "-0.0123 to +0.0456"
    assert figures.plain_between(Estimate(value=0.5, low=0.4, high=0.6)) == "0.400 to 0.600"
    for form in (
        figures.plain_between,
        figures.between,
        figures.points_between,
        figures.signed_between,
    ):
        assert form(NOWHERE) == ""
