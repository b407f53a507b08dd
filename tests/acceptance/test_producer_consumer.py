"""Two bots on one exchange: one forecasts, the other decides by it, and notices when it is gone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from freqtrade_process import ROOT, FreqtradeProcess, wait_for
from instant_forecasts import forecasts
from wide_limits import WIDE_CHECKS, WIDE_RISK

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.database import open_database
from aurum_plugins.execution.decision import Decision
from aurum_plugins.execution.journal_reader import JournalReader
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.sandbox import SandboxConfig, SandboxServer

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

PAIRS = ["BTC/USDT", "ETH/USDT"]
CONFIGS = ROOT / "configs"
TOKEN = "a-token-of-this-test-alone"
# Whatever was forecast, if only it was.
POLICY = {
    "forecasts": "always",
    "bear_entries": "all",
    "smoothing_candles": 1,
    "enter_probability": 0.5,
    "leave_probability": 0,
}
FIGURES = ("probability", "confidence", "volatility_ratio", "readiness")


def overlay(name: str, *files: str, **more: Any) -> dict[str, Any]:
    return {
        "add_config_files": [str(CONFIGS / file) for file in ("sandbox.json", *files)],
        "strategy": "AlwaysEntering",
        "strategy_path": str(ROOT / "tests" / "support"),
        "bot_name": name,
        "exchange": {"pair_whitelist": PAIRS},
        "aurum": {"policy": POLICY, "risk": WIDE_RISK, "checks": WIDE_CHECKS},
        **more,
    }


class Bot(FreqtradeProcess):
    """A bot, and what it wrote down."""

    def decisions(self, pair: str = PAIRS[0]) -> dict[int, Decision]:
        """By the candle's open, UTC milliseconds."""
        if not self.records.exists():
            return {}
        name = bot_identity(self.config | {"dry_run": True})
        with open_database(f"sqlite:///{self.records}", migrate=False) as database:
            rows = JournalReader(database, name, "1m").last(pair, 10)
        return {row.candle_ms: row for row in rows}

    def by_forecast(self) -> int | None:
        """Time of the newest candle that a forecast let enter."""
        decided = self.decisions()
        return max((ms for ms in decided if decided[ms].action is Action.ENTER), default=None)

    def next_decision(self, after_ms: int) -> Decision:
        """The one on the candle after that."""
        at_ms = after_ms + MINUTE_MS
        return wait_for(f"decision on {at_ms}", lambda: self.decisions().get(at_ms), 100, every=1)


@pytest.fixture
def models() -> Iterator[str]:
    name = "test-of-a-producer"
    yield name
    shutil.rmtree(ROOT / "user_data" / "models" / name, ignore_errors=True)


@pytest.fixture
def bots(tmp_path: Path, models: str) -> Iterator[tuple[Bot, Bot]]:
    freqai = {
        "freqaimodel": "InstantForecasts",
        "freqaimodel_path": str(ROOT / "tests" / "support"),
        "freqai": {"identifier": models, "feature_parameters": {"include_timeframes": ["1m"]}},
    }
    with ExitStack() as stack:
        server = stack.enter_context(SandboxServer(SandboxConfig(port=0)))
        folders = [tmp_path / "producer", tmp_path / "consumer"]
        for folder in folders:
            folder.mkdir()
        producing = overlay("producer", "freqai.json", "producer.json", **freqai)
        producer = Bot(folders[0], server.url, producing)
        producer.config["aurum"]["features"] = {"include": ["rsi"]}
        producer.config["api_server"]["ws_token"] = TOKEN
        sends = {"name": "p", "host": "127.0.0.1", "port": producer.port, "ws_token": TOKEN}
        listens = {"producers": [sends], "sleep_time": 1, "wait_timeout": 5}
        consuming = overlay("consumer", "consumer.json", external_message_consumer=listens)
        consumer = Bot(folders[1], server.url, consuming)
        stack.callback(producer.stop)
        stack.callback(consumer.stop)
        yield producer, consumer


def agree(producer: Bot, consumer: Bot, candle_ms: int) -> bool:
    """Whether both decided by the same forecast, and none is made up."""
    for pair in PAIRS:
        told, heard = (bot.decisions(pair).get(candle_ms) for bot in (producer, consumer))
        if told is None or heard is None:
            return False
        for name in FIGURES:
            # What goes over the wire has ten decimal places.
            assert heard.figures[name] == pytest.approx(told.figures[name], abs=1e-9), name
        made = forecasts(pd.Series([float(told.figures["close"])]))["&-forward_return_up"][0]
        assert heard.figures["probability"] == pytest.approx(made)
        assert (heard.action, heard.signal) == (Action.ENTER, Reason.BREAKOUT)
    return True


def test_a_consumer_decides_by_its_producers_forecasts_or_not_at_all(bots) -> None:
    producer, consumer = bots
    producer.start()
    wait_for("first decisions", producer.decisions, 60)
    consumer.start()
    # The candle of its start may be over before the two have met.
    first_ms = wait_for("decision by a forecast", consumer.by_forecast, 200)
    wait_for("the same in both journals", lambda: agree(producer, consumer, first_ms), 30)

    producer.kill()
    refused = consumer.next_decision(first_ms)
    assert (refused.action, refused.signal) == (Action.HOLD, Reason.FORECAST_NOT_SENT)
    assert refused.figures["forecast_lag_candles"] == 1
    assert "readiness" not in refused.figures

    producer.start()
    again = consumer.next_decision(refused.candle_ms)
    wait_for("the producer's row", lambda: again.candle_ms in producer.decisions(), 30)
    wait_for("the same again", lambda: agree(producer, consumer, again.candle_ms), 30)

    assert consumer.alive
    # Nothing was decided twice, or left out, and each candle has one row.
    decided = consumer.decisions()
    assert len(decided) == 1 + (again.candle_ms - min(decided)) // MINUTE_MS
    told = consumer.log.read_text()
    assert "no entry without a forecast of" in told
    assert "the producer's forecasts are there again" in told
    assert TOKEN not in told
    # The producer opens nothing, the consumer on the forecasts that it heard.
    assert producer.get("status") == []
    assert consumer.get("status") != []
