"""What stands above a venue's answer, kept for whoever has to understand the error.

ccxt tells an error's class and a text; the HTTP status and `Retry-After` are lost on the way.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from aurum_plugins.clock import SECOND_MS, Clock

_NAME = "answer_head"


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """Status and header of one answer.

    Attributes
    ----------
    status : int
        HTTP status.
    retry_after_s : float or None
        Seconds after which to ask again, 0 or more; None = the venue did not tell.
    """

    status: int
    retry_after_s: float | None


def note_answer_heads(api: Any, clock: Clock) -> None:
    """Let the errors of an asynchronous ccxt exchange carry the head of the answer they are about.

    Parameters
    ----------
    api : ccxt.async_support.Exchange
        Its `fetch` and `on_rest_response` are replaced. Requests may run side by side.
    clock : Clock
        Where `Retry-After` is a date.
    """
    fetch, on_rest_response = api.fetch, api.on_rest_response
    newest: ContextVar[AnswerHead | None] = ContextVar("newest", default=None)

    @functools.wraps(on_rest_response)
    def note(status: int, reason: str, url: str, method: str, headers: Any, *rest: Any) -> Any:
        newest.set(AnswerHead(status, retry_after(headers, clock.now_ms())))
        return on_rest_response(status, reason, url, method, headers, *rest)

    # The parameters and defaults are those of ccxt.
    @functools.wraps(fetch)
    async def fetch_noting(
        url: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> Any:
        newest.set(None)
        try:
            return await fetch(url, method, headers, body)
        except Exception as error:
            setattr(error, _NAME, newest.get())
            raise

    api.on_rest_response = note
    api.fetch = fetch_noting


def answer_head(error: BaseException) -> AnswerHead | None:
    """Head of the answer that an error is about; None if there was no answer."""
    head = getattr(error, _NAME, None)
    return head if isinstance(head, AnswerHead) else None


def retry_after(headers: Mapping[str, str], now_ms: int) -> float | None:
    """Seconds after which a venue wants to be asked again.

    Parameters
    ----------
    headers : mapping of str to str
        Of the answer.
    now_ms : int
        UTC milliseconds.

    Returns
    -------
    float or None
        0 or more; None if it does not say, or nothing that can be understood.

    References
    ----------
    RFC 9110, section 10.2.3: a number of seconds or an HTTP date. Binance sends seconds with 418
    and 429 (its REST documentation, "IP Limits").
    """
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    if told is None:
        return None
    try:
        seconds = float(told)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(told).timestamp() - now_ms / SECOND_MS
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
