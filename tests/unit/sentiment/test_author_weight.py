"""How much it counts who says it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.sentiment.author_weight import HIGHEST, LOWEST, author_weight


@pytest.mark.parametrize(
    ("reach", "weight"),
    [(None, 1.0), (1_000, 1.0), (10_000, 1.25), (100, 0.75), (10, 0.5), (0, 0.5), (-7, 0.5)],
)
def test_known_answers(reach: int | None, weight: float) -> None:
    assert author_weight(reach) == pytest.approx(weight)


@given(st.integers(-(10**30), 10**30), st.integers(0, 10**30))
def test_it_is_bounded_and_never_falls_with_the_reach(reach: int, more: int) -> None:
    assert LOWEST <= author_weight(reach) <= author_weight(reach + more) <= HIGHEST
