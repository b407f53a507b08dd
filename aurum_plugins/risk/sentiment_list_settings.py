"""Parameters of the pairlist `SentimentPairList`: see docs/protections.md."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from aurum_plugins.risk.plugin_settings import PluginSettings


class SentimentListSettings(PluginSettings):
    """Of which pairs the news are too bad, and in which order the others come.

    Parameters
    ----------
    min_sentiment : float in [-1, 1]
        A pair goes while the mood about its coin is below; -1 = whatever it is.
    min_items : float in [0, 1000]
        A mood of fewer items (their weights, older ones less) is unknown.
    sort : {"none", "desc", "asc"}
        By mood, the best first or the worst first; "none" leaves the order as it is.
    keep_unknown : bool
        Whether a pair of which the mood is unknown is kept, at the end where the list is sorted.
    remove_on_shock : bool
        Whether a pair goes while a shock is on that concerns it.
    when_nobody_listens : {"remove", "keep"}
        What becomes of pairs while nobody listens to any source, or what is known of the news
        cannot be read.
    refresh_period : int in [1, 86400]
        Seconds; freqtrade says the same thing again no sooner.
    """

    section = "pairlists.SentimentPairList"

    min_sentiment: float = Field(default=-0.3, ge=-1, le=1)
    min_items: float = Field(default=3.0, ge=0, le=1_000)
    sort: Literal["none", "desc", "asc"] = "none"
    keep_unknown: bool = True
    remove_on_shock: bool = True
    when_nobody_listens: Literal["remove", "keep"] = "remove"
    refresh_period: int = Field(default=1_800, ge=1, le=86_400)
