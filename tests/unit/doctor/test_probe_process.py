"""The probe as a process: its answer, and what freqtrade is not needed for."""

from __future__ import annotations

import io
import os
import sys

import pytest

from aurum_plugins.doctor import probe
from aurum_plugins.doctor.facts import FreqtradeFacts


@pytest.mark.parametrize(
    ("api", "url"),
    [
        ("http://a", "http://a"),
        ({"private": "http://b"}, "http://b"),
        ({}, ""),
        ([], ""),
    ],
)
def test_the_public_address(api: object, url: str) -> None:
    assert probe._public_url({"ccxt_config": {"urls": {"api": api}}}) == url


def test_freqtrade_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "freqtrade.commands", None)
    facts = probe.gather(["trade"])
    assert facts.fault is not None
    assert facts.fault.message.startswith("ModuleNotFoundError: ")


def test_only_the_answer_goes_to_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = io.StringIO()
    moved: list[tuple[int, int]] = []
    monkeypatch.setattr(answer, "close", lambda: None)
    monkeypatch.setattr(os, "dup", lambda number: number)
    monkeypatch.setattr(os, "dup2", lambda source, target: moved.append((source, target)))
    monkeypatch.setattr(os, "fdopen", lambda *_, **__: answer)
    monkeypatch.setattr(probe, "gather", lambda arguments: FreqtradeFacts(armed=not arguments))
    monkeypatch.setattr(sys, "argv", ["probe"])
    probe.main()
    assert moved == [(2, 1)]
    assert FreqtradeFacts.model_validate_json(answer.getvalue()).armed
