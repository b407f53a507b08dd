"""Who may ask the monitor for what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from aurum_plugins.monitoring.web.asked import Asked
from aurum_plugins.monitoring.web.host_name import LOOPBACK_NAMES, HostName, is_loopback
from aurum_plugins.monitoring.web.tokens import TokenKind, TokenRefused, Tokens
from aurum_plugins.monitoring.web.wrong_attempts import WrongAttempts

PAGE: Final = "/"
PING: Final = "/api/ping"
SESSION: Final = "/session"
SESSION_END: Final = "/session/end"
STATIC: Final = "/static/"
# The shell with the login form holds no figures.
_PUBLIC: Final = frozenset({PAGE, PING, SESSION, SESSION_END})
_POSTED: Final = frozenset({SESSION, SESSION_END})
_DATA: Final = ("/api/", "/metrics")
_READING: Final = frozenset({"GET", "HEAD"})
_FORWARDED: Final = frozenset({"forwarded", "via", "x-real-ip"})
_OWN_SITE: Final = frozenset({"same-origin", "none"})


@dataclass(frozen=True)
class AccessRefusal:
    """A request that is not answered: HTTP status, a few words, and headers."""

    status: int
    words: str
    headers: Mapping[str, str] = field(default_factory=dict)


_BAD_HOST = AccessRefusal(400, "one valid Host header is needed")
_OTHER_HOST = AccessRefusal(421, "this host name is not served here; see --allow-host")
_NOT_FOUND = AccessRefusal(404, "no such page")
_CROSS_ORIGIN = AccessRefusal(403, "requests from other sites are not answered")
_NO_TOKEN = AccessRefusal(401, "a valid token is needed", {"WWW-Authenticate": "Bearer"})


class Access:
    """Decides whether a request is answered at all.

    Bound to loopback, a request that came over it, names it in `Host`, port included, and was not
    passed on by a proxy needs no token. Every other one does.

    Parameters
    ----------
    tokens : Tokens
    attempts : WrongAttempts
    address : str
        That the monitor listens on.
    port : int
    hosts : collection of str
        Further names that it may be asked under, without port.
    always_ask : bool
        Ask for a token on loopback, too.
    """

    def __init__(
        self,
        tokens: Tokens,
        attempts: WrongAttempts,
        address: str,
        port: int,
        *,
        hosts: Collection[str] = (),
        always_ask: bool = False,
    ) -> None:
        self.tokens = tokens
        self.attempts = attempts
        self._port = port
        self._hosts = LOOPBACK_NAMES | {name.lower().strip("[]") for name in hosts}
        self._is_open = is_loopback(address) and not always_ask

    @property
    def needs_tokens(self) -> bool:
        """Whether every request needs one."""
        return not self._is_open

    def refusal(self, asked: Asked) -> AccessRefusal | None:
        """Why a request is not answered; None: it is.

        Parameters
        ----------
        asked : Asked
        """
        host = HostName.parse(asked.only("host") or "")
        if host is None:
            return _BAD_HOST
        # Another site's name that leads here (DNS rebinding) is not served. Our own address is no
        # name, so it cannot be turned to lead here.
        if host.name not in self._hosts and host.name != asked.local:
            return _OTHER_HOST
        allowed = "POST" if asked.path in _POSTED else "GET, HEAD"
        if asked.method not in allowed.split(", "):
            return AccessRefusal(405, "not with this method", {"Allow": allowed})
        if not _is_plain(asked.path):
            return _NOT_FOUND
        if not _is_own_site(asked):
            return _CROSS_ORIGIN
        if asked.path in _PUBLIC or asked.path.startswith(STATIC):
            return None
        return None if self._is_local(asked, host) else self._token_refusal(asked)

    def _is_local(self, asked: Asked, host: HostName) -> bool:
        passed_on = any(
            name in _FORWARDED or name.startswith("x-forwarded") for name in asked.headers
        )
        return (
            self._is_open
            and is_loopback(asked.peer)
            and host.name in LOOPBACK_NAMES
            and host.port == self._port
            # Every browser speaks it; proxies that hide themselves often speak 1.0.
            and asked.version == "1.1"
            and not passed_on
        )

    def _token_refusal(self, asked: Asked) -> AccessRefusal | None:
        for token, kind in (
            (asked.bearer, TokenKind.ACCESS),
            (asked.session, TokenKind.SESSION),
        ):
            if token is None:
                continue
            try:
                self.tokens.check(token, kind)
            except TokenRefused:
                # A cookie that has expired is no attempt at anything.
                if kind is TokenKind.ACCESS:
                    return self.wrong_token(asked.peer)
            else:
                return None
        return _NO_TOKEN

    def wrong_token(self, peer: str) -> AccessRefusal:
        """Note a wrong token, and what is answered to it."""
        refusal = self.too_many(peer)
        self.attempts.note(peer)
        return refusal or _NO_TOKEN

    def too_many(self, peer: str) -> AccessRefusal | None:
        """Why a peer may not try another token now; None: it may."""
        seconds = self.attempts.wait_seconds(peer)
        if not seconds:
            return None
        return AccessRefusal(429, "too many wrong tokens", {"Retry-After": str(seconds)})


def _is_plain(path: str) -> bool:
    return path.startswith("/") and not (
        "\\" in path or ".." in path.split("/") or not path.isprintable()
    )


def _is_own_site(asked: Asked) -> bool:
    """Whether no other site had the request sent, as far as the browser says."""
    if asked.method in _READING and not asked.path.startswith(_DATA):
        return True
    if any(site not in _OWN_SITE for site in asked.headers.get("sec-fetch-site", ())):
        return False
    origins = asked.headers.get("origin", ())
    if not origins:
        return asked.method in _READING
    scheme, _, place = origins[0].partition("://")
    own = (asked.only("host") or "").lower()
    return len(origins) == 1 and scheme in {"http", "https"} and place.lower() == own
