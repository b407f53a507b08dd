from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import pandas as pd
import pytest
from freqtrade.freqtradebot import FreqtradeBot

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sandbox.matching import OrderStatus

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
CANDLE_MS = 1_795_478_400_000
CLOSE = (CANDLE_MS + MINUTE_MS) / 1_000


@pytest.fixture(scope="module", autouse=True)
def found() -> None:
    places = [str(BENCHMARKS), str(BENCHMARKS / "timed_loops")]
    sys.path[:0] = places
    try:
        import hundred_pairs  # noqa: F401
        import loop_times  # noqa: F401
        import order_throughput  # noqa: F401
    finally:
        for place in places:
            sys.path.remove(place)


@pytest.fixture
def latency() -> ModuleType:
    return sys.modules["pair_latency"]


@pytest.fixture
def report() -> ModuleType:
    return sys.modules["load_report"]


@pytest.fixture
def orders() -> ModuleType:
    return sys.modules["order_throughput"]


@pytest.fixture
def bots() -> ModuleType:
    return sys.modules["pair_bots"]


def line(**changes):
    told = {
        "began": CLOSE + 1.0,
        "analysed": CLOSE + 3.0,
        "ended": CLOSE + 4.0,
        "pairs": 2,
        "models": 0,
        "forecast": 0,
        "candle_ms": CANDLE_MS,
        "spent": {"loop": [3.0, 2.0], "candles": [1.0, 0.5], "analysis": [1.5, 1.25]},
    }
    return told | changes


class TestJournalWatch:
    @pytest.fixture
    def database(self, tmp_path):
        path = tmp_path / "aurum.sqlite"
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE decisions (pair TEXT, candle_ms INTEGER)")
        return path

    def decide(self, database, *pairs):
        with sqlite3.connect(database) as connection:
            rows = [(pair, CANDLE_MS) for pair in pairs]
            connection.executemany("INSERT INTO decisions VALUES (?, ?)", rows)

    def test_a_candle_is_complete_once_its_last_pair_is_there(self, latency, database):
        now = [CLOSE]
        watch = latency.JournalWatch(database, 2, lambda: now[0])

        self.decide(database, "BTC/USDT")
        watch.look()
        assert watch.complete == {}

        self.decide(database, "ETH/USDT")
        now[0] += 5
        watch.look()
        now[0] += 5
        watch.look()
        assert watch.complete == {CANDLE_MS: CLOSE + 5}

    def test_a_journal_may_come_later(self, latency, tmp_path):
        watch = latency.JournalWatch(tmp_path / "absent.sqlite", 2)

        watch.look()

        assert watch.complete == {}


class TestLoops:
    def test_times_count_from_the_close(self, latency):
        (loop,) = latency.loops([line()], {CANDLE_MS: CLOSE + 3.5})

        assert (loop.began, loop.analysed, loop.ended, loop.decided) == (1.0, 3.0, 4.0, 3.5)
        assert loop.wall == {"loop": 3.0, "candles": 1.0, "analysis": 1.5}
        assert loop.cpu == {"loop": 2.0, "candles": 0.5, "analysis": 1.25}

    def test_without_a_journal_nothing_is_decided(self, latency):
        (loop,) = latency.loops([line()], {})

        assert loop.decided is None

    def test_an_unfinished_line_is_not_read(self, latency, tmp_path):
        file = tmp_path / "loops.jsonl"
        assert latency.read_lines(file) == []
        file.write_text(json.dumps(line()) + "\n" + '{"began": 1')

        assert latency.read_lines(file) == [line()]


class TestReport:
    def made(self, latency, report, complete, memory=400.0):
        return report.LoadRun(
            "ours", "ours", 2, latency.loops([line()], complete), memory, 200.0, False
        )

    def test_the_journal_goes_before_the_analysis(self, latency, report):
        assert self.made(latency, report, {CANDLE_MS: CLOSE + 3.5}).latencies == [3.5]
        assert self.made(latency, report, {}).latencies == [3.0]

    def test_steps_do_not_contain_each_other(self, latency, report):
        spent = report.own_seconds(self.made(latency, report, {}).loops, "wall")

        assert spent["loop"] == 0.5
        assert sum(spent.values()) == 3.0

    @pytest.mark.parametrize(
        ("seconds", "memory", "verdict"),
        [(20.0, 400.0, "met"), (2.0, 400.0, "MISSED"), (20.0, 4_000.0, "MISSED")],
    )
    def test_both_targets_count(self, latency, report, seconds, memory, verdict):
        grid = report.summary([self.made(latency, report, {}, memory)], seconds, 3_072.0)

        assert list(grid.columns[-1].cells) == [verdict]

    def test_a_run_without_candles_meets_nothing(self, report):
        empty = report.LoadRun("ours", "ours", 2, [], 400.0, 200.0, True)

        assert list(report.summary([empty], 20.0, 3_072.0).columns[-1].cells) == ["MISSED"]
        assert len(report.breakdown([empty]).columns) == 1

    def test_a_row_for_each_step(self, latency, report):
        grid = report.breakdown([self.made(latency, report, {})])

        assert next(iter(grid.columns[1].cells)) == "1.00 / 0.50"
        assert grid.row_count == len(report.STEPS)

    def test_json_has_the_latencies(self, latency, report):
        document = self.made(latency, report, {}).document()

        assert json.loads(json.dumps(document))["latencies"] == [3.0]


