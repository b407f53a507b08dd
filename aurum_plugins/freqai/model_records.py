"""What became of each pair's model in this process, for those who report on it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class ModelRecord:
    """Of one pair, since the start.

    Attributes
    ----------
    version : str
        Of the model that forecast last; empty: not known.
    predicted_ms : int or None
        When it did, UTC milliseconds.
    rows_refused : int
        Rows that lacked too many features, or had infinite ones.
    not_finite : int
        Values that were not finite at a model's door, in trainings and forecasts; see
        `aurum_plugins.forecasting.models_door`.
    training_fault, forecast_fault : str
        Why the last training, the last forecast failed; empty: it did not.
    """

    version: str = ""
    predicted_ms: int | None = None
    rows_refused: int = 0
    not_finite: int = 0
    training_fault: str = ""
    forecast_fault: str = ""

    @property
    def fault(self) -> str:
        """The one that matters more: a forecast's."""
        return self.forecast_fault or self.training_fault


class ModelRecords:
    """Kept by the threads that decide and train, read by whoever reports."""

    def __init__(self) -> None:
        self._records: Mapping[str, ModelRecord] = {}
        self._lock = threading.Lock()

    @property
    def all(self) -> Mapping[str, ModelRecord]:
        """By pair; another object after each change, never changed itself."""
        return self._records

    def predicted(self, pair: str, at_ms: int, version: str = "") -> None:
        """The pair was forecast."""
        self._change(pair, predicted_ms=at_ms, version=version, forecast_fault="")

    def not_predicted(self, pair: str, fault: str) -> bool:
        """It could not be; whether that is news."""
        if self._record(pair).forecast_fault == fault:
            return False
        self._change(pair, forecast_fault=fault)
        return True

    def trained(self, pair: str, fault: str = "") -> None:
        """Its training has ended; why it failed, if it did."""
        self._change(pair, training_fault=fault)

    def count(self, pair: str, *, rows_refused: int = 0, not_finite: int = 0) -> None:
        """Count what could not be used."""
        if rows_refused or not_finite:
            with self._lock:
                known = self._record(pair)
                self._put(
                    pair,
                    rows_refused=known.rows_refused + rows_refused,
                    not_finite=known.not_finite + not_finite,
                )

    def _record(self, pair: str) -> ModelRecord:
        return self._records.get(pair, ModelRecord())

    def _change(self, pair: str, **changes: Any) -> None:
        with self._lock:
            self._put(pair, **changes)

    def _put(self, pair: str, **changes: Any) -> None:
        self._records = {**self._records, pair: replace(self._record(pair), **changes)}
