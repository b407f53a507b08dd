"""What needs no server: turns, and errors that never reach one."""

from __future__ import annotations

import socket
from threading import Event, Thread
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.resilience.venue_errors import (
    BudgetSpent,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.sentiment.sources.poll_session import PollSession


class Told(BaseAdapter):
    """Raises what it is given, or answers 200."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self._error = error
        self.timeouts: list[float] = []

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        self.timeouts.append(kwargs["timeout"])
        if self._error is not None:
            raise self._error
        answer = requests.Response()
        answer.status_code, answer._content, answer.request = 200, b"ok", request
        return answer

    def close(self) -> None:
        """Nothing is open."""


def session(error: Exception | None = None, timeout_s: float = 5.0) -> PollSession:
    made = PollSession(timeout_s, VirtualClock(0))
    made.mount("https://", Told(error))
    return made


def test_a_request_has_what_is_left_of_the_time() -> None:
    made = session()
    with made.poll("rss:a"):
        assert made.request("GET", "https://a.example").content == b"ok"
    (timeout_s,) = made.get_adapter("https://").timeouts
    assert 4.0 < timeout_s <= 5.0


def test_nothing_is_asked_outside_of_a_poll() -> None:
    made = session()
    with made.poll("rss:a"):
        pass
    with pytest.raises(BudgetSpent, match="rss:a: poll: not asked within 5 s"):
        made.request("GET", "https://a.example")
    assert made.get_adapter("https://").timeouts == []


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (requests.ConnectTimeout("https://a?key=hush"), VenueUnreachable, "no answer within 5 s"),
        (requests.ReadTimeout("https://a?key=hush"), VenueUnreachable, "no answer within 5 s"),
        (requests.ConnectionError("https://a?key=hush"), VenueUnreachable, "ConnectionError"),
        (requests.exceptions.SSLError("hush"), VenueUnreachable, "SSLError"),
        (requests.exceptions.InvalidHeader("hush"), VenueRefuses, "a header that makes no sense"),
        (requests.exceptions.InvalidURL("hush"), VenueRefuses, "its address makes no sense"),
    ],
)
def test_errors_are_named_without_the_address(
    error: Exception, kind: type[Exception], reason: str
) -> None:
    made = session(error)
    with made.poll("rss:a"), pytest.raises(kind) as caught:
        made.request("GET", "https://a.example")
    assert str(caught.value) == f"rss:a: poll: {reason}"


def test_polls_wait_for_their_turn_and_not_for_ever() -> None:
    made = session(timeout_s=0.05)
    begun, over = Event(), Event()

    def hold() -> None:
        with made.poll("reddit:a"):
            begun.set()
            over.wait(10)

    holder = Thread(target=hold)
    holder.start()
    assert begun.wait(10)
    try:
        with pytest.raises(BudgetSpent, match=r"reddit:b: turn: not asked: no turn within 0\.05 s"):
            made.poll("reddit:b").__enter__()
    finally:
        over.set()
        holder.join(10)
    with made.poll("reddit:b"):
        pass


def test_connections_through_a_proxy_are_shut_in_time_as_well() -> None:
    made = PollSession(1.0, VirtualClock(0))
    adapter = made.get_adapter("https://")
    manager = adapter.proxy_manager_for("http://127.0.0.1:9")
    assert manager.pool_classes_by_scheme is adapter.poolmanager.pool_classes_by_scheme


def test_a_connection_that_opens_too_late_is_shut_at_once() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        session()._opened(ours)
        assert theirs.recv(1) == b""
