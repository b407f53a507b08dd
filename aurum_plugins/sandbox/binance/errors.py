"""Binance's refusals: code, message and HTTP status.

BinanceError
└── raised anywhere in this package, rendered as `{"code": ..., "msg": ...}` by the endpoint

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import orjson

from aurum_plugins.errors import AurumError

# Codes that do not travel with status 400.
STATUS: Mapping[int, int] = {
    -1003: HTTPStatus.TOO_MANY_REQUESTS,
    -1015: HTTPStatus.TOO_MANY_REQUESTS,
    -2014: HTTPStatus.UNAUTHORIZED,
    -2015: HTTPStatus.UNAUTHORIZED,
}


class BinanceError(AurumError):
    """A request that Binance would refuse.

    Attributes
    ----------
    code : int
        Binance's error code, negative.
    message : str
        Binance's own words.
    status : int
        HTTP status; by default the one that belongs to the code.
    retry_after_s : int or None
        Seconds to wait, sent as `Retry-After`.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.status = int(STATUS.get(code, HTTPStatus.BAD_REQUEST) if status is None else status)
        self.retry_after_s = retry_after_s
        super().__init__(f"{code}: {message}")

    @property
    def body(self) -> bytes:
        """The JSON answer."""
        return orjson.dumps({"code": self.code, "msg": self.message})

    @classmethod
    def illegal_characters(cls, name: str, legal: str) -> BinanceError:
        """-1100: a parameter does not match its legal range."""
        return cls(
            -1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'."
        )

    @classmethod
    def mandatory(cls, name: str) -> BinanceError:
        """-1102: a parameter is missing."""
        return cls(
            -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
        )

    @classmethod
    def either_mandatory(cls, one: str, other: str) -> BinanceError:
        """-1102: one of two parameters is needed."""
        return cls(-1102, f"Param '{one}' or '{other}' must be sent, but both were empty/null!")

    @classmethod
    def not_required(cls, name: str) -> BinanceError:
        """-1106: a parameter does not belong to this request."""
        return cls(-1106, f"Parameter '{name}' sent when not required.")

    @classmethod
    def invalid(cls, name: str) -> BinanceError:
        """-1130: a value that the parameter cannot have."""
        return cls(-1130, f"Data sent for parameter '{name}' is not valid.")

    @classmethod
    def combination(cls) -> BinanceError:
        """-1128: optional parameters that exclude each other."""
        return cls(-1128, "Combination of optional parameters invalid.")
