"""FreqUI's chart is told which entries were not made, and why, by the bot's own REST API."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest
import requests
from broken_surroundings import MINUTE_MS, Surroundings, live_bot, sandbox
from freqtrade_process import CREDENTIALS, FreqtradeProcess, merge, wait_for

from aurum_plugins.reasons import Reason
from aurum_plugins.strategies.refused_entries import COLOUR, MOST_MARKS

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(200)]

# Bought last, so never: the slots are taken by then.
PAIR = "BNB/USDT"
KEYS = {"type", "start", "end", "color", "label"}


@pytest.fixture(scope="module")
def around(tmp_path_factory) -> Iterator[Surroundings]:
    with sandbox() as server:
        bot = live_bot(server, tmp_path_factory.mktemp("chart"))
        with bot:
            yield Surroundings(bot, server)


@contextmanager
def webserver(bot: FreqtradeProcess) -> Iterator[None]:
    """`freqtrade webserver` with the bot's configuration."""
    url = f"http://127.0.0.1:{bot.port}/api/v1/ping"

    def answers() -> bool:
        try:
            return requests.get(url, timeout=1).ok
        except requests.RequestException:
            return False

    with bot.log.open("ab") as log:
        process = subprocess.Popen(bot.command("webserver"), stdout=log, stderr=log, cwd=bot.folder)
    try:
        wait_for("web server", answers, 30)
        yield
    finally:
        # It holds nothing that would have to be put away.
        process.kill()
        process.wait(20)


def strictly_read(text: str) -> Any:
    """JSON as browsers take it: no NaN, no infinity."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def asked(bot: FreqtradeProcess, method: str, path: str, **kwargs: Any) -> Any:
    """What FreqUI is answered."""
    url = f"http://127.0.0.1:{bot.port}/api/v1/{path}"
    login = CREDENTIALS["username"], CREDENTIALS["password"]
    answer = requests.request(method, url, auth=login, timeout=60, **kwargs)
    assert answer.status_code == 200, answer.text
    return strictly_read(answer.text)


def marks(chart: dict[str, Any]) -> list[dict[str, Any]]:
    """The chart's annotations, after a look at each."""
    found: list[dict[str, Any]] = chart["annotations"]
    sentences = {f"No entry: {reason.sentence}" for reason in Reason}
    assert 0 < len(found) <= MOST_MARKS
    for mark in found:
        assert mark.keys() >= KEYS
        assert (mark["type"], mark["color"]) == ("area", COLOUR)
        assert mark["label"] in sentences
        assert pd.Timestamp(mark["start"]) < pd.Timestamp(mark["end"])
    starts = [pd.Timestamp(mark["start"]) for mark in found]
    assert starts == sorted(starts)
    return found


def labels(bot: FreqtradeProcess) -> dict[pd.Timestamp, str]:
    """What is written at the start of each mark of the running bot's chart."""
    query = {"pair": PAIR, "timeframe": "1m", "limit": 200}
    chart = asked(bot, "GET", "pair_candles", params=query)
    assert chart["strategy"] == "AlwaysEntering"
    assert {"action", "reason", "channel_high"} <= set(chart["columns"])
    return {pd.Timestamp(m["start"]): m["label"] for m in marks(chart)}


def journal(around: Surroundings) -> dict[pd.Timestamp, str]:
    """Refusals in the journal, by the candle's open, as they would be told."""
    query = "SELECT candle_ms, reason FROM decisions WHERE pair = :pair AND verdict = 'refused'"
    return {
        pd.Timestamp(candle_ms, unit="ms", tz="UTC"): f"No entry: {Reason[reason].sentence}"
        for candle_ms, reason in around.rows(query, {"pair": PAIR})
    }


def test_a_running_bot_tells_what_it_refused(around) -> None:
    around.fill_up()
    slots = f"No entry: {Reason.NO_SLOT.sentence}"
    wait_for("refusal", lambda: slots in journal(around).values(), 30)
    # Two signals for want of a slot, from a candle each, would be one mark.
    assert slots in labels(around.bot).values()

    around.aurum("kill")
    around.leave(10)
    killed = f"No entry: {Reason.KILLED.sentence}"
    wait_for("refusal", lambda: killed in journal(around).values(), 75)
    told = labels(around.bot)
    assert killed in told.values()
    written = journal(around)
    for start, label in told.items():
        assert written[start] == label
    length = pd.Timedelta(milliseconds=MINUTE_MS)
    for start in written.keys() - told.keys():
        assert written[start] == written[start - length], "a run of one reason is one mark"


def test_a_chart_of_the_past_tells_what_the_signal_held_back(tmp_path) -> None:
    """`freqtrade webserver` analyses candles anew; without orders the signal decides alone."""
    with sandbox() as server:
        bot = live_bot(server, tmp_path)
        merge(bot.config, {"strategy": "AurumStrategy", "dry_run": True})
        merge(bot.config, {"aurum": {"policy": {"cost_multiple": 10}}})
        del bot.config["strategy_path"]
        with webserver(bot):
            since = pd.Timestamp.now("UTC") - pd.Timedelta("6h")
            payload = {
                "pair": PAIR,
                "timeframe": "1m",
                "timerange": f"{since.timestamp():.0f}-",
                "strategy": "AurumStrategy",
                "live_mode": True,
            }
            chart = asked(bot, "POST", "pair_history", json=payload)
    assert not bot.records.exists()
    told = {mark["label"] for mark in marks(chart)}
    assert told == {f"No entry: {Reason.BELOW_COST.sentence}"}
