"""Parameters of the pairlist `AurumVenueFilter`: see docs/protections.md."""

from __future__ import annotations

from pydantic import Field

from aurum_plugins.risk.plugin_settings import PluginSettings


class VenueFilterSettings(PluginSettings):
    """How long venues may disagree on a pair before it goes, and must agree before it is back.

    Parameters
    ----------
    patience_seconds : float in [0, 3600]
        A pair goes when there was no consensus for so long.
    return_seconds : float in [0, 86400]
        It is back when there was one for so long, unbroken.
    min_quality : float in [0, 1]
        A consensus of a lower `Quality.score` is none.
    first_wait_seconds : float in [0, 120]
        Within which venues should have been asked for a pair that is new. After it the pair is
        judged by what there is.
    refresh_period : int in [1, 86400]
        Seconds; freqtrade says the same thing again no sooner.
    """

    section = "pairlists.AurumVenueFilter"

    patience_seconds: float = Field(default=60.0, ge=0, le=3_600)
    return_seconds: float = Field(default=60.0, ge=0, le=86_400)
    min_quality: float = Field(default=0.2, ge=0, le=1)
    first_wait_seconds: float = Field(default=15.0, ge=0, le=120)
    refresh_period: int = Field(default=1_800, ge=1, le=86_400)
