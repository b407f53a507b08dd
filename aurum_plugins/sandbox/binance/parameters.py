"""The parameters of one request, read and checked as Binance does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl

import orjson

from aurum_plugins.sandbox.binance.errors import BinanceError

SYMBOL = "^[A-Z0-9-_.]{1,20}$"
INTEGER = "^[0-9]{1,20}$"
DECIMAL = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
CLIENT_ORDER_ID = "^[a-zA-Z0-9-_.:/]{1,36}$"
FLAGS = {"true": True, "false": False}
PRECISION = 8
MAX_LONG = 2**63 - 1

_LEGAL = {legal: re.compile(legal) for legal in (SYMBOL, INTEGER, DECIMAL, CLIENT_ORDER_ID)}
_Choice = TypeVar("_Choice", bound=StrEnum)


class Parameters:
    """What was sent, by name; reading a value checks it.

    Parameters
    ----------
    query, body : str
        URL-encoded pairs as received. A name in both counts as the query says.

    Raises
    ------
    BinanceError
        -1101 if a name is sent twice; each reader says what else.
    """

    def __init__(self, query: str, body: str = "") -> None:
        self._values: dict[str, str] = {}
        for part in (body, query):
            pairs = parse_qsl(part, keep_blank_values=True)
            values = dict(pairs)
            if len(values) != len(pairs):
                raise BinanceError(-1101, "Duplicate values for a parameter detected.")
            self._values.update(values)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def raw(self, name: str) -> str:
        """The value unchecked; empty if it was not sent."""
        return self._values.get(name, "")

    def is_legal(self, name: str, legal: str) -> bool:
        """Whether a parameter was sent and matches `legal`."""
        return _LEGAL[legal].fullmatch(self.raw(name)) is not None

    def expect(self, allowed: Iterable[str]) -> None:
        """Refuse (-1104) names that are not in `allowed`."""
        unread = self._values.keys() - set(allowed)
        if unread:
            sent = len(self._values)
            raise BinanceError(
                -1104,
                f"Not all sent parameters were read; read '{sent - len(unread)}' parameter(s) "
                f"but was sent '{sent}'.",
            )

    def text(self, name: str, legal: str | None = None) -> str | None:
        """The value, or None if it was not sent.

        Raises
        ------
        BinanceError
            -1105 if it was sent empty, -1100 if it does not match `legal`.
        """
        value = self._values.get(name)
        return None if value is None else _checked(name, value, legal)

    def required(self, name: str, legal: str | None = None) -> str:
        """The value; -1102 if it was not sent or is empty, -1100 if it does not match `legal`."""
        value = self._values.get(name)
        if not value:
            raise BinanceError.mandatory(name)
        return _checked(name, value, legal)

    def symbol(self) -> str:
        """The mandatory `symbol`, in legal characters."""
        return self.required("symbol", SYMBOL)

    def symbols(self) -> tuple[str, ...] | None:
        """The names in the JSON list `symbols`, or None if it was not sent."""
        return self.names("symbols")

    def names(self, name: str) -> tuple[str, ...] | None:
        """A JSON list of names, or None if it was not sent; -1100 or -1135 if it is no list."""
        value = self.text(name)
        if value is None:
            return None
        try:
            listed = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise BinanceError(-1135, f"JSON sent for parameter '{name}' is not valid") from None
        if not isinstance(listed, list) or not listed:
            raise BinanceError(-1135, f"JSON sent for parameter '{name}' is not valid")
        for each in listed:
            if not isinstance(each, str) or not _LEGAL[SYMBOL].fullmatch(each):
                raise BinanceError.illegal_characters(name, SYMBOL)
        return tuple(listed)

    def integer(self, name: str) -> int | None:
        """A whole number of 0 or more, or None if it was not sent; -1108 beyond 64 bits."""
        value = self.text(name, INTEGER)
        if value is None:
            return None
        number = int(value)
        if number > MAX_LONG:
            raise BinanceError(-1108, f"Parameter '{name}' overflowed.")
        return number

    def limit(self, default: int, maximum: int) -> int:
        """How many entries to answer with: above `maximum` is cut, 0 is refused with -1130."""
        limit = self.integer("limit")
        if limit is None:
            return default
        if limit == 0:
            raise BinanceError.invalid("limit")
        return min(limit, maximum)

    def decimal(self, name: str) -> Decimal | None:
        """A positive number of at most eight decimals, or None if it was not sent.

        Raises
        ------
        BinanceError
            -1100 if it is no number, -1111 if it is too precise, -1013 if it is zero.
        """
        value = self.text(name, DECIMAL)
        if value is None:
            return None
        if len(value.partition(".")[2].rstrip("0")) > PRECISION:
            raise BinanceError(-1111, f"Parameter '{name}' has too much precision.")
        number = Decimal(value)
        if number == 0:
            raise BinanceError(-1013, f"Invalid {name}.")
        return number

    def choice(self, name: str, choices: type[_Choice], code: int, message: str) -> _Choice | None:
        """A member of `choices`, or None if it was not sent; `code` and `message` if neither."""
        if name not in self:
            return None
        return self.required_choice(name, choices, code, message)

    def required_choice(
        self, name: str, choices: type[_Choice], code: int, message: str
    ) -> _Choice:
        """A member of `choices`; -1102 if it was not sent, `code` and `message` if it is none."""
        try:
            return choices(self.required(name))
        except ValueError:
            raise BinanceError(code, message) from None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """`true` or `false`; -1130 otherwise."""
        value = self.text(name)
        if value is None:
            return default
        if value.lower() not in FLAGS:
            raise BinanceError.invalid(name)
        return FLAGS[value.lower()]


def _checked(name: str, value: str, legal: str | None) -> str:
    if not value:
        raise BinanceError(-1105, f"Parameter '{name}' was empty.")
    if legal is not None and not _LEGAL[legal].fullmatch(value):
        raise BinanceError.illegal_characters(name, legal)
    return value
