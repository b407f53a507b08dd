from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import typer
from predicting_strategy import load_strategy
from typer.testing import CliRunner

from aurum_plugins.config import validate
from aurum_plugins.signals import PolicySettings

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
START, SPLIT, END = "2025-01-08", "2025-03-01", "2025-05-01"
BALANCE = 10_000
BOTH = pytest.mark.parametrize("which", ["scalper", "swing"])


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import siblings
    finally:
        sys.path.remove(str(BENCHMARKS))
    return siblings


@pytest.fixture(scope="module")
def spent(benchmark) -> ModuleType:
    return sys.modules["trade_costs"]


@pytest.fixture(scope="module")
def judged(benchmark) -> ModuleType:
    return sys.modules["strategy_blocks"]


def trade(opened: str, closed: str, *, bought: float = 100.0, sold: float = 101.0) -> dict:
    """One coin, at 0.1 % a side."""
    moments = {
        name: int(pd.Timestamp(day, tz="UTC").timestamp() * 1_000)
        for name, day in (("open_timestamp", opened), ("close_timestamp", closed))
    }
    return {
        **moments,
        "pair": "BTC/USDT",
        "amount": 10.0,
        "open_rate": bought,
        "close_rate": sold,
        "fee_open": 0.001,
        "fee_close": 0.001,
        "profit_abs": 10 * (sold - bought) - 10 * 0.001 * (sold + bought),
    }


def result(*trades: dict) -> dict[str, Any]:
    return {
        "backtest_start": f"{START} 00:00:00",
        "backtest_end": f"{END} 00:00:00",
        "starting_balance": BALANCE,
        "trades": list(trades),
    }


# What was tried


@BOTH
def test_the_class_holds_what_was_chosen(benchmark, which):
    sibling = benchmark.SIBLINGS[which]
    (chosen,) = (tried for tried in sibling.tried if tried.name == sibling.chosen)
    strategy = load_strategy(strategy=sibling.strategy)
    assert strategy.timeframe == sibling.timeframe
    assert strategy.entry_candles.value == chosen.entry_candles == sibling.rules.entry_candles
    assert strategy.exit_candles.value == chosen.exit_candles == sibling.rules.exit_candles
    assert strategy.settings.volatility_candles == sibling.rules.volatility_candles
    assert strategy.stop_multiple == chosen.stop_multiple
    assert strategy.policy.regime_candles == chosen.regime_candles
    assert strategy.policy.cost_multiple == chosen.cost_multiple


@BOTH
def test_each_variant_is_a_configuration_of_its_own_that_aurum_takes(benchmark, which):
    sibling = benchmark.SIBLINGS[which]
    variants = sibling.tried_variants()
    assert len({json.dumps(variant.overlay, sort_keys=True) for variant in variants}) == 4
    assert len({variant.name for variant in variants}) == 4
    for variant in (*variants, *sibling.variants()):
        validate(dict(variant.overlay))
        assert variant.strategy == sibling.strategy
        assert variant.configs == ("backtest.json", sibling.config)
    assert benchmark.date.fromisoformat(sibling.start) < benchmark.date.fromisoformat(sibling.split)


def test_the_plain_breakout_has_no_limits_but_the_channels(benchmark):
    plain, whole = benchmark.SIBLINGS["scalper"].variants()
    assert not plain.protections
    assert whole.protections
    assert dict(whole.overlay) == {}
    assert plain.overlay["aurum"]["risk"]["longest_hold_candles"] is None
    assert not PolicySettings.from_config(plain.overlay).asks_market


# Costs


def test_gross_is_net_and_fees(benchmark, spent, judged):
    (part,) = judged.blocks(START, SPLIT, SPLIT)
    found = spent.costs(result(trade("2025-02-01", "2025-02-02")), part)
    assert (found.trades, found.wins) == (1, 1)
    assert found.staked == pytest.approx(0.1)
    assert found.fees == pytest.approx(2.01 / BALANCE)
    assert found.gross == pytest.approx(10 / BALANCE)
    assert found.bps(found.gross) == pytest.approx(100)


def test_a_trade_belongs_to_the_block_in_which_it_was_opened(spent, judged):
    parts = judged.blocks(START, SPLIT, END)
    trades = trade("2025-02-28", "2025-03-02"), trade("2025-03-01", "2025-03-02", sold=99.0)
    design, confirmation, whole = (spent.costs(result(*trades), part) for part in parts)
    assert (design.trades, confirmation.trades, whole.trades) == (1, 1, 2)
    assert (design.wins, confirmation.wins) == (1, 0)
    assert whole.net == pytest.approx(design.net + confirmation.net)


