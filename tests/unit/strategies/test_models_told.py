"""FreqAI's models, as the report has them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurum_plugins.freqai.model_records import ModelRecords
from aurum_plugins.monitoring.reports import ModelReport, PairModel
from aurum_plugins.strategies.models_told import LONGEST_FAULT, ModelsTold


class Model:
    pass


def strategy(model: Any, *, enabled: bool = True) -> Any:
    freqai = {"enabled": enabled, "identifier": "mine"}
    return SimpleNamespace(config={"freqai": freqai}, freqai=model)


@pytest.fixture
def model(tmp_path: Path) -> Any:
    made: Any = Model()
    made.records = ModelRecords()
    made.dd = SimpleNamespace(registry=SimpleNamespace(folder=tmp_path / "registry"))
    return made


def test_nothing_where_freqai_is_off(model) -> None:
    assert ModelsTold(strategy(model, enabled=False)).news() is None
    assert ModelsTold(SimpleNamespace(config={})).news() is None


def test_what_was_recorded_is_told_when_it_changes(model, tmp_path) -> None:
    told = ModelsTold(strategy(model))
    folder = str(tmp_path / "registry")
    assert told.news() == ModelReport(model="Model", identifier="mine", folder=folder)
    assert told.news() is None
    records = model.records
    records.predicted("B/USDT", 7, "v1")
    records.count("A/USDT", rows_refused=2, not_finite=3)
    records.not_predicted("A/USDT", "no\nforecast: " + "x" * 1_000)
    report = told.news()
    assert report is not None
    first, second = report.pairs
    assert second == PairModel(pair="B/USDT", version="v1", predicted_ms=7)
    assert (first.rows_refused, first.not_finite, first.predicted_ms) == (2, 3, None)
    assert first.fault.startswith("no forecast: xxx")
    assert len(first.fault) == LONGEST_FAULT
    assert told.news() is None
    records.predicted("B/USDT", 8, "v1")
    assert told.news() is not None


def test_a_model_of_somebody_else_is_named_once() -> None:
    told = ModelsTold(strategy(Model()))
    assert told.news() == ModelReport(model="Model", identifier="mine")
    assert told.news() is None
