"""Texts of replies."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram_markup import LONGEST, length, seen

from aurum_plugins.telegram.reply_text import bold, clock_time, fitted, plain, quoted, unknown

# 2026-11-22 10:00 UTC.
AT_MS = 1_795_341_600_000


@given(st.text(), st.sampled_from([plain, bold, quoted]))
def test_any_text_is_markup_that_parses_and_shows_it(text, markup) -> None:
    shown = seen(f"a{markup(text)}b", "HTML")
    assert "\n" not in shown
    assert shown == f"a{' '.join(shown[1:-1].split())}b"


def test_markup_stays_text() -> None:
    assert seen(bold("<a href='x'>&amp;"), "HTML") == "<a href='x'>&amp;"


@given(st.lists(st.text(max_size=300), max_size=80))
def test_what_does_not_fit_is_counted(texts) -> None:
    parts = [bold(text) for text in texts]
    reply = fitted(["head"], parts, ["tail"])
    assert length(reply) <= LONGEST
    seen(reply, "HTML")
    lines = reply.split("\n")
    assert (lines[0], lines[-1]) == ("head", "tail")
    shown = lines[1:-1]
    if shown != parts:
        assert shown[:-1] == parts[: len(shown) - 1]
        assert shown[-1] == f"… and {len(parts) - len(shown) + 1} more"


def test_letters_are_counted_as_telegram_does() -> None:
    reply = fitted([], ["🚀" * 100] * 30)
    assert length(reply) <= LONGEST
    assert reply.endswith("… and 11 more")


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (0, "10:00:00 UTC, 0 s ago"),
        (90_000, "10:00:00 UTC, 90 s ago"),
        (86_400_000, "2026-11-22 10:00 UTC, 24 h ago"),
        (-5_000, "10:00:00 UTC, -5 s ago"),
    ],
)
def test_times_are_utc_and_say_their_age(passed, said) -> None:
    assert clock_time(AT_MS, AT_MS + passed) == said


def test_an_impossible_time_is_shown_as_it_is() -> None:
    assert clock_time(10**20, AT_MS) == f"{10**20} ms"


def test_what_is_not_known_is_never_a_number() -> None:
    for value in (None, math.nan, math.inf):
        assert unknown(value, str) == "not known"
    assert unknown(0.0, str) == "0.0"
