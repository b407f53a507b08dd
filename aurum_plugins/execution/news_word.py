"""What the news say of an entry that is about to be sent."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.sentiment.aggregation.shock import Shock


@dataclass(frozen=True)
class NewsWord:
    """The news' word, and what is asked of it.

    Attributes
    ----------
    coin : str
        Ticker of what is bought.
    shock : Shock or None
        The strongest that keeps it from being bought.
    mood : float in [-1, 1]
        Mean of the scores about the coin; 0 where nobody said anything.
    count : float
        Sum of the weights behind it, older ones less.
    listened : bool
        Whether any source was listened to; where not, `mood` and `count` mean nothing.
    fault : str
        Why the news cannot be read; empty if they can.
    floor : float in [-1, 1]
        Below this a mood is too bad; -1 asks for none.
    fewest : float
        A mood of fewer items is no mood.
    required : bool
        Whether nothing is bought while nobody listens.
    """

    coin: str
    shock: Shock | None = None
    mood: float = 0.0
    count: float = 0.0
    listened: bool = False
    fault: str = ""
    floor: float = -1.0
    fewest: float = 0.0
    required: bool = False
