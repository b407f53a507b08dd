"""What the parameters of an estimator must satisfy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from aurum_plugins.preprocessing.errors import BadParameter


@dataclass(frozen=True)
class Rule:
    """A range of numbers, and what else is legal; a boolean is no number.

    Attributes
    ----------
    least, most : float
        Both are legal, but for a `least` that is `exclusive`.
    whole : bool
        Only whole numbers.
    exclusive : bool
    also : tuple
        Words, or None, that are legal as well.
    seed : bool
        A `numpy.random.RandomState` is legal as well.
    """

    least: float
    most: float = np.inf
    whole: bool = False
    exclusive: bool = False
    also: tuple[str | None, ...] = ()
    seed: bool = False

    def allows(self, value: Any) -> bool:
        """Whether the value is legal."""
        if value is None or isinstance(value, str):
            return value in self.also
        if self.seed and isinstance(value, np.random.RandomState):
            return True
        if isinstance(value, bool) or not isinstance(value, Integral if self.whole else Real):
            return False
        number: Any = value
        return bool(
            self.least <= number <= self.most and (number > self.least or not self.exclusive)
        )

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        start = f"above {self.least:g}" if self.exclusive else f"from {self.least:g}"
        until = " and up to" if self.exclusive else " to"
        stop = f"{until} {self.most:.12g}" if self.most < np.inf else ""
        others = [*map(repr, self.also), *(["a RandomState"] if self.seed else [])]
        return ", or ".join([f"{kind} {start}{stop}", *others])


def check_parameters(estimator: BaseEstimator, rules: Mapping[str, Rule]) -> None:
    """Check each parameter that has a rule.

    Raises
    ------
    aurum_plugins.preprocessing.errors.BadParameter
    """
    for parameter, rule in rules.items():
        value = getattr(estimator, parameter)
        if not rule.allows(value):
            raise BadParameter(type(estimator).__name__, parameter, str(rule), value)
