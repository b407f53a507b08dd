"""Figures in words: what was compared with what, for people."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from aurum_plugins.refusal import Figure

# Milliseconds from here on (1973) are a moment, below a length of time.
_FIRST_MOMENT_MS: Final = 100_000_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LENGTHS = {"d": DAY_MS, "h": HOUR_MS, "min": MINUTE_MS, "s": SECOND_MS}
_DIGITS: Final = 6
_COARSE_DIGITS: Final = 4
# Beyond these a number is written with an exponent.
_SMALLEST_EXPONENT, _LARGEST_EXPONENT = -12, 15
_TEXTS = {"nan": "unknown", "inf": "infinite", "-inf": "minus infinite"}


def figures_in_words(figures: Mapping[str, Figure]) -> str:
    """All figures in one line.

    Parameters
    ----------
    figures : mapping of str to number or str
        The end of a name says the unit: `_bps`, `_share` (1 is 100 %), `_ms` (a moment, or a length
        of time), `_seconds`, `_hours`, `_days`, `_candles`. Without one it is a bare number, such
        as a price.

    Examples
    --------
    >>> figures_in_words({"close": 61204.13, "spread_bps": 12.5, "drawdown_share": 0.1})
    'close 61,204.1; spread 12.5 bps; drawdown 10 %'
    """
    return "; ".join(_in_words(name, value) for name, value in figures.items())


def moment_in_words(moment_ms: int) -> str:
    """A moment to the minute, or to the second if it is not a full minute.

    Examples
    --------
    >>> moment_in_words(1_795_341_600_000)
    '2026-11-22 10:00 UTC'
    """
    try:
        moment = _EPOCH + timedelta(milliseconds=moment_ms)
    except OverflowError:
        return f"{moment_ms} ms"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment.second else f"{moment:%Y-%m-%d %H:%M} UTC"


def number_in_words(value: float, digits: int = _DIGITS) -> str:
    """A number with so many significant digits at most, thousands set apart.

    Examples
    --------
    >>> number_in_words(61204.13), number_in_words(0.0000123), number_in_words(1e-20)
    ('61,204.1', '0.0000123', '1e-20')
    """
    if not math.isfinite(value):
        return _TEXTS[str(float(value))]
    if value == int(value) and abs(value) < 10**_LARGEST_EXPONENT:
        return f"{int(value):,}"
    exponent = math.floor(math.log10(abs(value)))
    if not _SMALLEST_EXPONENT < exponent < _LARGEST_EXPONENT:
        return f"{value:.{_COARSE_DIGITS}g}"
    text = f"{value:,.{max(0, digits - 1 - exponent)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _in_words(name: str, value: Figure) -> str:
    for ending, words in _UNITS.items():
        if name.endswith(ending) and name != ending and not isinstance(value, str):
            return f"{_label(name.removesuffix(ending))} {words(value)}"
    if isinstance(value, str):
        return f"{_label(name)} {_TEXTS.get(value, value)}"
    return f"{_label(name)} {number_in_words(value)}"


def _label(name: str) -> str:
    return name.replace("_", " ")


def _bps(value: float) -> str:
    return f"{number_in_words(value, _COARSE_DIGITS)} bps"


def _percent(value: float) -> str:
    return f"{number_in_words(value * 100, _COARSE_DIGITS)} %"


def _time(value: float) -> str:
    if not math.isfinite(value):
        return number_in_words(value)
    if abs(value) >= _FIRST_MOMENT_MS:
        return moment_in_words(round(value))
    for unit, length in _LENGTHS.items():
        if abs(value) >= 2 * length:
            return f"{number_in_words(value / length, _COARSE_DIGITS)} {unit}"
    return f"{number_in_words(value, _COARSE_DIGITS)} ms"


def _with(unit: str) -> Callable[[float], str]:
    return lambda value: f"{number_in_words(value)} {unit}"


_UNITS: Final[Mapping[str, Callable[[float], str]]] = {
    "_bps": _bps,
    "_share": _percent,
    "_ms": _time,
    "_seconds": _with("s"),
    "_hours": _with("h"),
    "_days": _with("d"),
    "_candles": _with("candles"),
}
