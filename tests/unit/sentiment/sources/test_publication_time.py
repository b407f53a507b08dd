from __future__ import annotations

import math

import pytest

from aurum_plugins.sentiment.sources.publication_time import publication_time


@pytest.mark.parametrize(
    ("told", "known"),
    [
        (1_000, 1_000_000),
        (1_000.5, 1_000_500),
        (2_000, 2_000_000),
        (2_000.001, None),
        (0, None),
        (-5, None),
        (math.nan, None),
        (math.inf, None),
        (10**400, None),
        ("1000", None),
        (None, None),
        (True, None),
    ],
)
def test_times_that_can_be_true_are_taken(told: object, known: int | None) -> None:
    assert publication_time(told, now_ms=2_000_000) == known
