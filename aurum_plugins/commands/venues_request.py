"""Which venues `aurum venues` asks, and which pairs it asks them for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.venue_settings import VenueSettings

USUAL_PAIRS = ("BTC/USDT", "ETH/USDT")
_SPOT_PAIR = re.compile(r"[\w$]+/\w+")


@dataclass(frozen=True)
class VenuesRequest:
    """What is to be asked.

    Attributes
    ----------
    settings : VenueSettings
        With at least one source.
    pairs : tuple of str
        At least one, none of them twice.
    skipped : tuple of str
        Entries of the whitelist that are no spot pairs, such as ".*/USDT".
    """

    settings: VenueSettings
    pairs: tuple[str, ...]
    skipped: tuple[str, ...]

    @classmethod
    def of(cls, config: Mapping[str, Any], asked: Sequence[str]) -> VenuesRequest:
        """Complete what was asked for by a configuration.

        Parameters
        ----------
        config : mapping
            A whole freqtrade configuration.
        asked : sequence of str
            Pairs, in any case, "/" or "_" between the currencies. None: the whitelist's pairs; if
            there is none either, `USUAL_PAIRS`.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If no venues are configured or enabled, or something asked for is no spot pair.
        """
        settings = VenueSettings.from_config(config)
        if not settings.sources:
            rule = (
                "must name the venues to ask: add "
                '"add_config_files": ["venues.json"] (of configs/) to the configuration, or name '
                "one that has it with --config; docs/venues.md tells more"
            )
            raise ConfigurationError("aurum.venues.sources", rule, {})
        if not settings.enabled:
            rule = "must be true for venues to be asked"
            raise ConfigurationError("aurum.venues.enabled", rule, settings.enabled)
        if asked:
            return cls(settings, _unique(map(_spot_pair, asked)), ())
        listed = tuple(map(str, (config.get("exchange") or {}).get("pair_whitelist") or ()))
        pairs = _unique(pair for pair in listed if _SPOT_PAIR.fullmatch(pair))
        skipped = tuple(entry for entry in listed if not _SPOT_PAIR.fullmatch(entry))
        return cls(settings, pairs or USUAL_PAIRS, skipped)


def _spot_pair(asked: str) -> str:
    pair = asked.strip().upper().replace("_", "/", 1)
    if not _SPOT_PAIR.fullmatch(pair):
        raise ConfigurationError("PAIR", "must be a spot pair such as BTC/USDT", asked)
    return pair


def _unique(pairs: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pairs))
