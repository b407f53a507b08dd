"""From candles to scale-free columns, and the labels that are to be forecast."""

from aurum_plugins.features.candle_series import CandleSeries
from aurum_plugins.features.candles import Candles, CandleStatus, Market
from aurum_plugins.features.catalogue import CATALOGUE
from aurum_plugins.features.feature import Family, Feature
from aurum_plugins.features.feature_set import FeatureSet
from aurum_plugins.features.feature_table import Column, FeatureTable
from aurum_plugins.features.freqai_parameters import freqai_parameters
from aurum_plugins.features.market_feature import MarketFeature
from aurum_plugins.features.missing import MissingCause
from aurum_plugins.features.settings import FeatureSettings
from aurum_plugins.features.target_history import target_history
from aurum_plugins.features.targets import TargetSettings, forward_targets, persistence

__all__ = [
    "CATALOGUE",
    "CandleSeries",
    "CandleStatus",
    "Candles",
    "Column",
    "Family",
    "Feature",
    "FeatureSet",
    "FeatureSettings",
    "FeatureTable",
    "Market",
    "MarketFeature",
    "MissingCause",
    "TargetSettings",
    "forward_targets",
    "freqai_parameters",
    "persistence",
    "target_history",
]
