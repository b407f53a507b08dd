"""An answer that is not JSON is an error, and one that freqtrade survives.

ccxt hands out the bare text of an answer that it cannot decode, as if all were well. Its parsers
then find an empty balance, an order without an id or candles from 1970 in it, or fail with an
AttributeError, which freqtrade does not expect and dies of. As a ccxt error of the network's kind
it is retried, and an order whose answer was spoilt is looked up.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any

import ccxt

# Exchanges that answer with a JSON object or array, and with nothing else.
JSON_ONLY = frozenset({"binance", "coinbase", "kraken"})
_EXCERPT = 60


class UnreadableAnswer(ccxt.BadResponse):  # type: ignore[misc]
    """An exchange's answer cannot be decoded; whether it did as asked is unknown.

    Attributes
    ----------
    venue : str
        ccxt's id of the exchange.
    method : str
        HTTP method of the request. Its address is left out: it may carry a signature.
    """

    def __init__(self, venue: str, method: str, answer: object) -> None:
        self.venue = venue
        self.method = method
        excerpt = str(answer)[:_EXCERPT]
        super().__init__(f"{venue}: the answer to a {method} request must be JSON, got {excerpt!r}")


def refuse_unreadable_answers(api: Any) -> None:
    """Let a ccxt exchange raise where an answer cannot be decoded.

    On exchanges outside `JSON_ONLY`, some of which answer with plain text at times, only text that
    begins like a JSON object or array is refused.

    Parameters
    ----------
    api : ccxt.Exchange
        Synchronous or asynchronous; its `fetch` is replaced, and raises `UnreadableAnswer`.
    """
    fetch = api.fetch

    def checked(answer: Any, method: str) -> Any:
        if isinstance(answer, dict | list):
            return answer
        if api.id in JSON_ONLY or str(answer).startswith(("{", "[")):
            raise UnreadableAnswer(api.id, method, answer)
        return answer

    # The parameters and defaults are those of ccxt.
    @functools.wraps(fetch)
    def read(url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        return checked(fetch(url, method, headers, body), method)

    @functools.wraps(fetch)
    async def read_async(
        url: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> Any:
        return checked(await fetch(url, method, headers, body), method)

    api.fetch = read_async if inspect.iscoroutinefunction(fetch) else read
