"""Who sent a signed request, and whether it may still be obeyed."""

from __future__ import annotations

import re

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.binance.parameters import Parameters
from aurum_plugins.sandbox.binance.signature import is_signed
from aurum_plugins.sandbox.matching import Account, MatchingEngine

API_KEY_HEADER = "X-MBX-APIKEY"
SIGNING_PARAMETERS = frozenset({"recvWindow", "timestamp", "signature"})
DEFAULT_WINDOW_MS = 5_000
LONGEST_WINDOW_MS = 60_000
# How far ahead of the venue's clock a timestamp may be.
TOLERANCE_MS = SECOND_MS

_KEY_FORMAT = re.compile(r"^[A-Za-z0-9_-]{1,128}$")


def authenticate(
    engine: MatchingEngine, api_key: str | None, sent: Parameters, payload: str, venue_ms: int
) -> Account:
    """The account of a signed request.

    Parameters
    ----------
    api_key : str or None
        As in the header.
    sent : Parameters
        Must hold `timestamp` and `signature`, and may hold `recvWindow` (milliseconds).
    payload : str
        What the signature covers.
    venue_ms : int
        UTC milliseconds on the venue's own clock.

    Raises
    ------
    BinanceError
        -2014 or -2015 for the key, -1102 for a missing parameter, -1021 for a timestamp that is
        old or ahead, -1022 for a signature that is wrong.
    """
    if api_key is None or not _KEY_FORMAT.match(api_key):
        raise BinanceError(-2014, "API-key format invalid.")
    account = engine.account(api_key)
    if account is None:
        raise BinanceError(-2015, "Invalid API-key, IP, or permissions for action.")
    signature = sent.required("signature")
    _check_time(sent, venue_ms)
    if not is_signed(account.secret.get_secret_value(), payload, signature):
        raise BinanceError(-1022, "Signature for this request is not valid.")
    return account


def _check_time(sent: Parameters, venue_ms: int) -> None:
    timestamp = sent.integer("timestamp")
    if timestamp is None:
        raise BinanceError.mandatory("timestamp")
    window = sent.integer("recvWindow")
    if window is None:
        window = DEFAULT_WINDOW_MS
    if window > LONGEST_WINDOW_MS:
        raise BinanceError(-1131, "recvWindow must be less than 60000")
    if timestamp >= venue_ms + TOLERANCE_MS:
        raise BinanceError(
            -1021, "Timestamp for this request was 1000ms ahead of the server's time."
        )
    if venue_ms - timestamp > window:
        raise BinanceError(-1021, "Timestamp for this request is outside of the recvWindow.")
