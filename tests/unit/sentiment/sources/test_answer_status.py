from __future__ import annotations

import pytest

from aurum_plugins.market_data.resilience.venue_errors import (
    VenueError,
    VenueFailing,
    VenueLimiting,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.sentiment.sources.answer_status import LONGEST_PAUSE_S, status_error
from aurum_plugins.sentiment.sources.credentials_refused import CredentialsRefused

NOW_MS = 1_795_435_200_000


def error(status: int, **headers: str) -> VenueError | None:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return status_error("x:btc", "poll", status, told, NOW_MS)


@pytest.mark.parametrize("status", [200, 204, 302, 304, 399])
def test_below_400_nothing_is_wrong(status: int) -> None:
    assert error(status) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, VenueRefuses),
        (401, CredentialsRefused),
        (403, CredentialsRefused),
        (404, VenueRefuses),
        (408, VenueUnreachable),
        (429, VenueLimiting),
        (451, VenueRefuses),
        (500, VenueFailing),
        (503, VenueFailing),
        (599, VenueFailing),
    ],
)
def test_kinds(status: int, kind: type[VenueError]) -> None:
    found = error(status)
    assert type(found) is kind
    assert str(found) == f"x:btc: poll: HTTP status {status}"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry_After": "7"}, 7.0),
        ({"retry_after": "-7"}, 0.0),
        ({"Retry_After": "Mon, 23 Nov 2026 12:01:00 GMT"}, 60.0),
        ({"Retry_After": "nan"}, None),
        ({"X_RateLimit_Reset": "61"}, 61.0),
        ({"x_rate_limit_reset": "1795435230"}, 30.0),
        ({"x_rate_limit_reset": "0"}, 0.0),
        ({"x_rate_limit_reset": "9" * 30}, LONGEST_PAUSE_S),
        ({"x_rate_limit_reset": "inf"}, None),
        ({"x_rate_limit_reset": "later"}, None),
        ({"Retry_After": "5", "x_ratelimit_reset": "61"}, 5.0),
    ],
)
def test_when_to_come_back(headers: dict[str, str], seconds: float | None) -> None:
    found = error(429, **headers)
    assert found is not None
    assert found.retry_after_s == seconds


def test_a_503_that_says_when_to_come_back_is_obeyed() -> None:
    assert type(error(503, Retry_After="9")) is VenueLimiting
    assert type(error(500, Retry_After="9")) is VenueFailing
