"""Signed tokens: who may see the monitor, and until when.

AurumError
└── TokenRefused          a token is not one of ours, or not any more
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import jwt

from aurum_plugins.clock import HOUR_MS, SECOND_MS, Clock
from aurum_plugins.errors import AurumError
from aurum_plugins.monitoring.web.key_file import KeyFile

SESSION_MS: Final = 12 * HOUR_MS
_ALGORITHM: Final = "HS256"
_ISSUER: Final = "aurum monitor"
_REQUIRED: Final = ["aud", "exp", "iat", "iss", "jti", "sub"]
_LONGEST: Final = 2_048
# The time is compared with our own clock, below, and without leeway.
_OPTIONS: Final[Any] = {
    "require": _REQUIRED,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class TokenRefused(AurumError):
    """Deliberately without a reason: a stranger learns nothing from it."""

    def __init__(self) -> None:
        super().__init__("the token is not accepted")


class TokenKind(StrEnum):
    """What a token is for; the value is its audience."""

    # Given out by `aurum monitor token`, for people and programs.
    ACCESS = "aurum-monitor-access"
    # In the cookie of a browser that showed one of the others.
    SESSION = "aurum-monitor-session"


@dataclass(frozen=True)
class Grant:
    """What a valid token says.

    Attributes
    ----------
    name : str
        Whom it was made for.
    number : str
        Of the token; no two have the same.
    expires_ms : int
        UTC milliseconds; it is not valid at that moment any more.
    """

    name: str
    number: str
    expires_ms: int


class Tokens:
    """Makes and checks tokens, signed with HMAC-SHA256 under one key.

    Parameters
    ----------
    key_file : KeyFile
        Replacing the key makes every token invalid, also in running monitors.
    clock : Clock
    """

    def __init__(self, key_file: KeyFile, clock: Clock) -> None:
        self._key_file = key_file
        self._clock = clock
        # Sessions that were ended before their time, and when that would have come.
        self._ended: dict[str, int] = {}

    def issue(self, name: str, lasts_ms: int) -> str:
        """A token for people or programs; the key is generated if there is none yet.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If the key's file is of no use.
        """
        key = self._key_file.read_or_generate().get_secret_value()
        return self._signed(key, TokenKind.ACCESS, name, self._clock.now_ms() + lasts_ms)

    def begin_session(self, token: str) -> tuple[str, int]:
        """A session's token for an access token, and how many seconds it lasts.

        Raises
        ------
        TokenRefused
        """
        grant = self.check(token, TokenKind.ACCESS)
        key = self._key_file.read()
        if key is None:
            raise TokenRefused
        now_ms = self._clock.now_ms()
        until_ms = min(grant.expires_ms, now_ms + SESSION_MS)
        signed = self._signed(key.get_secret_value(), TokenKind.SESSION, grant.name, until_ms)
        return signed, max(1, (until_ms - now_ms) // SECOND_MS)

    def end_session(self, token: str) -> None:
        """Let a session's token be valid no more; one that is not valid stays so."""
        try:
            grant = self.check(token, TokenKind.SESSION)
        except TokenRefused:
            return
        now_ms = self._clock.now_ms()
        self._ended = {
            number: until_ms for number, until_ms in self._ended.items() if until_ms > now_ms
        }
        self._ended[grant.number] = grant.expires_ms

    def check(self, token: str, kind: TokenKind) -> Grant:
        """What a token says.

        Raises
        ------
        TokenRefused
            If it is no token, signed with another key or algorithm, of another kind, expired or
            ended; or if there is no key.
        """
        key = self._key_file.read()
        if key is None or len(token) > _LONGEST:
            raise TokenRefused
        try:
            claims = jwt.decode(
                token,
                key.get_secret_value(),
                algorithms=[_ALGORITHM],
                audience=kind.value,
                issuer=_ISSUER,
                options=_OPTIONS,
            )
        except (jwt.InvalidTokenError, ValueError, TypeError):
            raise TokenRefused from None
        expires, name, number = claims["exp"], claims["sub"], claims["jti"]
        if type(expires) is not int or not isinstance(name, str) or not isinstance(number, str):
            raise TokenRefused
        if self._clock.now_ms() >= expires * SECOND_MS or number in self._ended:
            raise TokenRefused
        return Grant(name, number, expires * SECOND_MS)

    def _signed(self, key: str, kind: TokenKind, name: str, until_ms: int) -> str:
        claims = {
            "iss": _ISSUER,
            "aud": kind.value,
            "sub": name,
            "jti": secrets.token_urlsafe(12),
            "iat": self._clock.now_ms() // SECOND_MS,
            "exp": until_ms // SECOND_MS,
        }
        return jwt.encode(claims, key, algorithm=_ALGORITHM)
