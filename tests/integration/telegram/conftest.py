"""A bot that listens to a Bot API server on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from telegram_bot import TelegramBot, telegram_bot


@pytest.fixture
def bot(tmp_path, monkeypatch) -> Iterator[TelegramBot]:
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)
    with telegram_bot(tmp_path) as bot:
        yield bot
