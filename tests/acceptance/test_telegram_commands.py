"""A real bot on the sandbox, and somebody who writes to it over a Bot API server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from freqtrade_process import FreqtradeProcess, wait_for
from lively_seed import lively_seed
from loopback_telegram import CHAT, TOKEN, LoopbackTelegram

from aurum_plugins.soak.counted_exchange import counted_server
from aurum_plugins.soak.sqlite_rows import read

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(600)]


@dataclass
class Conversation:
    """A bot that trades, and its chat."""

    bot: FreqtradeProcess
    api: LoopbackTelegram

    def said(self, text: str) -> bool:
        return any(text in one.text for one in self.api.sent)

    def ask(self, command: str, about: str) -> str:
        """What a command is answered with; notifications may come in between."""
        before = len(self.api.sent)
        self.api.write(command)

        def answers() -> list[str]:
            return [one.text for one in self.api.sent[before:] if about in one.text]

        self.api.wait(answers, f"answer to {command} with {about!r}", 30)
        return answers()[0]

    def switches(self) -> list[dict]:
        return read(self.bot.records, "SELECT * FROM switches ORDER BY number")

    def open_trades(self) -> list[dict]:
        return read(self.bot.database, "SELECT * FROM trades WHERE is_open = 1")


@pytest.fixture
def conversation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conversation]:
    # freqtrade leaves loggers alone where it believes itself tested, and httpx logs addresses.
    monkeypatch.delenv("PYTEST_VERSION", raising=False)
    # Wide, or freqtrade wraps the lines of its log.
    monkeypatch.setenv("COLUMNS", "1000")
    server, _ = counted_server(0, lively_seed(8, range(7, 27)))
    overlay = {
        # More that are sold at a loss at once would have the protections lock every pair.
        "max_open_trades": 2,
        "telegram": {"enabled": True, "token": TOKEN, "chat_id": str(CHAT)},
        "aurum": {"risk": {"longest_hold_candles": 100, "position_cap": 0.05}},
    }
    with server, LoopbackTelegram() as api:
        overlay["aurum"]["telegram"] = {"api": api.url}
        bot = FreqtradeProcess(tmp_path, server.url, overlay)
        with bot:
            api.wait(lambda: "getUpdates" in api.calls, "poll", 60)
            yield Conversation(bot, api)


def test_a_conversation_with_a_bot_that_trades(conversation: Conversation) -> None:
    bot, api = conversation.bot, conversation.api
    wait_for(
        "decisions",
        lambda: bot.records.exists() and read(bot.records, "SELECT * FROM decisions"),
        120,
    )

    assert "Last 24 h" in conversation.ask("/why", "Last decisions")
    pair = read(bot.records, "SELECT pair FROM decisions LIMIT 1")[0]["pair"]
    assert "UTC:" in conversation.ask(f"/why {pair} 2", pair)
    risk = conversation.ask("/risk", "Equity")
    assert "Kill switch: armed" in risk
    assert "Nobody listens" in conversation.ask("/sentiment", "Sentiment")
    assert "FreqAI is off" in conversation.ask("/models", "FreqAI")
    assert "No funds are moved" in conversation.ask("/fees", "Fees")
    for command, about in (
        ("/status", "rade"),
        ("/count", "current"),
        ("/profit", "rade"),
        ("/help", "/forceexit"),
        ("/help", "/sentiment"),
    ):
        conversation.ask(command, about)
    api.write("/kill flat", chat=666)

    wait_for("position", conversation.open_trades, 240)
    conversation.ask("/kill flat it is a test", "Throw the kill switch")
    question = next(one for one in reversed(api.sent) if "Throw the kill switch" in one.text)
    assert not conversation.switches()
    api.press(question, "Halt and sell")
    api.wait(lambda: "Thrown" in question.text, "result", 30)
    assert [row["by"] for row in conversation.switches()] == ["telegram:anna"]
    wait_for("end of all positions", lambda: not conversation.open_trades(), 60)
    sold = read(bot.database, "SELECT exit_reason FROM trades WHERE is_open = 0")
    assert "kill_switch" in {row["exit_reason"] for row in sold}
    assert "the kill switch is thrown" in conversation.ask("/risk", "Nothing is entered")

    conversation.ask("/rearm it was a test", "Let positions be opened again?")
    question = next(one for one in reversed(api.sent) if "Let positions" in one.text)
    assert "by telegram:anna: it is a test" in question.text
    api.press(question, "Re-arm")
    api.wait(lambda: "Armed" in question.text, "result", 30)
    assert [row["state"] for row in conversation.switches()] == ["flat", "armed"]
    wait_for("position", conversation.open_trades, 240)

    assert not api.refused
    log = bot.log.read_text()
    assert "Traceback" not in log
    assert "rpc.telegram is listening" in log
    assert TOKEN not in log
