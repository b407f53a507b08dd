"""How much a number of events that was counted may be off."""

from __future__ import annotations

from typing import Final

from scipy.stats import chi2

_TAIL: Final = 0.025


def poisson(events: int) -> tuple[float, float]:
    """The exact 95 % interval of the mean of which so many events were seen (Garwood 1936).

    Parameters
    ----------
    events : int
        0 or more.

    References
    ----------
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika, 28, 437-442.

    Examples
    --------
    >>> [round(end, 2) for end in poisson(10)]
    [4.8, 18.39]
    """
    low = chi2.ppf(_TAIL, 2 * events) / 2 if events else 0.0
    return float(low), float(chi2.ppf(1 - _TAIL, 2 * events + 2) / 2)
