"""Each entry carries the digest of the one before, and its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import RowMapping

# What the first entry carries.
GENESIS: Final = "0" * 64
# In this order; never to be changed, or every ledger there is would look damaged.
DIGESTED: Final = (
    "bot",
    "number",
    "at_ms",
    "kind",
    "trade",
    "pair",
    "closed_ms",
    "base",
    "rate",
    "basis",
    "amount",
    "currency",
    "profit",
    "invoice",
    "note",
    "previous",
)


@dataclass(frozen=True)
class Head:
    """The end of a ledger: its last entry's number, and the digest that all of it leads to.

    An empty ledger has number 0 and a digest of 64 zeros.
    """

    number: int
    digest: str


def digest_of(row: Mapping[str, Any] | RowMapping) -> str:
    """SHA-256, hexadecimal, of a row of `ledger_entries` but for its digest.

    Of an array in JSON (ASCII, no spaces), so that no two rows are written alike: texts are
    quoted, whole numbers are not, and what is absent is null.

    Raises
    ------
    TypeError
        If a column holds anything else.
    """
    values = [row[name] for name in DIGESTED]
    if not {type(value) for value in values} <= {str, int, type(None)}:
        raise TypeError("a column holds what is neither a text nor a whole number")
    return sha256(json.dumps(values, separators=(",", ":")).encode("ascii")).hexdigest()
