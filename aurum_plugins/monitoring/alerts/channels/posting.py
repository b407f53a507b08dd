"""One POST of JSON: in time, to nowhere else, and with errors that hold no address."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from pydantic import SecretStr

from aurum_plugins.clock import Clock, WallClock
from aurum_plugins.market_data.resilience.venue_errors import VenueError
from aurum_plugins.monitoring.alerts.channels.errors import NotSent
from aurum_plugins.sentiment.sources.poll_session import PollSession

TIMEOUT_S: Final = 10.0
_USER_AGENT: Final = "aurumbotx"
# They log the path of each request, for those who debug.
_TALKATIVE: Final = ("urllib3.connectionpool", "urllib3.util.retry", "urllib3.poolmanager")
_posting = threading.local()


@dataclass(frozen=True)
class Posted:
    """An answer.

    Attributes
    ----------
    status : int
    headers : mapping of str to str
        Names in any case.
    body : bytes
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Poster:
    """Posts to one address.

    The time is for the whole request, redirects are not followed, no credentials of the user's
    (`.netrc`) are added, and nothing that is raised or logged shows the address. Proxies of the
    environment are used.

    Parameters
    ----------
    url : SecretStr
    timeout_s : float
    clock : Clock
    """

    def __init__(
        self,
        url: SecretStr,
        *,
        timeout_s: float = TIMEOUT_S,
        clock: Clock | None = None,
    ) -> None:
        self._url = url
        self._session = PollSession(timeout_s, clock or WallClock())
        self._session.headers["User-Agent"] = _USER_AGENT
        # Without this, requests looks for credentials in files.
        self._session.auth = _as_it_is
        for name in _TALKATIVE:
            # The same filter is added once.
            logging.getLogger(name).addFilter(_QUIET)

    def post(self, document: Mapping[str, Any]) -> Posted:
        """Send a document, and return the answer, whatever its status.

        Raises
        ------
        NotSent
            There was no whole answer in time; whether the other side took it is not known.
        """
        answers: list[Posted] = []
        reason = ""
        _posting.now = True
        try:
            with self._session.poll("channel"):
                self._session.post(
                    self._url.get_secret_value(),
                    json=dict(document),
                    allow_redirects=False,
                    hooks={"response": lambda answer, **_: answers.append(_read(answer))},
                )
        except VenueError as error:
            # Statuses from 400 on are raised, too: they have been read before.
            reason = error.reason
        except (ValueError, OSError) as error:
            # An address that makes no sense to a library below; its text may show it.
            reason = type(error).__name__
        finally:
            _posting.now = False
        if not answers:
            # Outside of the handler, so that no error with the address hangs on this one.
            raise NotSent(reason or "no answer")
        return answers[-1]


def _read(answer: requests.Response) -> Posted:
    return Posted(answer.status_code, dict(answer.headers), answer.content)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Quiet(logging.Filter):
    """Keeps what threads that post would log of their requests, paths included."""

    def filter(self, _record: logging.LogRecord) -> bool:
        return not getattr(_posting, "now", False)


_QUIET: Final = _Quiet()
