from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import run
    finally:
        sys.path.remove(str(BENCHMARKS))
    return run


@pytest.fixture
def figures(benchmark) -> ModuleType:
    return sys.modules["figure_table"]


@pytest.fixture
def scripts(benchmark, monkeypatch) -> ModuleType:
    """The other scripts can be found, as they are when this one is started."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return benchmark


def invoke(benchmark, *words):
    app = typer.Typer()
    app.command()(benchmark.main)
    return CliRunner().invoke(app, list(words))


class TestFigure:
    def test_a_ratio_is_ours_over_what_stands_beside_it(self, figures):
        figure = figures.Figure("a loop", 0.5, "s", 2.0)

        assert figure.ratio == 0.25
        assert figure.cells() == ("a loop", "0.500 s", "2.00 s", "0.250 times", "-")

    @pytest.mark.parametrize(("ours", "stock"), [(None, 1.0), (1.0, None), (1.0, 0.0)])
    def test_there_is_no_ratio_of_what_is_not_known(self, figures, ours, stock):
        assert figures.Figure("", ours, "s", stock).ratio is None

    @pytest.mark.parametrize(
        ("ours", "more_is_better", "met"),
        [(19.0, False, True), (21.0, False, False), (21.0, True, True), (19.0, True, False)],
    )
    def test_a_target_is_a_bound(self, figures, ours, more_is_better, met):
        figure = figures.Figure("", ours, "s", target=20.0, more_is_better=more_is_better)

        assert figure.met is met
        assert figure.cells()[-1].startswith("at least 20.0" if more_is_better else "at most 20.0")
        assert figure.cells()[-1].endswith("met" if met else "MISSED")

    def test_what_is_no_number_meets_nothing(self, figures):
        figure = figures.Figure("", math.nan, "s", 1.0, target=1.0)

        assert (figure.met, figure.ratio) == (False, None)

    def test_what_was_not_measured_says_why(self, figures):
        figure = figures.Figure("a month", None, target=1.0, note="wants --datadir")

        assert figure.met is None
        assert figure.cells() == ("a month", "not measured: wants --datadir", "-", "-", "-")

    def test_another_neighbour_than_stock_is_named(self, figures):
        cells = figures.Figure("", 1.0, "s", 2.0, beside="pandas-ta").cells()

        assert cells[2] == "2.00 s (pandas-ta)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.01264, "0.0126"),
        (1.0, "1.00"),
        (99.96, "100.0"),
        (1_669.2, "1,669"),
        (math.nan, "nan"),
    ],
)
def test_numbers_have_three_digits(figures, value, text):
    assert figures.number(value) == text


def test_markdown_is_a_table(figures):
    text = figures.markdown([figures.Figure("a|b", 1.0, "s", 2.0, note="once")])

    assert text.splitlines() == [
        "| what | ours | beside it | ratio | target |",
        "| --- | ---: | ---: | ---: | --- |",
        "| a\\|b (once) | 1.00 s | 2.00 s | 0.500 times | - |",
    ]


def test_a_terminal_gets_the_same_cells(figures):
    figure = figures.Figure("a loop", 1.0, "s", 2.0)

    grid = figures.table([figure])

    assert [next(iter(column.cells)) for column in grid.columns] == list(figure.cells())


class TestParts:
    def test_a_part_that_fails_leaves_a_row(self, benchmark):
        def failing():
            raise RuntimeError("the bot ended\nwith a long trace")

        (figure,) = benchmark.measured("pairs", failing)

        assert (figure.what, figure.ours, figure.note) == ("pairs", None, "the bot ended")

    def test_a_running_bot_is_compared(self, benchmark, monkeypatch):
        def run(name, pairs, candles, minutes):
            factor = 2.0 if name == "ours" else 1.0
            loops = [SimpleNamespace(cpu={"loop": factor * n}) for n in (1, 2, 3)]
            seconds = [factor * n for n in (1, 2, 9)]
            return SimpleNamespace(latencies=seconds, loops=loops, memory_mb=400 * factor)

        bots = SimpleNamespace(run=run, SECONDS=20.0, MEMORY_MB=3_072.0)
        monkeypatch.setitem(sys.modules, "hundred_pairs", bots)

        found = list(benchmark.of_pairs(benchmark.QUICK))

        assert [each.ours for each in found] == [4.0, 18.0, 4.0, 800.0]
        assert {each.ratio for each in found} == {2.0}
        assert [each.target for each in found] == [None, 20.0, None, 3_072.0]

    def test_decisions_are_compared_at_one_pair_and_at_twenty(self, scripts, monkeypatch):
        import decision_cost
        from decision_times import DECISION, Cost

        def ours(count, rows, _folder):
            return Cost({DECISION: [4.0 * count] * rows}, {DECISION: [2.0 * count] * rows})

        def stock(count, rows, _folder):
            return Cost({}, {DECISION: [1.0 * count] * rows})

        monkeypatch.setattr(decision_cost, "our_decisions", ours)
        monkeypatch.setattr(decision_cost, "stock_decisions", stock)

        found = list(scripts.of_decisions(scripts.QUICK))

        assert [each.ours for each in found] == [2.0, 2.0, 4.0, 40.0, 40.0, 80.0]
        assert [each.ratio for each in found] == [2.0, 2.0, None] * 2
        assert [each.met for each in found] == [None, None, True, None, None, False]

    def test_orders_are_rates(self, benchmark, monkeypatch):
        done = SimpleNamespace(orders=10, trades=5, gap_ms=70.0, hourly=lambda number: 12 * number)
        live = SimpleNamespace(run=lambda *_: done, ORDERS=1_000, TRADES=100)
        monkeypatch.setitem(sys.modules, "order_throughput", live)

        found = list(benchmark.of_orders(benchmark.QUICK))

        assert [each.ours for each in found] == [120, 60, 70.0]
        assert [each.met for each in found] == [False, False, None]

    def test_a_backtest_wants_candles(self, benchmark):
        (figure,) = benchmark.of_backtest(None)

        assert figure.ours is None
        assert "--datadir" in figure.note

    def test_backtests_are_compared_run_by_run(self, benchmark, monkeypatch, tmp_path):
        class NoServer:
            url = ""

            def __init__(self, _config):
                pass

            def __enter__(self):
                return self

            def __exit__(self, *_):
                pass

        def cost(who, factor):
            spent = {"cpu_s": 10 * factor, "wall_s": 5 * factor, "peak_mb": 100 * factor}
            return SimpleNamespace(who=who, **spent)

        costs = [cost(who, factor) for who, factor in (("stock", 16), ("ours", 1)) * 2]
        job = SimpleNamespace(side_by_side=lambda *_, **__: costs, TIMES_LESS_CPU=8.0)
        monkeypatch.setitem(sys.modules, "ensemble", job)
        monkeypatch.setattr(benchmark, "SandboxServer", NoServer)

        found = list(benchmark.of_backtest(tmp_path))

        assert [(each.ours, each.stock) for each in found] == [(10, 160), (5, 80), (100, 1_600)]
        assert found[0].target == 20.0
        assert all(each.met in (True, None) for each in found)


class TestCommand:
    @pytest.fixture
    def parts(self, benchmark, figures, monkeypatch):
        late = figures.Figure("late", 2.0, "s", 1.0, target=1.0)
        early = figures.Figure("early", 1.0, "s", 2.0, target=1.0)
        made = {"late": lambda _: [late], "early": lambda _: [early]}
        monkeypatch.setattr(benchmark, "PARTS", made)
        return made

    @pytest.mark.parametrize(("part", "status"), [("early", 0), ("late", 1)])
    def test_a_missed_target_is_its_status(self, benchmark, parts, part, status):
        done = invoke(benchmark, "--only", part)

        assert done.exit_code == status
        assert "times" in done.output

    def test_a_quick_run_misses_nothing(self, benchmark, parts):
        assert invoke(benchmark, "--only", "late", "--quick").exit_code == 0

    def test_json_has_every_figure(self, benchmark, parts):
        done = invoke(benchmark, "--only", "early", "--only", "late", "--json")

        document = json.loads(done.stdout)
        assert [each["what"] for each in document["figures"]] == ["early", "late"]
        assert [each["met"] for each in document["figures"]] == [True, False]
        assert "cores" in document["machine"]

    def test_all_is_the_default_and_no_candles_are_told(self, benchmark, parts):
        done = invoke(benchmark, "--markdown")

        assert done.exit_code == 1
        assert "| early | 1.00 s |" in done.stdout
        assert "not measured: wants --datadir" in done.stdout

    def test_an_unknown_part_is_refused(self, benchmark, parts):
        done = invoke(benchmark, "--only", "speed")

        assert done.exit_code == 2
        assert "speed" in done.output


def test_features_are_measured_for_real(scripts):
    size = scripts.Size(candles=1_000, repeat=1)

    found = scripts.measured("features", lambda: scripts.of_features(size))

    assert [each.ours > 0 for each in found] == [True, True]
    assert found[1].stock > 0
