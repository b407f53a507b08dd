"""ccxt's errors in our words: who is to blame, and whether asking again may help.

An HTTP status, where there was an answer, says more than ccxt's class: a class may stand for any
status (`ExchangeNotAvailable` is what it makes of 400, 404 and 503 alike), and the same status
comes with many (429 is `DDoSProtection` at Binance, `RateLimitExceeded` at Coinbase). Kraken
answers with status 200 whatever goes wrong, and there the class decides.

References
----------
Binance's REST documentation, "HTTP Return Codes": 403 is the web application firewall's limit, 418
a ban after 429, 5xx its own failure. Coinbase's and Kraken's errors: as ccxt's classes for them
list these, not checked against their documentation. As we send no keys, a 403 of theirs can only be
about our address, and asking on would make it worse.
"""

from __future__ import annotations

import aiohttp
import ccxt

from aurum_plugins.market_data.answers.misdated_candles import MisdatedCandles
from aurum_plugins.market_data.resilience.venue_errors import (
    VenueAnswerRefused,
    VenueError,
    VenueFailing,
    VenueLimiting,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.market_data.venues.answer_heads import AnswerHead, answer_head

FIRST_FAILING_STATUS = 500
LIMITING_STATUSES = frozenset({403, 418, 429})
FIRST_REFUSING_STATUS = 400

# Where an error is of several classes, the first of its method resolution order counts.
OF_CLASSES: dict[type[BaseException], type[VenueError]] = {
    # The network's; a TimeoutError is an OSError.
    aiohttp.ClientError: VenueUnreachable,
    OSError: VenueUnreachable,
    ccxt.NetworkError: VenueUnreachable,
    ccxt.RequestTimeout: VenueUnreachable,
    # A session that was closed.
    RuntimeError: VenueUnreachable,
    # The venue's.
    ccxt.ExchangeNotAvailable: VenueFailing,
    ccxt.OnMaintenance: VenueFailing,
    ccxt.OperationFailed: VenueFailing,
    ccxt.RateLimitExceeded: VenueLimiting,
    ccxt.DDoSProtection: VenueLimiting,
    # Its answer's: the last ones are what ccxt's parsers raise on nonsense, decimal's among them.
    ccxt.BadResponse: VenueAnswerRefused,
    LookupError: VenueAnswerRefused,
    TypeError: VenueAnswerRefused,
    AttributeError: VenueAnswerRefused,
    ValueError: VenueAnswerRefused,
    ArithmeticError: VenueAnswerRefused,
    # Ours: BadSymbol, BadRequest, NotSupported, AuthenticationError and all their kin.
    ccxt.ExchangeError: VenueRefuses,
    ccxt.InvalidNonce: VenueRefuses,
    ccxt.BaseError: VenueRefuses,
}
# Of what nobody thought of: worth another try, and a failure of the venue.
OTHERWISE = VenueAnswerRefused


def venue_error(
    venue: str, request: str, error: Exception, retry_after_s: float | None = None
) -> VenueError:
    """Say what an error means for the venue.

    Parameters
    ----------
    venue : str
        ccxt's id of the exchange.
    request : str
        What was asked, in our words: "tickers".
    error : Exception
        Of ccxt, aiohttp, asyncio or a parser; one that is a `VenueError` is given back.
    retry_after_s : float, optional
        Seconds after which to ask again; by default what the answer's head says.

    Returns
    -------
    VenueError
        Its text holds names of classes and the status, and nothing of the address or the body.
    """
    if isinstance(error, VenueError):
        return error
    head = answer_head(error)
    if retry_after_s is None and head is not None:
        retry_after_s = head.retry_after_s
    return _kind(error, head)(venue, request, _reason(error, head), retry_after_s)


def _kind(error: Exception, head: AnswerHead | None) -> type[VenueError]:
    lost = _lost_connection(error)
    if lost is not None:
        return VenueUnreachable
    of_class = next(
        (OF_CLASSES[cls] for cls in type(error).__mro__ if cls in OF_CLASSES), OTHERWISE
    )
    if head is None:
        return of_class
    if head.status >= FIRST_FAILING_STATUS:
        return VenueFailing
    if head.status in LIMITING_STATUSES:
        return VenueLimiting
    if head.status >= FIRST_REFUSING_STATUS and type(error) is ccxt.ExchangeNotAvailable:
        return VenueRefuses
    return of_class


def _lost_connection(error: Exception) -> BaseException | None:
    """What ccxt calls an unavailable exchange or, torn in the middle, an exchange's error."""
    cause = error.__cause__
    return cause if isinstance(cause, aiohttp.ClientError | OSError) else None


def _reason(error: Exception, head: AnswerHead | None) -> str:
    if isinstance(error, MisdatedCandles):
        return str(error)
    lost = _lost_connection(error)
    name = type(error).__name__ + ("" if lost is None else f" ({type(lost).__name__})")
    return name if head is None else f"{name}, HTTP status {head.status}"
