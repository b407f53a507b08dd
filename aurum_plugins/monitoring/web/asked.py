"""What matters of a request before anybody answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.types import Scope

COOKIE: Final = "aurum_session"
_BEARER: Final = "bearer"


@dataclass(frozen=True)
class Asked:
    """One request.

    Attributes
    ----------
    method, path : str
        The path with its percent signs resolved, as the routes see it.
    version : str
        Of HTTP.
    peer : str
        Address of whoever connected; empty: not known.
    local : str
        Our address on that connection; empty: not known.
    headers : mapping of str to tuple of str
        By name in small letters.
    """

    method: str
    path: str
    version: str
    peer: str
    local: str
    headers: Mapping[str, tuple[str, ...]]

    @classmethod
    def from_scope(cls, scope: Scope) -> Asked:
        """Read an ASGI scope."""
        headers: dict[str, tuple[str, ...]] = {}
        for name, value in scope["headers"]:
            key = name.decode("latin-1").lower()
            headers[key] = (*headers.get(key, ()), value.decode("latin-1").strip())
        return cls(
            method=scope["method"],
            path=scope["path"],
            version=scope["http_version"],
            peer=(scope.get("client") or ("",))[0],
            local=(scope.get("server") or ("",))[0],
            headers=headers,
        )

    def only(self, name: str) -> str | None:
        """The value of a header that stands there exactly once."""
        values = self.headers.get(name, ())
        return values[0] if len(values) == 1 else None

    @property
    def bearer(self) -> str | None:
        """The token of the `Authorization` header; None if it has none."""
        scheme, _, token = (self.only("authorization") or "").partition(" ")
        return token.strip() if scheme.lower() == _BEARER and token.strip() else None

    @property
    def session(self) -> str | None:
        """The token of the session's cookie; None if there is none."""
        try:
            jar = SimpleCookie("; ".join(self.headers.get("cookie", ())))
        except CookieError:
            return None
        return jar[COOKIE].value or None if COOKIE in jar else None
