"""Intervals of shares and of counts, against known answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.validation.poisson import poisson
from aurum_plugins.validation.wilson import wilson


def test_wilson_as_in_the_literature() -> None:
    # Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    known = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for counts, ends in known.items():
        assert wilson(*counts) == pytest.approx(ends, abs=1e-4)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_stays_within_bounds(counts) -> None:
    part, whole = counts
    low, high = wilson(part, whole)
    assert 0 <= low <= part / whole + 1e-12
    assert part / whole - 1e-12 <= high <= 1
    mirrored = wilson(whole - part, whole)
    assert (1 - high, 1 - low) == pytest.approx(mirrored)


@pytest.mark.parametrize("counts", [(1, 0), (-1, 5), (6, 5)])
def test_counts_that_are_none_are_refused(counts) -> None:
    with pytest.raises(ValueError, match="successes must be from 0 to samples"):
        wilson(*counts)


def test_poisson_as_in_the_literature() -> None:
    # Garwood (1936), as tabulated by Ulm (1990).
    known = {0: (0.0, 3.689), 1: (0.0253, 5.572), 10: (4.795, 18.390), 100: (81.36, 121.63)}
    for events, ends in known.items():
        assert poisson(events) == pytest.approx(ends, abs=5e-3)
