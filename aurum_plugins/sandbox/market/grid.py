"""Price and quantity grids for arrays."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from aurum_plugins.sandbox.market.tape import FloatArray

MOST_STEPS = 2.0**50


class Grid:
    """Whole multiples of a decimal step, as the floats nearest to their decimal values.

    Multiplying by 0.01 gives 0.30000000000000004; a price read from an exchange is 0.3. Values
    here are built by one correctly rounded division, so they equal `float("0.3")` exactly.

    Parameters
    ----------
    size : decimal.Decimal
        Distance between two neighbours, above 0.

    Raises
    ------
    ValueError
        If `size` is not a finite number above 0.

    Examples
    --------
    >>> Grid(Decimal("0.1")).snap(np.array([0.26, 0.31]))
    array([0.3, 0.3])
    """

    def __init__(self, size: Decimal) -> None:
        if not size.is_finite() or size <= 0:
            raise ValueError(f"size must be a finite number above 0, got {size}")
        decimals = max(0, -int(size.normalize().as_tuple().exponent))
        self._units = float(size.scaleb(decimals))
        self._scale = 10.0**decimals

    def snap(self, values: FloatArray, at_least: int = 0) -> FloatArray:
        """Nearest grid value of each element.

        Parameters
        ----------
        values : ndarray of float64
            Finite or infinite; not changed.
        at_least : int, default 0
            Fewest steps of a result: 1 keeps every result above 0. Results never pass 2**50
            steps either, so that they stay exact.
        """
        steps = np.rint(values * (self._scale / self._units))
        np.clip(steps, at_least, MOST_STEPS, out=steps)
        steps *= self._units
        steps /= self._scale
        return steps
