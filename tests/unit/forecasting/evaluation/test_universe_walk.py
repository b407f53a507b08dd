from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecast_rows import (
    FIRST,
    RETURN,
    TARGETS,
    VOLATILITY,
    forecast_rows,
    small_ensemble,
)

from aurum_plugins.forecasting.evaluation.forecast_table import ForecastTable
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.evaluation.universe_walk import walk_universe
from aurum_plugins.forecasting.evaluation.walk_forward_run import WalkForwardPlan, walk_forward

PLAN = WalkForwardPlan(FIRST + 800, FIRST + 1_100, 750, 150)
PAIRS = ("ADA/USDT", "BTC/USDT")


def pair_rows(pair: str, rows: slice = slice(None)) -> PairRows:
    known = forecast_rows(seed=len(pair) + ord(pair[0])).part(rows)
    close = np.linspace(1, 2, len(known))
    lagged = known.labels.shift(5)
    opens = known.candles * 3_600_000
    return PairRows(pair, known.candles, opens, close, known.features, known.labels, lagged)


def run(pairs=None, plan=PLAN, **how):
    rows = [pair_rows(pair) for pair in PAIRS] if pairs is None else pairs
    made = {}
    for result in walk_universe(rows, plan, small_ensemble, **how):
        made[result.pair, result.window] = result
    return made


@pytest.fixture(scope="module")
def results():
    return run()


def test_every_pair_and_window_is_forecast(results) -> None:
    assert sorted(results) == [(pair, window) for pair in PAIRS for window in (0, 1)]
    assert {result.error for result in results.values()} == {""}
    for target in (RETURN, VOLATILITY):
        parts = [result.tables[target] for result in results.values()]
        table = ForecastTable.of(pd.concat(parts, ignore_index=True))
        assert table.pairs == PAIRS
        assert table.members == ("linear", "lightgbm")
        assert table.usable.mean() > 0.5


def test_rows_are_those_of_models_for_each_pair(results) -> None:
    rows = [pair_rows(pair) for pair in PAIRS]
    for other in walk_forward(rows, PLAN, small_ensemble):
        ours = results[other.pair, other.window]
        for target, table in other.tables.items():
            same = ["pair", "candle", "open_ms", "window", "target", "persistence", "close"]
            pd.testing.assert_frame_equal(ours.tables[target][same], table[same])


def test_what_a_pair_does_later_changes_no_earlier_window(results) -> None:
    rows = [pair_rows(pair) for pair in PAIRS]
    late = rows[1].candles >= FIRST + 950
    for frame in (rows[1].features, rows[1].labels):
        frame.loc[late] = 5.0
    made = run(rows)
    first = made[PAIRS[0], 0].tables[RETURN]
    pd.testing.assert_frame_equal(first, results[PAIRS[0], 0].tables[RETURN], check_exact=True)


def test_a_pair_that_lacks_candles_has_no_model(results) -> None:
    made = run([pair_rows(PAIRS[0]), pair_rows(PAIRS[1], slice(700, None))], ablate=False)
    assert made[PAIRS[0], 0].error == ""
    assert made[PAIRS[1], 0].error.startswith("PairLeftOut: the model of all pairs does not know")
    table = made[PAIRS[1], 0].tables[RETURN]
    assert set(table["refusal"]) == {"no_model"}
    assert len(table) == len(results[PAIRS[1], 0].tables[RETURN])


def test_a_training_that_fails_fails_for_all() -> None:
    made = run(plan=WalkForwardPlan(FIRST + 800, FIRST + 900, 300, 100))
    assert {result.error.split(":")[0] for result in made.values()} == {"TooLittleData"}
    assert all(set(result.tables) == {t.name for t in TARGETS} for result in made.values())
