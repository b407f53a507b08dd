"""Figures in a form that every database takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, Final

from aurum_plugins.refusal import Figure

MOST_FIGURES: Final = 40
LONGEST_NAME: Final = 60
LONGEST_TEXT: Final = 500
# Beyond this a JSON reader may round.
_LARGEST_INTEGER = 2**53


def storable_figures(figures: Mapping[str, Any]) -> dict[str, Figure]:
    """Figures as plain numbers and short texts.

    Parameters
    ----------
    figures : mapping of str to anything
        Scalars of numpy become Python's. What is not a finite number becomes text, such as "nan":
        JSON has no such numbers, and PostgreSQL refuses them. Truth values become "yes" and "no".

    Returns
    -------
    dict of str to number or str
        The first `MOST_FIGURES`, names and texts cut to `LONGEST_NAME` and `LONGEST_TEXT`
        characters.
    """
    first = list(figures.items())[:MOST_FIGURES]
    return {_text(name, LONGEST_NAME): _figure(value) for name, value in first}


def _figure(value: Any) -> Figure:
    # numpy's truth values are no `bool`.
    if type(value).__name__ in {"bool", "bool_"}:
        return "yes" if value else "no"
    if isinstance(value, Integral):
        number = int(value)
        return number if abs(number) <= _LARGEST_INTEGER else _text(number, LONGEST_TEXT)
    if isinstance(value, Real):
        as_float = float(value)
        return as_float if math.isfinite(as_float) else str(as_float)
    return _text(value, LONGEST_TEXT)


def _text(value: Any, longest: int) -> str:
    """Without what no database takes: NUL and lone surrogates."""
    plain = str(value).replace("\0", " ").encode("utf-8", "replace").decode()
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
