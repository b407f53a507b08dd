"""What it takes to join a year of news to a year of 5-minute candles.

    python benchmarks/sentiment_join.py [--items 100000] [--share 0.3] [--repeat 5] [--json]

Invented items, all about crypto and a share of them about one coin, are written to a database of
SQLite as a collector writes them. Timed are the six features of sentiment for every candle of a
pair: reading mentions and coverage from the file, and the moods made of them; and the moods alone,
with the items in memory. It runs in one process; the smallest of several wall times counts, and
nothing that was read is kept from one to the next.

Budget: 1 s for all of it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import URL

from aurum_plugins.clock import DAY_MS, MINUTE_MS
from aurum_plugins.database import open_database
from aurum_plugins.features.recorded_sentiment import RecordedSentiment
from aurum_plugins.features.sentiment_mood import sentiment_mood
from aurum_plugins.sentiment.aggregation.moods import history_ms, moods
from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.scored_item import MARKET, ScoredItem
from aurum_plugins.sentiment.settings import MoodSettings
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

BUDGET_S = 1.0
SEED = 7
COIN = "BTC"
SOURCES = ("rss:a", "rss:b", "reddit:c", "x:d")
START_MS = 1_704_067_200_000
CLOSES_MS = START_MS + 5 * MINUTE_MS * np.arange(1, 365 * 288 + 1, dtype=np.int64)
HALF_MS = MoodSettings().half_life_minutes * MINUTE_MS


def invented(count: int, share: float) -> list[ScoredItem]:
    """Items of a year, at random times; a share of them is about the coin."""
    rng = np.random.default_rng(SEED)
    seen_ms = np.sort(rng.integers(START_MS, int(CLOSES_MS[-1]), count)).tolist()
    score, weight = rng.uniform(-1, 1, count).tolist(), rng.uniform(0.5, 1.5, count).tolist()
    about = (rng.random(count) < share).tolist()
    return [
        ScoredItem(
            item=Item(SOURCES[number % 4], seen_ms[number], Post(str(number), f"news {number}")),
            text_hash=f"{number:016x}",
            subjects=(MARKET, COIN) if about[number] else (MARKET,),
            score=score[number],
            event=None,
            weight=weight[number],
            suppressed=None,
            model="invented-1",
        )
        for number in range(count)
    ]


def fill(address: URL, items: list[ScoredItem]) -> None:
    """Write the items, and that somebody listened all the year but for a night a week."""
    with open_database(address) as database:
        store = SentimentStore(database)
        for begin in range(0, len(items), 10_000):
            store.add(items[begin : begin + 10_000])
        for week in range(53):
            from_ms = START_MS + 7 * week * DAY_MS
            store.listened_between(SOURCES[0], from_ms, from_ms + 6 * DAY_MS + DAY_MS // 2)


def features(address: URL) -> dict[str, np.ndarray]:
    """The six features of every candle, from a database that was not opened before."""
    reader = SentimentReader(address)
    recorded = RecordedSentiment(reader, HALF_MS)
    columns = sentiment_mood(recorded.at(COIN, CLOSES_MS), recorded.at(MARKET, CLOSES_MS))
    reader.close()
    return columns


def least(work: Callable[[], object], repeat: int) -> float:
    """Smallest wall time of several runs, seconds; the first, which warms caches, is left out."""
    work()
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def timed(address: URL, repeat: int) -> dict[str, float]:
    """Seconds for all of it, and for its parts.

    Raises
    ------
    RuntimeError
        If the features are not those of a year of news: then something else would be timed.
    """
    columns = features(address)
    heard = columns["sentiment_available"].mean()
    if heard in {0, 1} or not columns["sentiment_mean"].any():
        raise RuntimeError(f"no features of a year of news: listened at {heard:.0%} of it")
    reader = SentimentReader(address)
    first_ms, last_ms = int(CLOSES_MS[0]) - history_ms(HALF_MS), int(CLOSES_MS[-1])
    market = reader.mentions(MARKET, first_ms, last_ms)
    coverage = reader.coverage(first_ms, last_ms)
    return {
        "features_s": least(lambda: features(address), repeat),
        "reading_s": least(lambda: reader.mentions(MARKET, first_ms, last_ms), repeat),
        "moods_s": least(lambda: moods(CLOSES_MS, market, coverage, HALF_MS), repeat),
    }


def main(
    items: Annotated[int, typer.Option(min=1_000)] = 100_000,
    share: Annotated[float, typer.Option(min=0.01, max=1, help="About the coin.")] = 0.3,
    repeat: Annotated[int, typer.Option(min=1)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
) -> None:
    """Time the join and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        address = URL.create("sqlite", database=str(Path(folder) / "aurum.sqlite"))
        fill(address, invented(items, share))
        found = timed(address, repeat)
    late = found["features_s"] > BUDGET_S
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        show(found, items, share)
        verdict = "MISSED" if late else "holds"
        Console().print(f"{verdict}: features of a year, read from SQLite, in {BUDGET_S:g} s")
    raise typer.Exit(1 if late else 0)


def show(found: dict[str, float], items: int, share: float) -> None:
    """Print a table."""
    table = Table("")
    table.add_column("ms", justify="right")
    for name, words in (
        ("features_s", "six features, read from SQLite"),
        ("reading_s", "of that: reading the market's items"),
        ("moods_s", "of that: the market's moods"),
    ):
        table.add_row(words, f"{1_000 * found[name]:.0f}")
    console = Console(highlight=False)
    console.print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    about = f"{share:.0%} of them about the coin"
    console.print(f"{len(CLOSES_MS):,} candles, {items:,} items, {about}")
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
