"""Items in words, and how sources are doing."""

from __future__ import annotations

import pytest
import told_sentiment
from told_sentiment import NOW, scored

from aurum_plugins.clock import DAY_MS, HOUR_MS, MINUTE_MS
from aurum_plugins.commands.sentiment_items import explained
from aurum_plugins.commands.sentiment_sources import covered_share, source_reports
from aurum_plugins.database import database_url, open_database
from aurum_plugins.sentiment.scoring.learned_scorer import LearnedScorer
from aurum_plugins.sentiment.store.patience import PATIENCE_MS
from aurum_plugins.sentiment.store.sentiment_reader import SentimentReader
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore


@pytest.fixture
def store(tmp_path):
    with open_database(f"sqlite:///{tmp_path}/aurum.sqlite") as database:
        yield SentimentStore(database)


@pytest.fixture
def reader(tmp_path, store):
    made = SentimentReader(database_url({"user_data_dir": str(tmp_path)}, {}))
    yield made
    made.close()


def test_words_are_explained_where_the_same_scorer_gave_the_score() -> None:
    version = LearnedScorer().version
    text = "Bitcoin soars to a record high"
    ours, others = explained(
        [scored(1, text, "BTC", model=version), scored(2, text, "BTC", model="other-1")]
    )
    assert ours.terms
    assert all(term.value > 0 for term in ours.terms)
    assert others.terms == ()


def test_sources(store, reader) -> None:
    told_sentiment.tell(store)
    store.listened_between("rss:archive", NOW - 12 * HOUR_MS, NOW - 6 * HOUR_MS)
    feed, new, old = source_reports(reader, ["rss:coindesk", "rss:new"], NOW)
    assert (feed.source, feed.configured, feed.items) == ("rss:coindesk", True, 4)
    assert (feed.polled_ms, feed.answered_ms) == (NOW - MINUTE_MS, NOW - MINUTE_MS)
    assert (feed.since_ms, feed.covered) == (NOW - MINUTE_MS, 1 / (24 * 60))
    assert (new.configured, new.polled_ms, new.answered_ms) == (True, None, None)
    assert (new.since_ms, new.covered, new.items, new.fault) == (None, 0.0, 0, "")
    assert (old.source, old.configured) == ("rss:decrypt", False)
    assert (old.fault, old.answered_ms, old.polled_ms) == (
        "posts: 503 [red]",
        NOW - MINUTE_MS,
        NOW,
    )


@pytest.mark.parametrize(
    ("spans", "share"),
    [
        ([], 0.0),
        ([(NOW - 12 * HOUR_MS, NOW - 6 * HOUR_MS)], (6 * HOUR_MS + PATIENCE_MS) / DAY_MS),
        ([(NOW - 2 * DAY_MS, NOW)], 1.0),
        ([(NOW - 2 * DAY_MS, NOW - DAY_MS - PATIENCE_MS)], 0.0),
        ([(NOW - 10 * MINUTE_MS, NOW - 5 * MINUTE_MS)], 10 * MINUTE_MS / DAY_MS),
    ],
)
def test_share_of_a_day_that_is_covered(spans, share, store, reader) -> None:
    for from_ms, until_ms in spans:
        store.listened_between("rss:a", from_ms, until_ms)
    coverage = reader.coverage(NOW - DAY_MS, NOW, "rss:a")
    assert covered_share(coverage, NOW - DAY_MS, NOW) == pytest.approx(share)
