"""What FreqAI's models did in a bot's process, as a report of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurum_plugins.monitoring.reports import ModelReport, PairModel
from aurum_plugins.sentiment.one_line import one_line

LONGEST_FAULT = 300


class ModelsTold:
    """Tells of a strategy's models when something has changed.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
    """

    def __init__(self, strategy: Any) -> None:
        self._strategy = strategy
        self._told: object = None

    def news(self) -> ModelReport | None:
        """A report; None where FreqAI is off, and where nothing was added to the last one."""
        if not self._strategy.config.get("freqai", {}).get("enabled", False):
            return None
        model = getattr(self._strategy, "freqai", None)
        # A model of somebody else keeps none. Their class is not imported: it takes a second.
        known = getattr(getattr(model, "records", None), "all", None)
        known = known if isinstance(known, Mapping) else {}
        if self._told is known or (not known and self._told is not None):
            return None
        self._told = known
        registry = getattr(getattr(model, "dd", None), "registry", None)
        return ModelReport(
            model=type(model).__name__,
            identifier=str(self._strategy.config["freqai"].get("identifier", "")),
            folder="" if registry is None else str(registry.folder.resolve()),
            pairs=tuple(
                PairModel(
                    pair=pair,
                    version=record.version,
                    predicted_ms=record.predicted_ms,
                    rows_refused=record.rows_refused,
                    not_finite=record.not_finite,
                    fault=one_line(record.fault, LONGEST_FAULT),
                )
                for pair, record in sorted(known.items())
            ),
        )
