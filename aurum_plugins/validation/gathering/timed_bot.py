"""A bot that notes how long each of its decisions takes, while its models train without a pause."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from aurum_plugins.validation.errors import NotMeasured

PROGRAM: Final = str(Path(sys.executable).with_name("freqtrade"))
MEMBERS: Final = ("linear", "random_forest", "lightgbm", "xgboost")
TIMINGS: Final = "AURUM_TIMINGS"
GRACE: Final = 30.0  # seconds
Wait = Callable[[subprocess.Popen[bytes], float], int | None]
_RAISED: Final = re.compile(r"Training \S+ raised exception (\w+)\.")
# Trained, judged, and may not serve: nothing went wrong.
_REFUSAL: Final = "NotPromoted"
# One line a pair and candle. FreqAI says by `train_timer` when its other thread trains.
_STRATEGY: Final = """\
import importlib.util
import json
import os
import time

SPEC = importlib.util.spec_from_file_location("aurum_strategy_to_time", {strategy!r})
MODULE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODULE)


class TimedStrategy(MODULE.AurumStrategy):
    watched = None
    trainings = 0
    training = False

    def watch(self):
        def timer(do="start", pair="", tell=self.freqai.train_timer):
            self.training = do == "start"
            self.trainings += self.training
            return tell(do, pair)

        self.freqai.train_timer = timer
        self.watched = self.freqai

    def populate_indicators(self, dataframe, metadata):
        if self.watched is not self.freqai:
            self.watch()
        return super().populate_indicators(dataframe, metadata)

    def analyze_ticker(self, dataframe, metadata):
        before = self.training, self.trainings
        wall, cpu = time.perf_counter(), time.thread_time()
        found = super().analyze_ticker(dataframe, metadata)
        line = {{
            "pair": metadata["pair"],
            "wall_ms": 1e3 * (time.perf_counter() - wall),
            "cpu_ms": 1e3 * (time.thread_time() - cpu),
            "training": before[0] or self.training or self.trainings > before[1],
            "ready": self.freqai.dd.model_dictionary.get(metadata["pair"]) is not None,
            "decided": bool(found["do_predict"].iloc[-1] == 1),
        }}
        with open(os.environ[{timings!r}], "a") as file:
            file.write(json.dumps(line) + "\\n")
        return found
"""


class TimedBot:
    """`freqtrade trade`, dry-run, on 1-minute candles, with a model of FreqAI for each pair.

    Parameters
    ----------
    folder : pathlib.Path
        Takes configuration, strategy, models and logs; new.
    checkout : pathlib.Path
        Has `configs` and `user_data`.
    pairs : list of str
        Five or more; the first five make the market.
    model : str
        FreqAI's, of ours.
    lstm : bool
        Whether the ensemble has its LSTM.
    """

    def __init__(
        self,
        folder: Path,
        checkout: Path,
        pairs: list[str],
        model: str = "AurumEnsemble",
        *,
        lstm: bool = False,
    ) -> None:
        self._folder = folder
        strategies = folder / "strategies"
        strategies.mkdir(parents=True)
        own = checkout / "user_data"
        strategy = str(own / "strategies" / "AurumStrategy.py")
        text = _STRATEGY.format(strategy=strategy, timings=TIMINGS)
        (strategies / "TimedStrategy.py").write_text(text)
        config = _configuration(checkout / "configs", pairs, model, lstm=lstm)
        (folder / "config.json").write_text(json.dumps(config))
        files = ("-c", str(folder / "config.json"), "--userdir", str(folder))
        models = str(own / "freqaimodels")
        places = ("--strategy-path", str(strategies), "--freqaimodel-path", models)
        self._words = [PROGRAM, "trade", *files, *places]

    def run(
        self, environment: Mapping[str, str], minutes: float, wait: Wait | None = None
    ) -> list[dict[str, Any]]:
        """Let it run, and return its timings.

        Parameters
        ----------
        environment : mapping of str to str
            Points freqtrade at a simulated exchange.
        minutes : float
            From its start.
        wait : callable, optional
            Waits for a process for so many seconds, and returns its status or, where it still
            runs, None.

        Returns
        -------
        list of dict
            Of each pair and candle: `pair`, `wall_ms` and `cpu_ms` of freqtrade's
            `analyze_ticker`, in which FreqAI forecasts, whether a `training` ran meanwhile, whether
            there was a model (`ready`) and whether its forecast could be acted on (`decided`).

        Raises
        ------
        NotMeasured
            If the bot ends by itself, decides nothing, or fails to train.
        """
        log, timings = self._folder / "freqtrade.log", self._folder / "timings.jsonl"
        with log.open("wb") as output:
            bot = subprocess.Popen(  # noqa: S603 - freqtrade, beside this interpreter
                self._words,
                env={**environment, TIMINGS: str(timings)},
                stdout=output,
                stderr=output,
                cwd=self._folder,
            )
            try:
                ended = (wait or _wait)(bot, 60 * minutes)
            finally:
                _end(bot)
        text = log.read_text(errors="replace")
        if ended is not None or not timings.is_file():
            raise NotMeasured(f"the bot ended, or decided nothing: {text[-3_000:]}")
        failed = set(_RAISED.findall(text)) - {_REFUSAL}
        if failed:
            raise NotMeasured(f"trainings failed: {', '.join(sorted(failed))}: {text[-3_000:]}")
        return [json.loads(line) for line in timings.read_text().splitlines()]


def _wait(bot: subprocess.Popen[bytes], seconds: float) -> int | None:
    with suppress(subprocess.TimeoutExpired):
        return bot.wait(seconds)
    return None


def _end(bot: subprocess.Popen[bytes]) -> None:
    """Ask it to end, twice, then kill it: freqtrade can lose a signal in its busiest moments."""
    for number in (signal.SIGINT, signal.SIGINT, signal.SIGKILL):
        if bot.poll() is not None:
            return
        bot.send_signal(number)
        stop_by = time.monotonic() + GRACE
        while bot.poll() is None and time.monotonic() < stop_by:
            time.sleep(0.1)


def _configuration(configs: Path, pairs: list[str], model: str, *, lstm: bool) -> dict[str, Any]:
    """A bot on 1-minute candles that trains for ever."""
    aurum: dict[str, Any] = {"features": {"market_pairs": pairs[:5]}}
    aurum["targets"] = {"volatility_candles": 60, "include": ["forward_volatility"]}
    if model == "AurumEnsemble":
        aurum["targets"]["include"] = ["forward_return", "forward_volatility"]
        aurum["ensemble"] = {"members": [*MEMBERS, "lstm"] if lstm else list(MEMBERS)}
    return {
        "add_config_files": [str(configs / name) for name in ("sandbox.json", "freqai.json")],
        "strategy": "TimedStrategy",
        "freqaimodel": model,
        "db_url": "sqlite://",
        "api_server": {"enabled": False},
        "internals": {"process_throttle_secs": 1},
        "exchange": {"pair_whitelist": pairs},
        "freqai": {
            "identifier": "latency",
            "train_period_days": 2,
            "model_training_parameters": {"n_estimators": 300, "n_jobs": 1, "verbosity": -1},
            "live_retrain_hours": 0,
            "feature_parameters": {
                "include_timeframes": ["1m", "5m"],
                "include_corr_pairlist": [],
                "indicator_periods_candles": [10, 20],
                "label_period_candles": 10,
            },
        },
        "aurum": aurum,
    }
