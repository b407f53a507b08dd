"""A run whose bot does not start leaves nothing behind."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from aurum_plugins.soak import sandboxed_bot
from aurum_plugins.soak.soak import soak
from aurum_plugins.soak.watch import BotDidNotStart

CHECKOUT = Path(__file__).resolve().parents[3]


def test_a_bot_that_ends_at_once_is_an_error_with_its_last_words(tmp_path, monkeypatch) -> None:
    program = tmp_path / "freqtrade"
    program.write_text("#!/bin/sh\necho no such strategy\nexit 2\n")
    program.chmod(0o755)
    monkeypatch.setattr(sandboxed_bot, "PROGRAM", str(program))
    with pytest.raises(BotDidNotStart, match="no such strategy"):
        soak(
            tmp_path,
            CHECKOUT,
            1.0,
            None,
            port=0,
            seed=7,
            live=True,
            eager=True,
            on_tick=lambda *_: pytest.fail("it never ran"),
        )
    assert "sandbox" not in {thread.name for thread in threading.enumerate()}
