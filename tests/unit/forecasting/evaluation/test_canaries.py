"""Canaries sing, or fall off their perch, when they should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evaluation_report import canaries
from forecast_table import forecast_table

from aurum_plugins.forecasting.errors import BadRows
from aurum_plugins.forecasting.evaluation.canaries import Canary, CanaryKind, assess_canary
from aurum_plugins.forecasting.evaluation.canary_runs import (
    shuffled_labels_canary,
    shuffled_splits_canaries,
    with_shuffled_labels,
)
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.evaluation.report import Verdict

LABELS, SPLITS = canaries()


def swapped(canary: Canary) -> Canary:
    return replace(canary, probability=canary.purged, purged=canary.probability)


def test_without_labels_to_learn_from_there_is_only_chance() -> None:
    report = assess_canary(LABELS, 4)
    assert report.verdict is Verdict.AS_IT_SHOULD
    assert report.auc.low <= 0.5 <= report.auc.high
    assert report.leak is report.honest_auc is None


@pytest.mark.parametrize(
    ("canary", "verdict", "words"),
    [
        (replace(LABELS, probability=SPLITS.probability, above=SPLITS.above), "failed", "leak"),
        (
            replace(LABELS, probability=1 - SPLITS.probability, above=SPLITS.above),
            "inconclusive",
            "worse than chance",
        ),
        (
            # No ranking, but nearer to the truth than a base rate that is far off.
            replace(LABELS, base_rate=np.full(2_000, 0.9), probability=np.full(2_000, 0.5)),
            "failed",
            "Has skill",
        ),
        (SPLITS, "as it should", "purging removes"),
        (swapped(SPLITS), "failed", "makes no sense"),
        (replace(SPLITS, purged=SPLITS.probability), "inconclusive", "No leak is to be seen"),
    ],
)
def test_every_outcome_has_its_verdict(canary, verdict, words) -> None:
    report = assess_canary(canary, 4)
    assert report.verdict == verdict
    assert words in report.reason


def part(canary: Canary, rows: int) -> Canary:
    columns = ("candles", "above", "probability", "base_rate", "purged")
    known = {name: getattr(canary, name) for name in columns}
    return replace(canary, **{name: c[:rows] for name, c in known.items() if c is not None})


@pytest.mark.parametrize("canary", [LABELS, SPLITS])
def test_few_rows_prove_nothing(canary) -> None:
    report = assess_canary(part(canary, 20), 4)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "Too few rows" in report.reason


def test_the_leak_is_the_difference_on_the_same_rows() -> None:
    report = assess_canary(SPLITS, 4)
    assert report.leak.value == pytest.approx(report.auc.value - report.honest_auc)
    assert report.leak.low > 0


def test_shuffled_splits_want_purged_ones_beside_them() -> None:
    with pytest.raises(ValueError, match="must have purged forecasts beside it"):
        assess_canary(replace(SPLITS, purged=None), 4)


def test_probabilities_must_be_such() -> None:
    with pytest.raises(BadRows, match="probability"):
        assess_canary(replace(SPLITS, purged=SPLITS.purged + 2), 4)


def test_several_pairs_make_one_canary() -> None:
    assert len(Canary.together([SPLITS, SPLITS]).purged) == 4_000
    both = Canary.together([LABELS, LABELS])
    assert both.purged is None
    assert len(both.candles) == 4_000


def pair_rows(count: int = 1_200, horizon: int = 24, seed: int = 0) -> PairRows:
    """Features that drift slowly, and a label that overlaps and has nothing to do with them."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(count + horizon)
    ahead = np.convolve(noise, np.ones(horizon), mode="valid")[1 : count + 1]
    drift = np.cumsum(rng.standard_normal((count, 3)), axis=0)
    labels = pd.DataFrame({"a": ahead, "one_sign": np.abs(ahead) + 1})
    labels.iloc[-horizon:] = np.nan
    candles = np.arange(count, dtype=np.int64)
    return PairRows(
        "A/B",
        candles,
        candles * 3_600_000,
        np.ones(count),
        pd.DataFrame(drift, columns=["x", "y", "z"]).astype(np.float32),
        labels,
        labels * np.nan,
    )


def test_shuffled_splits_show_a_leak_that_purging_removes() -> None:
    found = shuffled_splits_canaries(pair_rows(), 24, seed=0)
    assert set(found) == {"a"}
    report = assess_canary(found["a"], 24)
    assert report.verdict is Verdict.AS_IT_SHOULD
    assert report.auc.value > 0.8
    assert report.honest_auc < 0.65


def test_too_few_rows_make_no_canary() -> None:
    assert shuffled_splits_canaries(pair_rows(300), 24, seed=0) == {}


def test_a_fold_whose_training_rows_have_one_sign_falls_back_on_it() -> None:
    rows = pair_rows(600, horizon=2)
    rows.labels["a"] = np.where(np.arange(600) < 590, 1.0, -1.0)
    rows.labels["a"] = rows.labels["a"].where(np.arange(600) < 598)
    purged = shuffled_splits_canaries(rows, 2, seed=0)["a"].purged
    assert (purged[-100:] == 1.0).all()


def test_shuffling_moves_known_labels_only() -> None:
    rows = pair_rows()
    shuffled = with_shuffled_labels(rows, seed=1)
    known = rows.labels["a"].notna()
    assert sorted(shuffled.labels["a"][known]) == pytest.approx(sorted(rows.labels["a"][known]))
    assert (shuffled.labels["a"].isna() == ~known).all()
    assert (shuffled.labels["a"][known] != rows.labels["a"][known]).mean() > 0.95
    # Labels of one row stay together.
    assert shuffled.labels["one_sign"][known].to_numpy() == pytest.approx(
        shuffled.labels["a"][known].abs().to_numpy() + 1
    )
    pd.testing.assert_frame_equal(shuffled.features, rows.features)
    pd.testing.assert_frame_equal(shuffled.labels, with_shuffled_labels(pair_rows(), seed=1).labels)


def test_a_table_becomes_a_canary() -> None:
    frame = forecast_table(200)
    canary = shuffled_labels_canary(frame)
    assert canary.kind is CanaryKind.SHUFFLED_LABELS
    assert len(canary.above) == (frame["usable"] & frame["target"].notna()).sum()
    assert shuffled_labels_canary(frame.assign(usable=False)) is None
