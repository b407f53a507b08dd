"""A request to Coinbase, and how it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from multidict import MultiMapping

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.coinbase.products import product_id
from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.venue_view import Listing, VenueView

# More digits than any time in nanoseconds has.
LONGEST_NUMBER = 20


class Refused(Exception):
    """An error of Coinbase's.

    Attributes
    ----------
    status : int
        HTTP status.
    error : str
        For example `NOT_FOUND`.
    message : str
        In words.
    """

    def __init__(self, status: int, error: str, message: str) -> None:
        self.status = status
        self.error = error
        self.message = message
        super().__init__(f"{status} {error}: {message}")

    @property
    def body(self) -> dict[str, object]:
        """The answer."""
        return {"error": self.error, "error_details": self.message, "message": self.message}


def invalid(argument: str, why: str = "") -> Refused:
    """The refusal of an argument."""
    detail = f" - {why}" if why else ""
    return Refused(400, "INVALID_ARGUMENT", f"{argument} argument is invalid{detail}")


class Asked:
    """One request: its parameters, and the market as it has to be shown.

    Parameters
    ----------
    path : mapping of str to str
        What stands in the path.
    query : multi-mapping of str to str
        Parameters; some may be repeated.
    faults : ActiveFaults
        What the answer must distort.
    view : VenueView
    clock_ms : int
        UTC milliseconds.

    Attributes
    ----------
    clock_ms : int
        UTC milliseconds by Coinbase's own clock.
    now_ms : int
        UTC milliseconds at which the market is shown.
    view : VenueView
        At the prices to show.
    listings : dict of str to Listing
        By product id.
    """

    def __init__(
        self,
        path: Mapping[str, str],
        query: MultiMapping[str],
        faults: ActiveFaults,
        view: VenueView,
        clock_ms: int,
    ) -> None:
        self.path = path
        self.query = query
        self.faults = faults
        self.view = view.scaled(faults.price_factor)
        self.clock_ms = clock_ms + faults.clock_skew_ms
        self.now_ms = clock_ms + faults.now_shift_ms
        self.listings = {product_id(row): row for row in view.listings.values()}

    def listing(self) -> Listing:
        """The product that is asked for, in the path or as a parameter.

        Raises
        ------
        Refused
            If there is no such product.
        """
        name = self.path.get("product_id") or self.query.get("product_id", "")
        if name not in self.listings:
            raise Refused(404, "NOT_FOUND", f"Product {name} not supported")
        return self.listings[name]

    def whole(self, name: str, default: int) -> int:
        """A parameter that is a whole number, 0 or more.

        Raises
        ------
        Refused
            If it is something else.
        """
        text = self.query.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
            raise invalid(name)
        return int(text)

    def count(self, most: int) -> int:
        """The parameter `limit`: at most, and by default, `most`."""
        return min(self.whole("limit", most), most) or most


def iso(time_ms: int) -> str:
    """UTC milliseconds as Coinbase writes them: `2023-06-30T04:02:40.533000Z`."""
    moment = datetime.fromtimestamp(time_ms // SECOND_MS, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ms % SECOND_MS:03d}000Z"
