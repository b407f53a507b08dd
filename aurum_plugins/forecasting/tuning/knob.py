"""A setting that is tuned, and the values that are tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

Value = int | float | str


@dataclass(frozen=True)
class Knob:
    """One setting.

    Attributes
    ----------
    name : str
        Dotted name in freqtrade's configuration.
    configured : int, float or str
        Its value before tuning, which is always among those that are tried.
    values : distribution of optuna
    """

    name: str
    configured: Value
    values: IntDistribution | FloatDistribution | CategoricalDistribution

    @classmethod
    def whole(cls, name: str, configured: int, low: int, high: int, *, log: bool = False) -> Knob:
        """A whole number; the range is widened to hold the configured one."""
        low, high = min(low, configured), max(high, configured)
        return cls(name, configured, IntDistribution(low, high, log=log and low > 0))

    @classmethod
    def real(
        cls, name: str, configured: float, low: float, high: float, *, log: bool = False
    ) -> Knob:
        """A real number; the range is widened to hold the configured one.

        A range that begins at 0 has no logarithm: there equal steps are equally likely.
        """
        value = float(configured)
        low, high = min(low, value), max(high, value)
        return cls(name, value, FloatDistribution(low, high, log=log and low > 0.0))

    @classmethod
    def choice(cls, name: str, configured: Value, choices: Sequence[Value]) -> Knob:
        """One of a few; the configured one is added if it is not among them."""
        return cls(
            name, configured, CategoricalDistribution(tuple(dict.fromkeys((*choices, configured))))
        )

    @property
    def described(self) -> str:
        """What is tried, in words."""
        if isinstance(self.values, CategoricalDistribution):
            return ", ".join(map(str, self.values.choices))
        return f"{self.values.low:g} to {self.values.high:g}"
