"""What taking in an item costs: its score, coins, event, all of the intake, and the store.

    python benchmarks/sentiment_speed.py [--profile]

One thread, the texts that the scorer learned from (headlines, posts and tweets), each once; CPU
time of the fastest of several runs. Budget: 2,000 items a second on one core from post to row.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.database import open_database
from aurum_plugins.sentiment.new_intake import new_intake
from aurum_plugins.sentiment.post import Item, Post
from aurum_plugins.sentiment.scoring.entity_linker import EntityLinker
from aurum_plugins.sentiment.scoring.event_detector import EventDetector
from aurum_plugins.sentiment.scoring.learned_scorer import LearnedScorer
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

BUDGET = 2_000.0  # items a second, from post to row
REPEATS = 3
BATCH = 100
TEXTS = Path(__file__).parents[1] / "tests" / "labelled_sentiment" / "training"


def seconds(work: Callable[[], object]) -> float:
    """CPU time of the fastest of several runs."""
    found = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def take_in(texts: Sequence[str]) -> None:
    """Judge texts as a collector does, and write them to a new SQLite file."""
    intake = new_intake(SentimentSettings())
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/news.sqlite")
        store = SentimentStore(database)
        for start in range(0, len(texts), BATCH):
            items = [
                Item("rss:one", number * SECOND_MS, Post(str(number), text))
                for number, text in enumerate(texts[start : start + BATCH], start)
            ]
            store.add(intake.take(items))
        database.close()


def works(texts: Sequence[str]) -> dict[str, Callable[[], object]]:
    """What is timed, by its name."""
    plain = SentimentIntensityAnalyzer()
    return {
        "score": lambda: SCORER.score(texts),
        "coins": lambda: [LINKER.subjects(text) for text in texts],
        "event": lambda: [DETECTOR.event(text) for text in texts],
        "from post to row": lambda: take_in(texts),
        "plain VADER": lambda: [plain.polarity_scores(text) for text in texts],
    }


def main() -> int:
    """Measure, print, and fail where the budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    asked = parser.parse_args()
    texts = [
        json.loads(line)["text"]
        for file in sorted(TEXTS.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    if asked.profile:
        with cProfile.Profile() as profile:
            take_in(texts)
        pstats.Stats(profile).sort_stats("tottime").print_stats(20)
        return 0
    table = Table("work", "items a second", "us each")
    rates = {}
    for name, work in works(texts).items():
        rates[name] = len(texts) / seconds(work)
        table.add_row(name, f"{rates[name]:,.0f}", f"{1e6 / rates[name]:.0f}")
    console = Console()
    console.print(table)
    length = sum(map(len, texts)) / len(texts)
    console.print(
        f"{len(texts):,} texts of {length:.0f} characters; budget: {BUDGET:,.0f} a second"
    )
    return 0 if rates["from post to row"] >= BUDGET else 1


SCORER, LINKER, DETECTOR = LearnedScorer(), EntityLinker(), EventDetector()

if __name__ == "__main__":
    sys.exit(main())
