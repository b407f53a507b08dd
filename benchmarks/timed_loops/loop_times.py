"""What each of freqtrade's loops spends its time on, told by the strategy that is timed."""

from __future__ import annotations

import atexit
import cProfile
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOOP, CANDLES, STOCK_TAKING, ANALYSIS, FORECAST, INDICATORS, SIGNALS, JOURNAL = (
    "loop",
    "candles",
    "stock-taking",
    "analysis",
    "forecast",
    "indicators",
    "signals",
    "journal",
)


class LoopTimes:
    """Beside a strategy, in front of it: `class Timed(LoopTimes, Strategy)`.

    The configuration's `loop_times` names a file, `lines`. A loop in which candles were analysed
    leaves a line of JSON there: when it began, when it had `analysed` all pairs and when it ended
    (UTC seconds), how many pairs it analysed, how many of them have a model and how many got a
    forecast that may be acted on, the newest candle (UTC milliseconds of its open), and of each
    step the seconds of wall time and of the thread's CPU time. Steps contain each other: forecasts
    are made within the indicators. A second file, `profile`, takes cProfile's statistics.
    """

    def bot_start(self, **kwargs: Any) -> None:
        """Put the stopwatches in place."""
        super().bot_start(**kwargs)
        from freqtrade.freqtradebot import FreqtradeBot  # noqa: PLC0415 - loads the strategy

        self._spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._newest: dict[str, int] = {}
        self._forecast = 0
        self._analysed = 0.0
        exchange = self.dp._exchange  # noqa: SLF001 - nothing else fetches candles
        self._watch(exchange, "refresh_latest_ohlcv", CANDLES)
        self._watch(self, "bot_loop_start", STOCK_TAKING)
        self._watch(self, "analyze", ANALYSIS)
        self._watch(self, "populate_indicators", INDICATORS)
        for name in ("populate_entry_trend", "populate_exit_trend"):
            self._watch(self, name, SIGNALS)
        if hasattr(self, "_write_down"):
            self._watch(self, "_write_down", JOURNAL)
        if self.config.get("freqai", {}).get("enabled"):
            self._watch(self.freqai, "start", FORECAST)
        stock, timed = FreqtradeBot.process, self._timed_loop
        FreqtradeBot.process = lambda bot: timed(lambda: stock(bot))
        if self.config["loop_times"].get("profile"):
            _profile(self.config["loop_times"]["profile"])

    def analyze_ticker(self, dataframe: Any, metadata: dict[str, Any]) -> Any:
        """Note which candle was analysed."""
        found = super().analyze_ticker(dataframe, metadata)
        self._newest[metadata["pair"]] = int(found["date"].iloc[-1].timestamp() * 1_000)
        self._forecast += "do_predict" in found and bool(found["do_predict"].iloc[-1] == 1)
        return found

    def analyze(self, pairs: list[str]) -> None:
        """Note when all pairs were analysed."""
        super().analyze(pairs)
        self._analysed = time.time()

    def _timed_loop(self, loop: Callable[[], None]) -> None:
        self._spent.clear()
        self._newest.clear()
        self._forecast = 0
        began = time.time()
        with self._time(LOOP):
            loop()
        if self._newest:
            line = {
                "began": began,
                "analysed": self._analysed,
                "ended": time.time(),
                "pairs": len(self._newest),
                "models": self._models(),
                "forecast": self._forecast,
                "candle_ms": max(self._newest.values()),
                "spent": dict(self._spent),
            }
            with Path(self.config["loop_times"]["lines"]).open("a") as file:
                file.write(json.dumps(line) + "\n")

    def _models(self) -> int:
        if not self.config.get("freqai", {}).get("enabled"):
            return 0
        known = self.freqai.dd.model_dictionary
        return sum(known.get(pair) is not None for pair in self._newest)

    def _watch(self, owner: Any, name: str, step: str) -> None:
        stock = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            with self._time(step):
                return stock(*args, **kwargs)

        setattr(owner, name, timed)

    @contextmanager
    def _time(self, step: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            spent = self._spent[step]
            spent[0] += time.perf_counter() - wall
            spent[1] += time.thread_time() - cpu


def _profile(path: str) -> None:
    """Profile this thread, which is the one that decides, until the process ends."""
    profiler = cProfile.Profile()

    def write() -> None:
        profiler.disable()
        profiler.dump_stats(path)

    atexit.register(write)
    profiler.enable()
