"""What can go wrong between us and a venue.

VenueError                    venue, request
├── VenueUnreachable          no connection, reset, no answer in time, an answer torn on the way
├── VenueFailing              the venue answered that it cannot: 5xx, maintenance
├── VenueLimiting             too many requests: retry_after_s
│   └── BudgetSpent           not asked at all: we have asked as often as we may; retry_after_s
├── VenueAnswerRefused        an answer that makes no sense: not JSON, impossible times
├── VenueRefuses              asking again would be answered alike: no such market, bad request
└── CircuitOpen               not asked at all: it failed too often; retry_after_s

The first four are worth another try, and count as failures of the venue, `BudgetSpent` excepted.
The fifth is an answer. What was not asked says nothing about the venue.
"""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.errors import AurumError


class VenueError(AurumError):
    """A request to a venue failed.

    Attributes
    ----------
    kind : str
        Short name of the class, for tables: "unreachable".
    is_failure : bool
        Whether the venue failed.
    was_asked : bool
        Whether the request went out at all.
    venue : str
        ccxt's id of the exchange.
    request : str
        What was asked, in our words: "tickers", "candles".
    retry_after_s : float or None
        Seconds after which to ask again; None = nothing is known.
    """

    kind: ClassVar[str] = "error"
    is_failure: ClassVar[bool] = True
    was_asked: ClassVar[bool] = True

    def __init__(
        self, venue: str, request: str, reason: str, retry_after_s: float | None = None
    ) -> None:
        self.venue = venue
        self.request = request
        self.reason = reason
        self.retry_after_s = retry_after_s
        super().__init__(f"{venue}: {request}: {reason}")


class VenueUnreachable(VenueError):
    """There was no whole answer in time."""

    kind = "unreachable"


class VenueFailing(VenueError):
    """The venue says that it cannot answer now."""

    kind = "failing"


class VenueLimiting(VenueError):
    """The venue was asked too often."""

    kind = "limiting"


class BudgetSpent(VenueLimiting):
    """The venue was not asked, because it would have been asked too often."""

    kind = "over budget"
    is_failure = False
    was_asked = False


class VenueAnswerRefused(VenueError):
    """The answer makes no sense."""

    kind = "senseless"


class VenueRefuses(VenueError):
    """The venue understood, and will not; asking again changes nothing."""

    kind = "refused"
    is_failure = False


class CircuitOpen(VenueError):
    """The venue was not asked, because it failed too often lately."""

    kind = "not asked"
    is_failure = False
    was_asked = False
