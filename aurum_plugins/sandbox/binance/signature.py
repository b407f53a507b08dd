"""HMAC-SHA256 signatures of Binance requests."""

from __future__ import annotations

import hashlib
import hmac

PARAMETER = "signature"


def signed_payload(query: str, body: str) -> str:
    """What a signature covers: query string and body as received, without the signature.

    Parameters
    ----------
    query, body : str
        Exactly as they came over the wire: neither decoded nor sorted. They are joined without
        a separator.

    References
    ----------
    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security
    """
    return _unsigned(query) + _unsigned(body)


def sign(secret: str, payload: str) -> str:
    """Signature of a payload, lower-case hexadecimal."""
    return hmac.new(secret.encode(), _octets(payload), hashlib.sha256).hexdigest()


def is_signed(secret: str, payload: str, signature: str) -> bool:
    """Whether a signature is right; in constant time, upper or lower case."""
    return hmac.compare_digest(_octets(sign(secret, payload)), _octets(signature.lower()))


def _octets(text: str) -> bytes:
    # As received, even where the client sent what is no UTF-8.
    return text.encode(errors="surrogateescape")


def _unsigned(part: str) -> str:
    return "&".join(p for p in part.split("&") if p.partition("=")[0] != PARAMETER)
