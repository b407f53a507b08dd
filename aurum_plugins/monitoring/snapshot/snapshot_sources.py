"""What a snapshot needs besides the database, and how much of everything it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from aurum_plugins.monitoring.snapshot.equity_curve import MOST_POINTS
from aurum_plugins.monitoring.snapshot.newest_decisions import MOST_PAIRS
from aurum_plugins.monitoring.snapshot.told_decisions import MOST_TOLD
from aurum_plugins.sentiment.settings import SentimentSettings


@dataclass(frozen=True)
class SnapshotSources:
    """One for all bots of a monitor.

    Attributes
    ----------
    sentiment : SentimentSettings
        How moods and shocks follow from what was written.
    pairs : tuple of str
        Whose coins' moods are shown of a bot that does not say what it trades.
    exchange : str
        ccxt's id of the one that such a bot trades on; empty: none.
    models : pathlib.Path or None
        The models' folder, in place of the one that the bot names.
    most_points, most_pairs, most_told, most_alerts, most_moods : int
        At most so many points of the equity, pairs, decisions lately, alerts that ended, and coins
        with a mood.
    """

    sentiment: SentimentSettings = field(default_factory=SentimentSettings)
    pairs: tuple[str, ...] = ()
    exchange: str = ""
    models: Path | None = None
    most_points: int = MOST_POINTS
    most_pairs: int = MOST_PAIRS
    most_told: int = MOST_TOLD
    most_alerts: int = 50
    most_moods: int = 30

    @classmethod
    def from_config(cls, config: Mapping[str, Any], models: Path | None = None) -> Self:
        """Those of a whole freqtrade configuration.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If `aurum.sentiment` breaks a rule.
        """
        exchange = config.get("exchange") or {}
        return cls(
            sentiment=SentimentSettings.from_config(config),
            pairs=tuple(map(str, exchange.get("pair_whitelist") or ())),
            exchange=str(exchange.get("name") or ""),
            models=models,
        )
