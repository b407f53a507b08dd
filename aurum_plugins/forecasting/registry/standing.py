"""Which of a pair's models serves, and where each of the others stands."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from aurum_plugins.forecasting.registry.event import Event, EventKind, VersionId
from aurum_plugins.forecasting.registry.version import State

_CHAMPION = "champion"
_LEAVING = ("pruned", "quarantined")
_STATES = {
    "candidates": State.CANDIDATE,
    "earlier": State.EARLIER,
    "rejected": State.REJECTED,
    "rolled_back": State.ROLLED_BACK,
}
_LISTS = (*_STATES, *_LEAVING)
# Where an event puts the model that it names.
_PLACES = {
    EventKind.TRAINED: "candidates",
    EventKind.REJECTED: "rejected",
    EventKind.ROLLED_BACK: "rolled_back",
    EventKind.PRUNED: "pruned",
    EventKind.QUARANTINED: "quarantined",
    EventKind.PROMOTED: _CHAMPION,
    EventKind.REINSTATED: _CHAMPION,
}


class Standing(BaseModel):
    """The outcome of a pair's history, written as one file in one step.

    It holds its last events, so that a history which lacks them can be completed; and it can be
    made anew from a history.

    Attributes
    ----------
    pair : str
    number : int
        Of the last event; 0 before the first.
    champion : str or None
        The model that serves.
    earlier : tuple of str
        Former champions that may serve again, the latest last.
    candidates, rejected, rolled_back : tuple of str
    pruned, quarantined : tuple of str
        Of the last change: their files may still be there.
    events : tuple of Event
        Those of the last change.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = datetime(2025, 4, 1, tzinfo=UTC)
    >>> def event(number, kind, version):
    ...     return Event(number=number, time=at, kind=kind, version=version)
    >>> standing = Standing(pair="BTC/USDT").after(event(1, EventKind.PROMOTED, "a"))
    >>> standing.after(event(2, EventKind.PROMOTED, "b")).earlier
    ('a',)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    pair: str
    number: int = Field(default=0, ge=0)
    champion: VersionId | None = None
    earlier: tuple[VersionId, ...] = ()
    candidates: tuple[VersionId, ...] = ()
    rejected: tuple[VersionId, ...] = ()
    rolled_back: tuple[VersionId, ...] = ()
    pruned: tuple[VersionId, ...] = ()
    quarantined: tuple[VersionId, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def states(self) -> dict[str, State]:
        """The state of every model that the registry has."""
        states = {name: state for key, state in _STATES.items() for name in getattr(self, key)}
        return states if self.champion is None else {**states, self.champion: State.CHAMPION}

    def after(self, event: Event) -> Self:
        """The standing that an event leads to; `events` is left as it is.

        A champion that another takes the place of becomes the latest of the earlier ones. One that
        is rolled back or quarantined leaves the place empty.
        """
        name = event.version
        lists = {
            key: tuple(other for other in getattr(self, key) if other != name) for key in _LISTS
        }
        champion = None if self.champion == name else self.champion
        place = _PLACES[event.kind]
        if place != _CHAMPION:
            lists[place] += (name,)
        else:
            lists["earlier"] += () if champion is None else (champion,)
            champion = name
        number = max(self.number, event.number)
        return self.model_copy(update={**lists, _CHAMPION: champion, "number": number})

    def swept(self) -> Self:
        """The same, once no file is left of the models that went."""
        return self.model_copy(update=dict.fromkeys((*_LEAVING, "events"), ()))
