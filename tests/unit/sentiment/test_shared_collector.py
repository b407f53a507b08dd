"""The collector that a process has in common."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from told_posts import ToldSource, new_words_intake

from aurum_plugins.clock import WallClock
from aurum_plugins.database import Database, open_database
from aurum_plugins.errors import AurumError
from aurum_plugins.market_data.simulated_venues import SANDBOX_URL
from aurum_plugins.process_wide import ProcessWide
from aurum_plugins.sentiment import shared_collector as module
from aurum_plugins.sentiment.collector import Collector
from aurum_plugins.sentiment.poll_records import PollRecords
from aurum_plugins.sentiment.settings import RedditSettings, SentimentSettings
from aurum_plugins.sentiment.shared_collector import shared_collector
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

SUPPORT = Path(__file__).parents[2] / "support"


def settings(secret: str = "", **values) -> SentimentSettings:
    reddit = RedditSettings(subreddits=("Bitcoin",), client_secret=secret)
    return SentimentSettings(reddit=reddit, **values)


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path / 'aurum.sqlite'}") as opened:
        yield opened


@pytest.fixture(autouse=True)
def made(monkeypatch) -> Iterator[list[Collector]]:
    made: list[Collector] = []

    def build(wanted: SentimentSettings, database: Database) -> Collector:
        if wanted.scorer == "transformer":
            raise AurumError("no transformer here")
        records = PollRecords(SentimentStore(database), new_words_intake(), WallClock())
        off = ("reddit is off: no credentials",)
        made.append(Collector([ToldSource("rss:a")], wanted, records, WallClock(), off=off))
        return made[-1]

    monkeypatch.delenv(SANDBOX_URL, raising=False)
    monkeypatch.setattr(module, "_new", build)
    monkeypatch.setattr(module, "_shared", ProcessWide())
    yield made
    module._shared.end()
    assert not any(collector.running for collector in made)


def test_there_is_one_for_the_same_settings_and_it_is_at_work(made, database, caplog) -> None:
    found: list[Collector] = []
    asking = [
        threading.Thread(target=lambda: found.append(shared_collector(settings(), database)))
        for _ in range(8)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert found == made * 8
    assert made[0].wait_for_rounds(1, 10)
    assert caplog.messages == ["reddit is off: no credentials"]


def test_other_settings_and_credentials_end_the_one_before(made, database, monkeypatch) -> None:
    seen = [shared_collector(settings(), database)]
    for secret, keep_days in (("s1", 10), ("s2", 10), ("s2", 20)):
        seen.append(shared_collector(settings(secret, keep_days=keep_days), database))
        assert not seen[-2].running
    monkeypatch.setenv("AURUM_X_BEARER_TOKEN", "t")
    seen.append(shared_collector(settings("s2", keep_days=20), database))
    monkeypatch.setenv(SANDBOX_URL, "http://127.0.0.1:1")
    seen.append(shared_collector(settings("s2", keep_days=20), database))
    assert len({id(one) for one in seen}) == len(made) == 6
    assert seen[-1].running


def test_another_database_is_another_collector(made, database, tmp_path) -> None:
    before = shared_collector(settings(), database)
    with open_database(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        assert shared_collector(settings(), other) is not before
        module._shared.end()


def test_no_key_holds_a_secret(made, database, monkeypatch) -> None:
    monkeypatch.setenv("AURUM_X_BEARER_TOKEN", "tell-nobody")
    shared_collector(settings("hush-hush"), database)
    (key,) = module._shared.keys
    assert len(key) == 64
    assert int(key, 16)


def test_settings_that_cannot_be_had_leave_the_one_before_at_work(made, database) -> None:
    before = shared_collector(settings(), database)
    with pytest.raises(AurumError):
        shared_collector(settings(scorer="transformer"), database)
    assert before.running
    assert shared_collector(settings(), database) is before


SCRIPT = """
import os, sys
sys.path.insert(0, {support!r})
from told_posts import ToldSource, new_words_intake
from aurum_plugins.clock import WallClock
from aurum_plugins.database import open_database
from aurum_plugins.sentiment import shared_collector as module
from aurum_plugins.sentiment.collector import Collector
from aurum_plugins.sentiment.poll_records import PollRecords
from aurum_plugins.sentiment.settings import SentimentSettings
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore
assert not {{"praw", "tweepy", "feedparser", "vaderSentiment"}} & set(sys.modules)

hangs = ToldSource("rss:a")
hangs.fails = [lambda: __import__("time").sleep(60)]

def build(settings, database):
    records = PollRecords(SentimentStore(database), new_words_intake(), WallClock())
    return Collector([hangs, ToldSource("rss:b")], settings, records, WallClock())

module._new = build
settings, database = SentimentSettings(), open_database("sqlite:///" + sys.argv[1])
module.shared_collector(settings, database)
pid = os.fork() if sys.argv[2] == "fork" else 1
if pid == 0:
    own = module.shared_collector(settings, open_database("sqlite:///" + sys.argv[1]))
    assert own.running
    os._exit(0 if own.stop(5) else 1)
assert pid == 1 or os.waitpid(pid, 0)[1] == 0
print("done")
"""


@pytest.mark.parametrize("how", ["alone", "fork"])
def test_it_ends_with_the_process_even_while_a_poll_hangs(tmp_path, how: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(support=str(SUPPORT)), tmp_path / "a.sqlite", how],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ},
    )
    assert (ended.returncode, ended.stdout) == (0, "done\n"), ended.stderr
