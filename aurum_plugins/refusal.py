"""A typed "no": why, and with which figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aurum_plugins.reasons import Reason

Figure = float | int | str


@dataclass(frozen=True)
class Refusal:
    """Something is not done.

    Attributes
    ----------
    reason : Reason
    figures : mapping of str to number or str
        What was compared with what; the name says the unit, such as `spread_bps`.
    """

    reason: Reason
    figures: Mapping[str, Figure] = field(default_factory=dict)
