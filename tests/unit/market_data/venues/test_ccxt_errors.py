"""What errors mean for a venue."""

from __future__ import annotations

import decimal
from typing import Any

import aiohttp
import ccxt
import pytest

from aurum_plugins.market_data.answers import MisdatedCandles, UnreadableAnswer
from aurum_plugins.market_data.resilience.venue_errors import (
    VenueAnswerRefused,
    VenueError,
    VenueFailing,
    VenueLimiting,
    VenueRefuses,
    VenueUnreachable,
)
from aurum_plugins.market_data.venues.answer_heads import AnswerHead
from aurum_plugins.market_data.venues.ccxt_errors import venue_error

URL = "binance GET https://api.binance.com/api/v3/order?signature=s3cret {'body': 1}"


def headed(error: Exception, status: int, retry_after_s: float | None = None) -> Exception:
    error.answer_head = AnswerHead(status, retry_after_s)  # type: ignore[attr-defined]
    return error


def caused(error: Exception, by: BaseException) -> Exception:
    error.__cause__ = by
    return error


MEANINGS: list[tuple[Exception, type[VenueError]]] = [
    # No whole answer.
    (ccxt.RequestTimeout(URL), VenueUnreachable),
    (ccxt.NetworkError(URL), VenueUnreachable),
    (TimeoutError(), VenueUnreachable),
    (ConnectionResetError(), VenueUnreachable),
    (aiohttp.ServerDisconnectedError(), VenueUnreachable),
    (RuntimeError("Session is closed"), VenueUnreachable),
    (caused(ccxt.ExchangeNotAvailable(URL), aiohttp.ClientOSError()), VenueUnreachable),
    (caused(ccxt.ExchangeNotAvailable(URL), OSError()), VenueUnreachable),
    (headed(caused(ccxt.ExchangeError(URL), aiohttp.ClientPayloadError()), 200), VenueUnreachable),
    # The venue cannot.
    (headed(ccxt.ExchangeNotAvailable(URL), 503), VenueFailing),
    (headed(ccxt.ExchangeError(URL), 500), VenueFailing),
    (headed(ccxt.RequestTimeout(URL), 504), VenueFailing),
    (headed(UnreadableAnswer("kraken", "GET", "<html>"), 520), VenueFailing),
    (headed(ccxt.ExchangeNotAvailable(URL), 200), VenueFailing),
    (headed(ccxt.OperationFailed(URL), 400), VenueFailing),
    (ccxt.OperationFailed(URL), VenueFailing),
    (ccxt.OnMaintenance(URL), VenueFailing),
    # The venue would rather not be asked.
    (headed(ccxt.DDoSProtection(URL), 418, 120.0), VenueLimiting),
    (headed(ccxt.RateLimitExceeded(URL), 429, 2.0), VenueLimiting),
    (headed(ccxt.ExchangeError(URL), 429), VenueLimiting),
    (headed(ccxt.PermissionDenied(URL), 403, 2.0), VenueLimiting),
    (headed(ccxt.DDoSProtection(URL), 200), VenueLimiting),
    (ccxt.RateLimitExceeded(URL), VenueLimiting),
    # The answer makes no sense.
    (headed(UnreadableAnswer("binance", "GET", "{half"), 200), VenueAnswerRefused),
    (MisdatedCandles("BTC/USDT", "1m", "not be after 1", 2), VenueAnswerRefused),
    (ccxt.BadResponse(URL), VenueAnswerRefused),
    (ccxt.NullResponse(URL), VenueAnswerRefused),
    (KeyError("bid"), VenueAnswerRefused),
    (IndexError(), VenueAnswerRefused),
    (TypeError(), VenueAnswerRefused),
    (AttributeError(), VenueAnswerRefused),
    (ValueError(), VenueAnswerRefused),
    (decimal.InvalidOperation(), VenueAnswerRefused),
    (ZeroDivisionError(), VenueAnswerRefused),
    (Exception(), VenueAnswerRefused),
    # The venue will not.
    (headed(ccxt.BadSymbol(URL), 400), VenueRefuses),
    (ccxt.BadRequest(URL), VenueRefuses),
    (ccxt.NotSupported(URL), VenueRefuses),
    (ccxt.AuthenticationError(URL), VenueRefuses),
    (ccxt.InvalidNonce(URL), VenueRefuses),
    (ccxt.ExchangeClosedByUser(URL), VenueRefuses),
    (headed(ccxt.ExchangeError(URL), 200), VenueRefuses),
    (headed(ccxt.ExchangeNotAvailable(URL), 451), VenueRefuses),
    (headed(ccxt.ExchangeNotAvailable(URL), 404), VenueRefuses),
]


@pytest.mark.parametrize(("error", "meaning"), MEANINGS, ids=lambda value: type(value).__name__)
def test_meaning(error: Exception, meaning: type[VenueError]) -> None:
    told = venue_error("kraken", "tickers", error)
    assert type(told) is meaning
    assert (told.venue, told.request) == ("kraken", "tickers")


@pytest.mark.parametrize(("error", "meaning"), MEANINGS, ids=lambda value: type(value).__name__)
def test_nothing_of_the_address_or_the_body_is_told(error: Exception, meaning: Any) -> None:
    text = str(venue_error("binance", "tickers", error))
    assert text.startswith("binance: tickers: ")
    for part in ("http:", "https:", "?", "s3cret", "body", "<html>", "{half"):
        assert part not in text, meaning


def test_class_cause_and_status_are_told() -> None:
    lost = caused(ccxt.ExchangeNotAvailable(URL), aiohttp.ServerDisconnectedError())
    assert str(venue_error("kraken", "candles", lost)) == (
        "kraken: candles: ExchangeNotAvailable (ServerDisconnectedError)"
    )
    failing = headed(ccxt.ExchangeNotAvailable(URL), 503)
    assert str(venue_error("kraken", "candles", failing)) == (
        "kraken: candles: ExchangeNotAvailable, HTTP status 503"
    )


def test_misdated_candles_say_what_is_wrong() -> None:
    error = MisdatedCandles("BTC/USDT", "1m", "not be after 1", 2)
    assert str(error) in str(venue_error("kraken", "candles", error))


def test_when_to_ask_again() -> None:
    error = headed(ccxt.RateLimitExceeded(URL), 429, 7.0)
    assert venue_error("binance", "tickers", error).retry_after_s == 7.0
    assert venue_error("binance", "tickers", error, 3.0).retry_after_s == 3.0
    assert venue_error("binance", "tickers", ccxt.NetworkError(URL)).retry_after_s is None


def test_an_error_of_ours_stays_what_it_is() -> None:
    ours = VenueLimiting("binance", "tickers", "our own budget", 1.0)
    assert venue_error("binance", "tickers", ours) is ours


def test_every_error_of_ccxt_has_a_meaning() -> None:
    def below(cls: type[BaseException]) -> list[type[BaseException]]:
        return [cls, *(kind for sub in cls.__subclasses__() for kind in below(sub))]

    for cls in below(ccxt.BaseError):
        if cls.__module__ == "ccxt.base.errors":
            assert isinstance(venue_error("kraken", "time", cls("x")), VenueError)  # type: ignore[arg-type]