def test_without_a_trade_there_is_no_mean(spent, judged):
    parts = judged.blocks(START, SPLIT, SPLIT)
    nothing = spent.costs(result(), parts[0])
    assert (nothing.trades, nothing.gross) == (0, 0)
    assert np.isnan(nothing.bps(nothing.net))
    grid = spent.cost_table({"x": {"design": nothing}}, parts)
    assert list(grid.columns[3].cells) == ["-"]


# The command


@pytest.fixture
def command(benchmark) -> typer.Typer:
    app = typer.Typer()
    app.command()(benchmark.main)
    return app


def walk() -> pd.DataFrame:
    dates = pd.date_range("2024-12-25", END, freq="4h", tz="UTC", name="date", inclusive="left")
    steps = np.random.default_rng(0).normal(0, 0.01, len(dates))
    prices = 100 * np.exp(np.cumsum(steps))
    columns = dict.fromkeys(("open", "high", "low", "close"), prices) | {"volume": 1.0}
    return pd.DataFrame(columns, index=dates)


@pytest.fixture
def made(benchmark, monkeypatch) -> list[tuple[str, str, tuple[str, ...]]]:
    """Everything but the candles, freqtrade and the sandbox is real; what was run."""
    asked = []

    class Server:
        url = "http://127.0.0.1:1"

        def __init__(self, _config: Any) -> None: ...

        def __enter__(self):
            return self

        def __exit__(self, *_: object) -> None: ...

    def backtest(variant, job, folder, tell):
        tell("trading", None)
        asked.append((variant.name, job.timerange, tuple(job.pairs)))
        end = f"{job.end} 00:00:00"
        return result(trade("2025-02-01", "2025-02-05")) | {"backtest_end": end}

    monkeypatch.setattr(benchmark, "SandboxServer", Server)
    for name in ("SandboxConfig", "ReplayConfig"):
        monkeypatch.setattr(benchmark, name, lambda **_: None)
    monkeypatch.setattr(
        benchmark, "load", lambda folder, pairs, timeframe: dict.fromkeys(pairs, walk())
    )
    monkeypatch.setattr(benchmark, "backtest", backtest)
    return asked


def test_one_command_prints_its_tables_and_writes_them(command, made, tmp_path):
    path = tmp_path / "figures.json"
    done = CliRunner().invoke(command, ["scalper", "--datadir", "data", "--json", str(path)])
    assert done.exit_code == 0, done.output
    assert "8 pairs, 5m, 2025-01-08 to 2025-04-30, 0.1% a side" in done.output
    assert "4 variants were tried on the design block" in done.output
    assert [name for name, *_ in made] == [
        "Donchian of AurumScalper's lengths, no limits",
        "AurumScalper",
    ]
    assert {timerange for _, timerange, _ in made} == {"20250108-20250501"}
    assert {len(pairs) for *_, pairs in made} == {8}
    figures = json.loads(path.read_text())
    assert figures["costs"]["AurumScalper"]["design"]["trades"] == 1
    assert figures["costs"]["AurumScalper"]["confirmation"]["trades"] == 0
    assert list(figures["rows"]) == [
        "buy and hold, equal weights",
        "Donchian, idealised, resized each candle",
        "Donchian of AurumScalper's lengths, no limits",
        "AurumScalper",
    ]
    assert len(figures["variants_tried"]) == 4


def test_what_was_tried_is_run_on_the_design_block_alone(command, made):
    done = CliRunner().invoke(command, ["scalper", "--datadir", "data", "--tried"])
    assert done.exit_code == 0, done.output
    assert len(made) == 4
    assert {timerange for _, timerange, _ in made} == {"20250108-20250301"}
    assert "confirmation" not in done.output
    assert "was chosen" in done.output


def test_a_failed_backtest_ends_with_2(benchmark, command, made, monkeypatch):
    def fail(*_: object) -> None:
        raise benchmark.RunError("AurumScalper: freqtrade ended with status 2")

    monkeypatch.setattr(benchmark, "backtest", fail)
    done = CliRunner().invoke(command, ["scalper", "--datadir", "data"])
    assert done.exit_code == 2
    assert "error: AurumScalper: freqtrade ended with status 2" in done.output


def test_absent_candles_end_with_2(command, tmp_path):
    done = CliRunner().invoke(command, ["swing", "--datadir", str(tmp_path)])
    assert done.exit_code == 2
    assert "BTC_USDT-4h.feather" in done.output.replace("\n", "")
