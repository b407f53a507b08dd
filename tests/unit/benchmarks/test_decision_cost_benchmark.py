from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import typer
from freqtrade.persistence import Trade
from sqlalchemy import URL
from typer.testing import CliRunner

from aurum_plugins.reasons import Action

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import decision_cost
    finally:
        sys.path.remove(str(BENCHMARKS))
    return decision_cost


@pytest.fixture(scope="module")
def bot(benchmark) -> ModuleType:
    return sys.modules["decision_bot"]


@pytest.fixture(scope="module")
def times(benchmark) -> ModuleType:
    return sys.modules["decision_times"]


@pytest.fixture(autouse=True)
def own_trades(monkeypatch):
    """freqtrade's session is the class's: what was there comes back."""
    before = {"session": Trade.session} if hasattr(Trade, "session") else {}
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    yield
    if hasattr(Trade, "session"):
        Trade.session.remove()
        del Trade.session
    for name, session in before.items():
        setattr(Trade, name, session)


def test_both_strategies_enter_at_each_candle(benchmark, bot, tmp_path):
    names = bot.pairs(5)
    built = bot.strategy(names, bot.SHOWN + 3, tmp_path)
    frame = bot.with_indicators(built, names, bot.SHOWN + 3)[names[1]]
    ours, theirs = frame[3:].copy(), frame[3:].copy()
    benchmark.decide(built, ours, names[1])
    benchmark.decide(bot.StockBreakout({"stake_currency": "USDT"}), theirs, names[1])
    shown = slice(-300, None)
    assert (ours["action"].iloc[shown] == Action.ENTER).all()
    assert (ours["enter_long"].iloc[shown] == 1).all()
    assert (theirs["enter_long"].iloc[shown] == 1).all()
    assert (ours["enter_long"] == theirs["enter_long"].fillna(0)).all()
    assert not (ours["exit_long"] == 1).any()
    assert theirs["exit_long"].isna().all() if "exit_long" in theirs else True


def test_every_step_of_every_candle_is_timed(benchmark, times, tmp_path):
    cost = benchmark.our_decisions(5, 12, tmp_path)
    # Two candles remain of twelve; one of five pairs is held and not entered.
    counted = {step: len(values) for step, values in cost.wall.items()}
    assert counted == {
        times.STOCK_TAKING: 2,
        times.SIGNAL: 10,
        times.JOURNAL: 2,
        times.STAKE: 8,
        times.CONFIRM: 8,
        times.DECISION: 10,
        times.ORDER: 8,
    }
    assert all(value >= 0 for values in cost.wall.values() for value in values)
    # The time of a decision in which nothing waits is CPU time.
    assert np.median(cost.cpu[times.SIGNAL]) <= 1.1 * max(cost.wall[times.SIGNAL])


def test_a_refused_order_is_an_error(benchmark, bot, tmp_path, monkeypatch):
    monkeypatch.setattr(bot.Exchange, "orderbook", lambda *_: {"bids": [], "asks": []})
    with pytest.raises(RuntimeError, match="BTC/USDT was refused on candle 0"):
        benchmark.our_decisions(1, 12, tmp_path)


def test_steps_add_up_pair_by_pair(times):
    samples = {
        times.STOCK_TAKING: [1.0, 2.0],
        times.JOURNAL: [0.5, 0.5],
        times.SIGNAL: [10.0, 20.0, 30.0, 40.0],
        # The first of two pairs is held.
        times.STAKE: [100.0, 200.0],
        times.CONFIRM: [1_000.0, 2_000.0],
    }
    both = times.together(samples)
    assert both[times.DECISION] == [11.5, 21.5, 32.5, 42.5]
    assert both[times.ORDER] == [1_121.5, 2_242.5]


def test_a_strategy_without_a_journal_adds_up_too(times):
    steps = (times.STOCK_TAKING, times.SIGNAL, times.STAKE, times.CONFIRM)
    both = times.together({step: [1.0] for step in steps})
    assert both[times.DECISION] == [2.0]
    assert both[times.ORDER] == [4.0]


def test_the_first_candles_are_left_out(times):
    rows = 30
    samples = {"loop": list(range(rows)), "pair": list(range(4 * rows))}
    left = times.warm(samples, rows)
    assert left["loop"] == list(range(times.WARM_UP, rows))
    assert left["pair"][0] == 4 * times.WARM_UP


