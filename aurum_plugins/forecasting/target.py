"""What a model is to forecast, and how it learns it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aurum_plugins.features.targets import FORWARD_VOLATILITY

Learn = Literal["sign", "value"]


@dataclass(frozen=True)
class Target:
    """One label: a real number whose sign is the class that is forecast.

    A return is above or below 0; the logarithm of a volatility over what is usual is, too. So each
    label gets a probability of being above 0, an expected value and an interval.

    Attributes
    ----------
    name : str
        Of the label's column.
    learn : "sign" or "value"
        What members are fitted to: the sign as a class, where the size is mostly noise, as of
        returns; or the value itself, where its size can be forecast, as of volatility.
    """

    name: str
    learn: Learn

    @classmethod
    def of(cls, name: str) -> Target:
        """The label of that name, with or without FreqAI's prefix."""
        return cls(name, "value" if name.endswith(FORWARD_VOLATILITY) else "sign")
