from __future__ import annotations

import pytest

from aurum_plugins.errors import AurumError
from aurum_plugins.market_data.resilience import venue_errors
from aurum_plugins.market_data.resilience.venue_errors import VenueError

KINDS = [kind for kind in vars(venue_errors).values() if isinstance(kind, type)]
ERRORS = [kind for kind in KINDS if issubclass(kind, VenueError)]


def test_every_error_has_a_short_name_of_its_own() -> None:
    names = [error.kind for error in ERRORS]
    assert len(set(names)) == len(ERRORS) == 8


@pytest.mark.parametrize("kind", ERRORS)
def test_data_is_on_the_error(kind) -> None:
    error = kind("kraken", "tickers", "no", retry_after_s=2.5)
    assert isinstance(error, AurumError)
    assert (error.venue, error.request, error.reason) == ("kraken", "tickers", "no")
    assert error.retry_after_s == 2.5
    assert str(error) == "kraken: tickers: no"


def test_what_was_not_asked_is_no_failure_of_the_venue() -> None:
    not_asked = {error.__name__ for error in ERRORS if not error.was_asked}
    assert not_asked == {"CircuitOpen", "BudgetSpent"}
    assert not any(error.is_failure for error in ERRORS if not error.was_asked)


def test_failures_are_the_venues_own() -> None:
    assert {error.kind for error in ERRORS if error.is_failure} == {
        "error",
        "unreachable",
        "failing",
        "limiting",
        "senseless",
    }
