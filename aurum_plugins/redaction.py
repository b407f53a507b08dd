"""Keeping secrets out of messages that quote a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

MASK = "***"
# Anything shorter is masked only where it is quoted: it would punch holes into ordinary words.
_LONG_ENOUGH = 4
_SENSITIVE = re.compile(
    r"key$|secret|passw|passphrase|token|^uid$|chat_?id|client_?id|account_?id|wallet_?address"
    r"|webhook|^url$|db_url|proxy|twofa",
    re.IGNORECASE,
)
_URL_LOGIN = re.compile(r"(?<=://)[^/@\s]+(?=@)")


class Redactor:
    """Masks the secrets of configurations in any text.

    Parameters
    ----------
    *configurations : mapping
        freqtrade configurations, nested; what stands under a key that sounds secret is one.
    """

    def __init__(self, *configurations: Mapping[str, object]) -> None:
        found = {value for config in configurations for value in _secrets(config)}
        # The longest first, in case one holds another.
        ordered = sorted(found, key=len, reverse=True)
        self._quoted = [repr(value) for value in ordered]
        self._bare = [value for value in ordered if len(value) >= _LONG_ENOUGH]

    def mask(self, text: str) -> str:
        """`text` with every secret, and every login in a URL, replaced by `MASK`."""
        for quoted in self._quoted:
            text = text.replace(quoted, repr(MASK))
        for bare in self._bare:
            text = text.replace(bare, MASK)
        return _URL_LOGIN.sub(MASK, text)


def is_sensitive(key: str) -> bool:
    """Whether a setting of this name holds a secret."""
    return _SENSITIVE.search(key) is not None


def _secrets(value: object, secret: bool = False) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _secrets(inner, secret or is_sensitive(str(key)))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _secrets(inner, secret)
    elif secret and value is not None and not isinstance(value, bool) and str(value):
        yield str(value)
