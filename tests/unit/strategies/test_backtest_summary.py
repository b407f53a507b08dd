from __future__ import annotations

from types import SimpleNamespace

import pytest

from aurum_plugins.clock import VirtualClock
from aurum_plugins.execution.backtest_journal import BacktestJournal
from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.strategies.backtest_summary import print_summary

BEFORE_1970 = -3_600_000


def journal(*reasons: Reason) -> BacktestJournal:
    kept = BacktestJournal("1h", "S", VirtualClock(0))
    kept.record(
        [
            Decision("BTC/USDT", "1h", BEFORE_1970 + n * 3_600_000, Action.HOLD, reason,
                     Verdict.NONE, reason, 0, "S")
            for n, reason in enumerate(reasons)
        ]
    )  # fmt: skip
    return kept


def test_every_candle_is_counted(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    kept = journal(Reason.BEAR_MARKET, Reason.BEAR_MARKET, Reason.NO_BREAKOUT)
    print_summary(SimpleNamespace(journal=kept, get_strategy_name=lambda: "Mine"))
    shown = capsys.readouterr().out
    assert "Why Mine traded, and why it did not" in shown
    lines = {
        reason: line for line in shown.splitlines() for reason in Reason if reason.sentence in line
    }
    assert "2" in lines[Reason.BEAR_MARKET]
    assert "1" in lines[Reason.NO_BREAKOUT]


@pytest.mark.parametrize(
    "strategy",
    [
        SimpleNamespace(),
        SimpleNamespace(journal=None),
        SimpleNamespace(journal=BacktestJournal("1h", "S", VirtualClock(0))),
    ],
)
def test_who_has_nothing_to_say_says_nothing(strategy, capsys):
    print_summary(strategy)
    assert capsys.readouterr().out == ""