def test_records_are_where_they_are_wanted_and_back_after(benchmark, monkeypatch):
    monkeypatch.setenv("AURUM_DATABASE_URL", "sqlite:///mine")
    with benchmark.records(None):
        assert "AURUM_DATABASE_URL" not in os.environ
    with benchmark.records("sqlite:///other"):
        assert os.environ["AURUM_DATABASE_URL"] == "sqlite:///other"
    assert os.environ["AURUM_DATABASE_URL"] == "sqlite:///mine"
    monkeypatch.delenv("AURUM_DATABASE_URL")
    with benchmark.records("sqlite:///other"):
        pass
    assert "AURUM_DATABASE_URL" not in os.environ


def cost(times, milliseconds: float):
    samples = dict.fromkeys(times.STEPS, [milliseconds] * 3)
    return times.Cost(samples, samples)


@pytest.mark.parametrize(("milliseconds", "status"), [(9.9, 0), (10.1, 1)])
def test_the_budget_is_the_decision_s(benchmark, times, monkeypatch, milliseconds, status):
    counted = []

    def ours(count, rows, folder):
        counted.append((count, rows))
        return cost(times, milliseconds)

    monkeypatch.setattr(benchmark, "our_decisions", ours)
    monkeypatch.setattr(benchmark, "stock_decisions", lambda *_: cost(times, 1.0))
    monkeypatch.setattr(benchmark, "installed_postgres", lambda: None)
    app = typer.Typer()
    app.command()(benchmark.main)
    done = CliRunner().invoke(app, ["--candles", "30", "--pairs", "3"])
    assert done.exit_code == status, done.output
    assert counted == [(3, 30)]
    assert "PostgreSQL is left out" in done.output
    assert ("MISSED" in done.output) == bool(status)


def test_a_ratio_of_next_to_nothing_is_not_shown(times):
    ours, nothing = cost(times, 5.0), cost(times, 0.001)
    assert set(times.table("t", ours, nothing).columns[-1].cells) == {""}
    assert set(times.table("t", ours, cost(times, 2.0)).columns[-1].cells) == {"2.5"}


def test_a_stock_strategy_is_timed_beside(benchmark, times, tmp_path):
    timed = benchmark.stock_decisions(2, 12, tmp_path)
    assert {step: len(values) for step, values in timed.cpu.items()} == {
        times.STOCK_TAKING: 2,
        times.SIGNAL: 4,
        times.STAKE: 4,
        times.CONFIRM: 4,
        times.DECISION: 4,
        times.ORDER: 4,
    }


def test_what_takes_the_time_can_be_printed(benchmark, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "installed_postgres", lambda: None)
    with pytest.raises(typer.Exit):
        benchmark.main(rows=12, counts=[1], profile=True)
    shown = capsys.readouterr().out
    assert "cumulative time" in shown
    assert "begin_loop" in shown


def test_a_server_of_our_own_ends_with_the_block(benchmark, monkeypatch):
    class Server:
        removed = False

        def new_database(self) -> URL:
            return URL.create("postgresql+psycopg", "aurum", "pass:w", "127.0.0.1", 1, "test_1")

        def remove(self) -> None:
            self.removed = True

    server = Server()
    monkeypatch.setattr(benchmark, "installed_postgres", lambda: server)
    with benchmark.databases() as kinds:
        assert kinds["SQLite"]() is None
        url = kinds["PostgreSQL, fsync off"]()
        assert url == "postgresql+psycopg://aurum:pass%3Aw@127.0.0.1:1/test_1"
        assert not server.removed
    assert server.removed


def test_postgresql_is_started_as_the_tests_do(benchmark, monkeypatch):
    started = []
    support = SimpleNamespace(
        _binaries=lambda: Path("/bin"), PostgresServer=lambda where: started.append(where) or where
    )
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.setitem(sys.modules, "postgres_server", support)
    assert benchmark.installed_postgres() == Path("/bin")
    support._binaries = lambda: None
    assert benchmark.installed_postgres() is None
    monkeypatch.setitem(sys.modules, "postgres_server", None)
    assert benchmark.installed_postgres() is None
    assert started == [Path("/bin")]
