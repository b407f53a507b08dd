"""Figures that every database takes, and their words."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.execution.figure_words import (
    figures_in_words,
    moment_in_words,
    number_in_words,
)
from aurum_plugins.execution.figures import (
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_FIGURES,
    storable_figures,
)

VALUES = st.one_of(
    st.floats(), st.integers(), st.text(), st.booleans(), st.none(), st.decimals(), st.binary()
)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (1, 1),
        (1.5, 1.5),
        (np.float64(1.5), 1.5),
        (np.float32(1.5), 1.5),
        (np.int64(7), 7),
        (True, "yes"),
        (np.bool_(False), "no"),
        (math.nan, "nan"),
        (np.float64("-inf"), "-inf"),
        (2**60, "1152921504606846976"),
        (None, "None"),
        (Decimal("1.10"), "1.10"),
        ("a\0b", "a b"),
        ("a\ud800", "a?"),
    ],
    ids=str,
)
def test_values_become_plain(value, stored) -> None:
    found = storable_figures({"name": value})["name"]
    assert found == stored
    assert type(found) is type(stored)


def test_figures_are_bounded() -> None:
    found = storable_figures({f"{number:03d}{'x' * 99}": "y" * 9_999 for number in range(99)})
    assert len(found) == MOST_FIGURES
    assert {len(name) for name in found} == {LONGEST_NAME}
    assert {len(str(value)) for value in found.values()} == {LONGEST_TEXT}


@given(st.dictionaries(st.text(max_size=80), VALUES, max_size=50))
def test_whatever_comes_is_json_and_has_words(figures) -> None:
    stored = storable_figures(figures)
    text = json.dumps(stored, allow_nan=False)
    assert json.loads(text) == stored
    text.encode()
    assert isinstance(figures_in_words(stored), str)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"close": 61204.1, "channel_high": 62000.0}, "close 61,204.1; channel high 62,000"),
        ({"spread_bps": 12.3456, "limit_bps": 10}, "spread 12.35 bps; limit 10 bps"),
        ({"drawdown_share": 0.12345, "limit_share": 0.2}, "drawdown 12.35 %; limit 20 %"),
        ({"since_ms": 1_795_341_600_000}, "since 2026-11-22 10:00 UTC"),
        ({"since_ms": 1_795_341_605_999}, "since 2026-11-22 10:00:05 UTC"),
        ({"age_ms": 90_000}, "age 90 s"),
        ({"age_ms": 150}, "age 150 ms"),
        ({"age_ms": 5_400_000}, "age 90 min"),
        ({"age_ms": 3 * 86_400_000}, "age 3 d"),
        ({"longest_age_seconds": 2.5}, "longest age 2.5 s"),
        ({"held_hours": 24, "held_days": 2}, "held 24 h; held 2 d"),
        ({"known_candles": 19}, "known 19 candles"),
        ({"spread_bps": "nan", "equity": "inf"}, "spread bps unknown; equity infinite"),
        ({"spread_bps": math.nan, "age_ms": math.inf}, "spread unknown bps; age infinite"),
        ({"check": "price collar"}, "check price collar"),
        ({"_bps": 3}, " bps 3"),
    ],
    ids=str,
)
def test_words_know_units(figures, words) -> None:
    assert figures_in_words(figures) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1234567.891, "1,234,568"),
        (0.000012345678, "0.0000123457"),
        (-1234.5, "-1,234.5"),
        (1e-30, "1e-30"),
        (1.2345678e300, "1.235e+300"),
        (-math.inf, "minus infinite"),
    ],
)
def test_numbers_have_sensible_digits(number, words) -> None:
    assert number_in_words(number) == words


@given(st.floats(min_value=1e-9, max_value=1e12))
def test_a_number_in_words_is_close_to_it(number) -> None:
    assert float(number_in_words(number).replace(",", "")) == pytest.approx(number, rel=1e-5)


def test_a_moment_beyond_the_calendar_is_a_number() -> None:
    assert moment_in_words(10**18) == "1000000000000000000 ms"
