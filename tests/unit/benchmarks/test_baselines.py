from __future__ import annotations

import importlib.util
import json
import math
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from aurum_plugins.errors import DataError
from aurum_plugins.signals import BreakoutSettings

SCRIPT = Path(__file__).parents[3] / "benchmarks/baselines.py"
SPAN = ("2024-01-11", "2024-01-31")


@pytest.fixture(scope="module")
def baselines() -> ModuleType:
    spec = importlib.util.spec_from_file_location("baselines", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["baselines"] = module
    spec.loader.exec_module(module)
    return module


def frame(close: Any, start: str = "2024-01-01") -> pd.DataFrame:
    price = np.asarray(close, dtype=float)
    dates = pd.date_range(start, periods=len(price), freq="1h", tz="UTC", name="date")
    data = {"open": price, "high": price, "low": price, "close": price, "volume": 1.0}
    return pd.DataFrame(data, index=dates)


def walk(seed: int, rows: int = 720) -> pd.DataFrame:
    steps = np.random.default_rng(seed).normal(0, 0.01, rows)
    return frame(100 * np.exp(np.cumsum(steps)))


RULES = BreakoutSettings(entry_candles=24, exit_candles=12, atr_candles=24, volatility_candles=24)


def test_figures_of_a_known_equity(baselines):
    run = baselines.Run("x", pd.Series([1.1, 0.99, 1.188]), 0, 0.0)
    sharpe, drawdown, growth = run.figures()
    returns = np.array([0.1, -0.1, 0.2])
    assert sharpe == pytest.approx(returns.mean() / returns.std(ddof=1) * math.sqrt(365))
    assert drawdown == pytest.approx(-0.1)
    assert growth == pytest.approx(1.188 ** (365 / 3) - 1)


def test_a_loss_on_the_first_day_counts_as_drawdown(baselines):
    assert baselines.Run("x", pd.Series([0.8, 0.9]), 0, 0.0).figures()[1] == pytest.approx(-0.2)


def test_an_idle_account_has_no_sharpe_ratio(baselines):
    sharpe, drawdown, growth = baselines.Run("x", pd.Series([1.0, 1.0]), 0, 0.0).figures()
    assert math.isnan(sharpe)
    assert (drawdown, growth) == (0, 0)


def test_holding_two_pairs_is_the_mean_of_their_growth(baselines):
    doubled = frame(np.where(np.arange(720) < 240, 1.0, 2.0))
    candles = {"A/USDT": doubled, "B/USDT": frame(np.ones(720))}
    run = baselines.hold("h", candles, SPAN)
    assert run.equity.iloc[-1] == pytest.approx(1.5)
    logs = baselines.hold("h", candles, SPAN, log_returns=True)
    assert logs.equity.iloc[-1] == pytest.approx(math.sqrt(2))


def test_fees_are_turnover_times_rate(baselines):
    candles = {"A/USDT": walk(1), "B/USDT": walk(2)}
    free = baselines.breakout("f", candles=candles, span=SPAN, fee=0.0, settings=RULES)
    paid = baselines.breakout("p", candles=candles, span=SPAN, fee=1e-6, settings=RULES)
    lost = math.log(free.equity.iloc[-1] / paid.equity.iloc[-1])
    assert free.trades == paid.trades > 0
    assert lost == pytest.approx(1e-6 * free.turnover * len(free.equity) / 365, rel=0.02)


def test_the_weight_earns_only_from_the_next_candle_on(baselines):
    # One jump at the very candle that breaks out: nothing of it may be earned.
    wiggle = 1 + 0.001 * (np.arange(720) % 2)
    wiggle[300:] *= 1.5
    run = baselines.breakout(
        "j", candles={"A/USDT": frame(wiggle)}, span=SPAN, fee=0.0, settings=RULES
    )
    assert run.trades == 1
    assert run.equity.max() < 1.01


def test_a_stop_pays_the_stop_and_ends_the_position(baselines):
    price = np.concatenate([100 + 0.1 * np.arange(100), [80.0] * 20])
    candles = frame(price)
    held, paid = baselines.positions(candles, RULES, closes_only=False, stop_multiple=3.0)
    free, _ = baselines.positions(candles, RULES, closes_only=False)
    assert held[99] == free[99] == 1
    assert held[100] == 0
    assert paid[100] == 80.0  # opened under the stop already
    candles.iloc[100, candles.columns.get_loc("open")] = 109.9
    candles.iloc[100, candles.columns.get_loc("high")] = 109.9
    _, paid = baselines.positions(candles, RULES, closes_only=False, stop_multiple=3.0)
    assert 80.0 < paid[100] < 109.9


def test_channels_of_closes_ignore_the_wicks(baselines):
    candles = walk(3)
    candles["high"] *= 1.5
    wicks, _ = baselines.positions(candles, RULES, closes_only=False)
    closes, _ = baselines.positions(candles, RULES, closes_only=True)
    assert wicks.sum() == 0
    assert closes.sum() > 0


def result(trades: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "backtest_start": "2024-01-01 00:00:00",
        "backtest_end": "2024-01-04 00:00:00",
        "starting_balance": 1_000,
        "trades": trades,
    }


def test_an_open_position_is_valued_at_the_close_and_a_closed_one_as_booked(baselines):
    prices = np.repeat([100.0, 110.0, 50.0], 24)
    opened = pd.Timestamp("2024-01-01 05:00", tz="UTC")
    closed = pd.Timestamp("2024-01-03 03:00", tz="UTC")
    trade = {
        "pair": "A/USDT",
        "amount": 2.0,
        "open_rate": 100.0,
        "close_rate": 120.0,
        "fee_open": 0.01,
        "fee_close": 0.02,
        "profit_abs": 33.0,
        "open_timestamp": opened.value // 1_000_000,
        "close_timestamp": closed.value // 1_000_000,
    }
    run = baselines.marked_to_market("m", result([trade]), {"A/USDT": frame(prices)})
    cost = 200 * 1.01
    expected = [1_000 + 200 * 0.98 - cost, 1_000 + 220 * 0.98 - cost, 1_033]
    np.testing.assert_allclose(run.equity, np.array(expected) / 1_000)
    assert run.trades == 1
    assert run.turnover == pytest.approx(440 / 1_000 * 365 / 3, rel=0.02)


def test_results_come_out_of_zip_and_json(baselines, tmp_path):
    export = {"strategy": {"S": result([])}}
    plain, packed = tmp_path / "r.json", tmp_path / "r.zip"
    plain.write_text(json.dumps(export))
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("r.json", json.dumps(export))
    assert baselines.read_results(plain) == baselines.read_results(packed) == export["strategy"]


@pytest.mark.parametrize("content", [None, b"torn", b"{}"])
@pytest.mark.parametrize("name", ["r.zip", "r.json"])
def test_a_bad_export_is_named(baselines, tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=f"{name}: not a freqtrade backtest export"):
        baselines.read_results(tmp_path / name)


def test_a_torn_candle_file_is_named(baselines, tmp_path):
    (tmp_path / "A_USDT-1h.feather").write_bytes(b"torn")
    with pytest.raises(DataError, match=r"A_USDT-1h\.feather: not a candle file"):
        baselines.load(tmp_path, ["A/USDT"])


@pytest.fixture
def command(baselines) -> typer.Typer:
    app = typer.Typer()
    app.command()(baselines.main)
    return app


def test_a_missing_folder_is_one_sentence_and_a_failure(command, tmp_path):
    outcome = CliRunner().invoke(command, ["--datadir", str(tmp_path)])
    assert outcome.exit_code == 1
    assert outcome.stderr.count("\n") == 1
    assert "give its folder with --datadir" in outcome.stderr


def test_the_table_has_every_row(baselines, command, tmp_path):
    for seed, pair in enumerate(baselines.PAIRS):
        path = tmp_path / f"{pair.replace('/', '_')}-1h.feather"
        walk(seed, 1_500).reset_index().to_feather(path)
    export = tmp_path / "mine.json"
    export.write_text(json.dumps({"strategy": {"S": result([])}}))
    options = {"--datadir": tmp_path, "--result": export, "--start": "2024-02-01"}
    arguments = [str(word) for pair in options.items() for word in pair]
    export.write_text(
        json.dumps({"strategy": {"S": result([]) | {"backtest_end": "2024-02-20 00:00:00"}}})
    )
    outcome = CliRunner().invoke(command, [*arguments, "--end", "2024-02-20"])
    assert outcome.exit_code == 0, outcome.output
    for row in ("buy and hold", "resized every hour", "ATR stop", "S in freqtrade, mine"):
        assert row in outcome.stdout
