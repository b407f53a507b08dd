"""All features by name, and the choice among them."""

from __future__ import annotations

from collections.abc import Iterable

from aurum_plugins.features import (
    calendar,
    market,
    microstructure,
    price_action,
    technical,
    volatility,
    volume,
)
from aurum_plugins.features.feature import Family, Feature
from aurum_plugins.features.market_feature import MarketFeature

FEATURES: dict[str, Feature] = {
    feature.name: feature
    for module in (technical, price_action, volatility, volume, microstructure)
    for feature in module.FEATURES
}
MARKET_FEATURES: dict[str, MarketFeature] = {
    feature.name: feature for module in (market, calendar) for feature in module.FEATURES
}
CATALOGUE: dict[str, Feature | MarketFeature] = {**FEATURES, **MARKET_FEATURES}


def named(names: Iterable[str]) -> frozenset[str]:
    """Names of features, with the name of a family standing for all that it holds.

    Raises
    ------
    KeyError
        The first name that is neither a feature nor a family.
    """
    chosen: set[str] = set()
    for name in names:
        if name in CATALOGUE:
            chosen.add(name)
        elif name in set(Family):
            chosen.update(key for key, feature in CATALOGUE.items() if feature.family == name)
        else:
            raise KeyError(name)
    return frozenset(chosen)