class TestPairBots:
    @pytest.mark.parametrize("name", ["stock", "ours", "stock-models", "models", "universe"])
    def test_each_kind_has_its_pairs_and_its_strategy(self, bots, tmp_path, name):
        kind = bots.KINDS[name]
        bot = bots.pair_bot(tmp_path, "http://127.0.0.1:1", kind, 12)

        assert len(bot.config["exchange"]["pair_whitelist"]) == 12
        assert bot.config["exchange"]["pair_whitelist"][-1] == "COIN12/USDT"
        strategies = (bots.STRATEGIES / "TimedStrategies.py").read_text()
        assert f"class {bot.config['strategy']}(" in strategies
        assert ("freqai" in bot.config) == kind.freqai
        assert all(Path(file).is_file() for file in bot.config["add_config_files"])
        assert bot.user_data.is_relative_to(tmp_path)

    def test_bots_share_no_settings(self, bots, tmp_path):
        kind = bots.KINDS["models"]
        first = bots.pair_bot(tmp_path / "a", "http://127.0.0.1:1", kind, 9)
        first.config["freqai"]["identifier"] = "another"

        assert bots.FREQAI["identifier"] == "load"


class TestThroughput:
    def order(self, at_ms, status=OrderStatus.FILLED):
        return SimpleNamespace(created_ms=at_ms, status=status)

    def test_rates_count_from_the_first_order(self, orders):
        first = CANDLE_MS + MINUTE_MS
        taken = [self.order(first + ms) for ms in (0, 100, 200, 30_000, 30_080)]
        taken += [self.order(first + 40_000, OrderStatus.CANCELED)]
        late = self.order(first + 2 * MINUTE_MS)
        decisions = [
            {"candle_ms": CANDLE_MS, "action": "ENTER", "verdict": "approved", "reason": "FILLED"},
            {"candle_ms": CANDLE_MS, "action": "ENTER", "verdict": "refused", "reason": "SPREAD"},
            {"candle_ms": CANDLE_MS, "action": "HOLD", "verdict": "none", "reason": "NO_BREAKOUT"},
            {"candle_ms": 0, "action": "ENTER", "verdict": "refused", "reason": "SPREAD"},
        ]

        done = orders.counted([*taken, late], decisions, 2, first + 2 * MINUTE_MS, 40, 5)

        assert (done.orders, done.filled, done.trades, done.minutes) == (6, 5, 2, 2.0)
        assert done.hourly(done.orders) == 180
        assert done.gap_ms == 100
        assert (done.decided, done.wanted, done.refused) == (3, 2, {"SPREAD": 1})
        assert done.document()["hourly"]["trades"] == 60
        shown = [list(column.cells) for column in orders.table(done).columns]
        assert "1,000: MISSED" in shown[3]
        assert "  refused: SPREAD" in shown[0]

    def test_no_order_is_an_error(self, orders):
        with pytest.raises(RuntimeError, match="the bot ordered nothing"):
            orders.counted([], [], 0, CANDLE_MS, 40, 5)


class TestLoopTimes:
    def test_a_loop_with_candles_leaves_a_line(self, tmp_path, monkeypatch):
        class Plain:
            config: ClassVar = {"loop_times": {"lines": str(tmp_path / "loops.jsonl")}}
            dp = SimpleNamespace(_exchange=SimpleNamespace(refresh_latest_ohlcv=lambda: None))

            def bot_start(self):
                pass

            def bot_loop_start(self):
                pass

            def analyze_ticker(self, dataframe, metadata):
                return self.populate_exit_trend(self.populate_entry_trend(dataframe))

            def analyze(self, pairs):
                for pair in pairs:
                    self.analyze_ticker(frame, {"pair": pair})

            def populate_indicators(self, frame):
                return frame

            def populate_entry_trend(self, frame):
                return self.populate_indicators(frame)

            def populate_exit_trend(self, frame):
                return frame

        class Timed(sys.modules["loop_times"].LoopTimes, Plain):
            pass

        opened = pd.to_datetime([CANDLE_MS - MINUTE_MS, CANDLE_MS], unit="ms", utc=True)
        frame = pd.DataFrame({"date": opened, "do_predict": [0, 1]})
        pairs = []
        timed = Timed()

        def process(_bot):
            timed.dp._exchange.refresh_latest_ohlcv()
            timed.bot_loop_start()
            timed.analyze(pairs)

        monkeypatch.setattr(FreqtradeBot, "process", process)
        timed.bot_start()
        FreqtradeBot.process(None)
        assert not (tmp_path / "loops.jsonl").exists()

        pairs += ["BTC/USDT", "ETH/USDT"]
        FreqtradeBot.process(None)

        (told,) = map(json.loads, (tmp_path / "loops.jsonl").read_text().splitlines())
        assert (told["pairs"], told["models"], told["forecast"]) == (2, 0, 2)
        assert told["candle_ms"] == CANDLE_MS
        assert told["began"] <= told["analysed"] <= told["ended"]
        assert told["spent"].keys() == {
            "loop",
            "candles",
            "stock-taking",
            "analysis",
            "indicators",
            "signals",
        }
