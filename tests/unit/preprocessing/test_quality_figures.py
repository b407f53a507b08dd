"""Numbers in words: never rounded to more than is true."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from aurum_plugins.preprocessing.quality import figures


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "–"),  # noqa: RUF001 - the dash for "no figure"
        (0.0, "0 %"),
        (1e-9, "< 0.01 %"),
        (0.0069, "0.69 %"),
        (0.5, "50.00 %"),
        (0.999999, "99.99 %"),
        (1.0, "100 %"),
    ],
)
def test_a_share_is_whole_only_if_it_is(share: float | None, text: str) -> None:
    assert figures.percent(share) == text.replace(" %", "\N{NO-BREAK SPACE}%")


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=5), "5 s"),
        (timedelta(minutes=95), "1 h 35 min"),
        (timedelta(days=2, minutes=1), "2 d 1 min"),
        (timedelta(days=1, hours=4, minutes=9), "1 d 4 h"),
    ],
)
def test_a_span_has_two_units_at_most(length: timedelta, text: str) -> None:
    assert figures.span(length) == text


@pytest.mark.parametrize("here", ["UTC", "Asia/Tokyo"])
def test_times_are_shown_in_utc_wherever_the_reader_is(monkeypatch, here: str) -> None:
    shown = datetime(2024, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", here)
        time.tzset()
        words = figures.moment(shown), figures.day(shown)
        midnight = figures.day(datetime(2024, 1, 1, tzinfo=UTC))
    time.tzset()
    assert words == ("2023-12-31 23:30", "2023-12-31")
    assert midnight == "2024-01-01"


def test_plain_figures() -> None:
    assert figures.count(37_516) == "37,516"
    assert figures.statistic(0.25) == "0.250"
    assert figures.statistic(None) == "–"  # noqa: RUF001 - as above
    assert figures.words("WARM_UP") == "warm up"
    assert figures.breakable("a_<b") == "a_<wbr>&lt;b"
