from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from aurum_plugins.forecasting.registry.event import Event, EventKind
from aurum_plugins.forecasting.registry.standing import Standing
from aurum_plugins.forecasting.registry.version import State

AT = datetime(2025, 4, 1, tzinfo=UTC)
T, P, X = EventKind.TRAINED, EventKind.PROMOTED, EventKind.REJECTED
R, Q, G, I = (  # noqa: E741
    EventKind.ROLLED_BACK,
    EventKind.QUARANTINED,
    EventKind.PRUNED,
    EventKind.REINSTATED,
)


def after(*happened: tuple[EventKind, str]) -> Standing:
    standing = Standing(pair="BTC/USDT")
    for number, (kind, name) in enumerate(happened, start=1):
        standing = standing.after(Event(number=number, time=AT, kind=kind, version=name))
    return standing


@pytest.mark.parametrize(
    ("happened", "champion", "earlier"),
    [
        ([], None, ()),
        ([(T, "a")], None, ()),
        ([(T, "a"), (P, "a")], "a", ()),
        ([(P, "a"), (P, "b"), (P, "c")], "c", ("a", "b")),
        ([(P, "a"), (P, "b"), (P, "a")], "a", ("b",)),
        ([(P, "a"), (P, "a")], "a", ()),
        ([(P, "a"), (P, "b"), (R, "b"), (I, "a")], "a", ()),
        ([(P, "a"), (P, "b"), (P, "c"), (R, "c"), (I, "b"), (R, "b"), (I, "a")], "a", ()),
        ([(P, "a"), (P, "b"), (Q, "b"), (I, "a")], "a", ()),
        ([(P, "a"), (P, "b"), (Q, "a")], "b", ()),
        ([(P, "a"), (Q, "a")], None, ()),
        ([(P, "a"), (P, "b"), (G, "a")], "b", ()),
        ([(T, "a"), (X, "a"), (P, "a")], "a", ()),
    ],
)
def test_who_serves_and_who_served(happened, champion, earlier) -> None:
    standing = after(*happened)
    assert (standing.champion, standing.earlier) == (champion, earlier)
    assert standing.number == len(happened)


def test_every_model_has_one_state() -> None:
    standing = after((P, "a"), (P, "b"), (R, "b"), (P, "c"), (T, "d"), (X, "e"), (G, "f"), (Q, "g"))
    assert standing.states == {
        "a": State.EARLIER,
        "b": State.ROLLED_BACK,
        "c": State.CHAMPION,
        "d": State.CANDIDATE,
        "e": State.REJECTED,
    }
    assert (standing.pruned, standing.quarantined) == (("f",), ("g",))
    assert (standing.swept().pruned, standing.swept().quarantined) == ((), ())
    assert standing.swept().states == standing.states


events = st.lists(st.tuples(st.sampled_from(EventKind), st.sampled_from("abcd")), max_size=30)


@given(events)
def test_a_model_is_in_one_place_whatever_happens(happened) -> None:
    standing = after(*happened)
    places = [standing.champion] if standing.champion else []
    for key in ("earlier", "candidates", "rejected", "rolled_back", "pruned", "quarantined"):
        places += getattr(standing, key)
    assert sorted(places) == sorted({name for _, name in happened})


@given(events)
def test_it_outlives_a_file(happened) -> None:
    standing = after(*happened)
    assert Standing.model_validate_json(standing.model_dump_json()) == standing


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a.b", "-rf", "a/b"])
def test_a_name_is_no_path(name) -> None:
    with pytest.raises(ValidationError):
        Event(number=1, time=AT, kind=T, version=name)
    with pytest.raises(ValidationError):
        Standing.model_validate_json(f'{{"pair": "A/B", "pruned": ["{name}"]}}')
