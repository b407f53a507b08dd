"""The `aurum.features` section of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import Field, field_validator

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features.catalogue import CATALOGUE, MARKET_FEATURES, named
from aurum_plugins.features.feature import Family
from aurum_plugins.features.freqai_parameters import correlated_pairs
from aurum_plugins.settings import Section

SMALLEST_MARKET = 2


class FeatureSettings(Section):
    """Which features are computed, and from what.

    Parameters
    ----------
    include : tuple of str
        Names of features or of families; everything by default.
    exclude : tuple of str
        The same, taken away again.
    market_pairs : tuple of str
        Pairs that the market-wide features look at, the leader first. By default those of FreqAI's
        `include_corr_pairlist`.
    market_periods : tuple of int in [2, 1000]
        Periods of the market-wide features, in candles of the base timeframe.
    largest_absent_share : float in [0, 0.5]
        A feature has no value where more of the candles in its window were not observed.
    venues : bool
        Whether the other venues' agreement is told too, as a running bot wrote it down: see
        `venue_agreement`.
    sentiment : bool
        Whether the mood of news and posts is told too, as it was written down when they were seen:
        see `sentiment_mood`.

    Examples
    --------
    >>> settings = FeatureSettings(include=("technical",), exclude=("rsi",))
    >>> "rsi" in settings.chosen
    False
    """

    section = "aurum.features"

    include: tuple[str, ...] = tuple(Family)
    exclude: tuple[str, ...] = ()
    market_pairs: tuple[str, ...] = ()
    market_periods: tuple[int, ...] = Field(default=(24,), min_length=1)
    largest_absent_share: float = Field(default=0.1, ge=0, le=0.5)
    venues: bool = False
    sentiment: bool = False

    @field_validator("include", "exclude")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        try:
            named(names)
        except KeyError as error:
            unknown = error.args[0]
            close = get_close_matches(unknown, [*CATALOGUE, *Family], n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise ValueError(
                f"{unknown!r} is no feature and no family; {hint}`aurum features` lists them"
            ) from error
        return names

    @field_validator("market_periods")
    @classmethod
    def _in_range(cls, periods: tuple[int, ...]) -> tuple[int, ...]:
        if not all(2 <= period <= 1_000 for period in periods):  # noqa: PLR2004
            raise ValueError("each period must be from 2 to 1000 candles")
        return periods

    @property
    def chosen(self) -> frozenset[str]:
        """Names of the features that are computed."""
        return named(self.include) - named(self.exclude)

    @property
    def needs_market(self) -> bool:
        """Whether a chosen feature looks at the market pairs."""
        return any(
            name in MARKET_FEATURES and MARKET_FEATURES[name].family is Family.MARKET
            for name in self.chosen
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> FeatureSettings:
        """Read the section, and take FreqAI's correlated pairs where it names no market pairs.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            For an unknown key or name, a value out of range or of the wrong type.
        """
        settings = super().from_config(config)
        if settings.market_pairs:
            return settings
        return settings.model_copy(update={"market_pairs": correlated_pairs(config)})

    def check_market(self) -> None:
        """Refuse market-wide features without a market.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If one is chosen and there are less than two market pairs: a single one has neither
            breadth nor dispersion.
        """
        if self.needs_market and len(set(self.market_pairs)) < SMALLEST_MARKET:
            raise ConfigurationError(
                f"{self.section}.market_pairs",
                f"must name {SMALLEST_MARKET} pairs or more, the leader first, for the market-wide "
                f"features; or put {Family.MARKET.value!r} into {self.section}.exclude",
                list(self.market_pairs),
            )
