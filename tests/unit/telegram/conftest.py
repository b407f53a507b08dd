"""A bot that is asked, and its database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from decisions import HOUR_MS, START_MS
from telegram_markup import LONGEST, length, seen

from aurum_plugins.database import Database, open_database
from aurum_plugins.telegram.asked_bot import AskedBot
from aurum_plugins.telegram.questions import QUESTIONS

NOW_MS = START_MS + 30 * HOUR_MS


@pytest.fixture
def database(tmp_path, monkeypatch) -> Database:
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    return open_database(f"sqlite:///{tmp_path}/aurum.sqlite")


@pytest.fixture
def ask(database, tmp_path) -> Callable[..., str]:
    def ask(command: str, *words: str, aurum: Any = None, **known: Any) -> str:
        config = {
            "dry_run": True,
            "stake_currency": "USDT",
            "user_data_dir": tmp_path,
            "exchange": {"name": "binance"},
            "aurum": {"database": {"url": f"sqlite:///{tmp_path}/aurum.sqlite"}, **(aurum or {})},
            **known.pop("config", {}),
        }
        asked = AskedBot(config, "1h", known.pop("state", "running"), NOW_MS, **known)
        reply = QUESTIONS[command](database, asked, words)
        assert length(reply) <= LONGEST
        return seen(reply, "HTML")

    return ask
