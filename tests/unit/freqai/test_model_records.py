"""What became of each pair's model."""

from __future__ import annotations

import threading

import pytest

from aurum_plugins.freqai.model_records import ModelRecord, ModelRecords


@pytest.fixture
def records() -> ModelRecords:
    return ModelRecords()


def test_nothing_at_first(records) -> None:
    assert records.all == {}
    records.count("A/B")
    assert records.all == {}


def test_a_forecast_ends_the_fault_before_it(records) -> None:
    assert records.not_predicted("A/B", "no forecast")
    assert not records.not_predicted("A/B", "no forecast")
    assert records.not_predicted("A/B", "another")
    records.trained("A/B", "too little data")
    assert records.all["A/B"].fault == "another"
    records.predicted("A/B", 5, "v2")
    assert records.all["A/B"] == ModelRecord("v2", 5, training_fault="too little data")
    assert records.all["A/B"].fault == "too little data"
    records.trained("A/B")
    assert records.all["A/B"].fault == ""
    assert records.not_predicted("A/B", "another")


def test_counts_add_up_pair_by_pair(records) -> None:
    records.count("A/B", rows_refused=2)
    records.count("A/B", rows_refused=1, not_finite=4)
    records.count("C/D", not_finite=1)
    assert records.all == {
        "A/B": ModelRecord(rows_refused=3, not_finite=4),
        "C/D": ModelRecord(not_finite=1),
    }


def test_who_reads_has_one_moment(records) -> None:
    records.predicted("A/B", 1)
    before = records.all
    records.predicted("A/B", 2)
    assert before["A/B"].predicted_ms == 1
    assert records.all is not before


def test_threads_lose_no_count(records) -> None:
    def count() -> None:
        for _ in range(500):
            records.count("A/B", not_finite=1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert records.all["A/B"].not_finite == 2_000
