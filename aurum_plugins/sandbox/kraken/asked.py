"""A request to Kraken, and how it is refused."""

from __future__ import annotations

from collections.abc import Mapping

from aurum_plugins.sandbox.faults.active import ActiveFaults
from aurum_plugins.sandbox.kraken.pairs import Asset, Pair
from aurum_plugins.sandbox.venue_view import VenueView

INVALID = "EGeneral:Invalid arguments"


class Refused(Exception):
    """An error of Kraken's.

    Attributes
    ----------
    error : str
        For example `EQuery:Unknown asset pair`.
    """

    def __init__(self, error: str) -> None:
        self.error = error
        super().__init__(error)


class Directory:
    """Kraken's pairs and assets under all their names.

    Parameters
    ----------
    view : VenueView
        Gives the listings.
    """

    def __init__(self, view: VenueView) -> None:
        self.pairs = tuple(Pair.of(listing) for listing in view.listings.values())
        self.assets = {a.key: a for pair in self.pairs for a in (pair.base, pair.quote)}
        self._pairs = {name: pair for pair in self.pairs for name in pair.spellings}
        self._assets = {n: a for a in self.assets.values() for n in (a.code, a.altname, a.key)}

    def pair(self, name: str) -> Pair:
        """The pair of that name.

        Raises
        ------
        Refused
            If there is none.
        """
        try:
            return self._pairs[name]
        except KeyError:
            raise Refused("EQuery:Unknown asset pair") from None

    def asset(self, name: str) -> Asset:
        """The asset of that name.

        Raises
        ------
        Refused
            If there is none.
        """
        try:
            return self._assets[name]
        except KeyError:
            raise Refused("EQuery:Unknown asset") from None


class Asked:
    """One request: its parameters, and the market as it has to be shown.

    Parameters
    ----------
    query : mapping of str to str
        Parameters of the request.
    faults : ActiveFaults
        What the answer must distort.
    directory : Directory
    view : VenueView
    clock_ms : int
        UTC milliseconds.

    Attributes
    ----------
    clock_ms : int
        UTC milliseconds by Kraken's own clock.
    now_ms : int
        UTC milliseconds at which the market is shown.
    view : VenueView
        At the prices to show.
    """

    def __init__(
        self,
        query: Mapping[str, str],
        faults: ActiveFaults,
        directory: Directory,
        view: VenueView,
        clock_ms: int,
    ) -> None:
        self.query = query
        self.faults = faults
        self.directory = directory
        self.view = view.scaled(faults.price_factor)
        self.clock_ms = clock_ms + faults.clock_skew_ms
        self.now_ms = clock_ms + faults.now_shift_ms

    def number(self, name: str, default: int) -> int:
        """A parameter that is a number; what follows its decimal point is dropped.

        Raises
        ------
        Refused
            If it is not one.
        """
        text = self.query.get(name, str(default)).partition(".")[0]
        try:
            return int(text)
        except ValueError:
            raise Refused(f"{INVALID}:{name}") from None

    def count(self, default: int, most: int) -> int:
        """The parameter `count`, from 1 to `most`.

        Raises
        ------
        Refused
            If it is something else.
        """
        count = self.number("count", default)
        if not 1 <= count <= most:
            raise Refused(f"{INVALID}:count")
        return count

    def pair(self) -> Pair:
        """The one pair that is asked for.

        Raises
        ------
        Refused
            If none is named, or there is none of that name.
        """
        name = self.query.get("pair")
        if not name:
            raise Refused(INVALID)
        return self.directory.pair(name)

    def pairs(self) -> list[Pair]:
        """The pairs that are asked for; all when none is named.

        Raises
        ------
        Refused
            If there is none of one of the names.
        """
        names = self.query.get("pair")
        if not names:
            return list(self.directory.pairs)
        return [self.directory.pair(name) for name in names.split(",")]
