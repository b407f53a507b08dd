"""The order of the files: bots wait for minutes on end, and the longest must not begin last."""

from __future__ import annotations

import pytest

LONGEST_FIRST = (
    "test_faults_through_freqtrade",
    "test_decisions_match_backtest",
    "test_news_shock",
    "test_nothing_opens",
    "test_soak",
    "test_monitor_beside_bot",
    "test_killed_while_ordering",
    "test_readme",
    "test_bot_reports",
    "test_decisions_survive_kills",
    "test_freqai",
    "test_live_trading",
    "test_ensemble_bot",
    "test_monitor_process",
    "test_sentiment_plugins",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that are not named follow in the order in which they were found."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))
