"""What became of a backtest's candles, after freqtrade's own tables."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from aurum_plugins.execution.decision_summary import summary_table

EVER = 1 << 62


def print_summary(strategy: Any) -> None:
    """Print why the candles of a backtest ended as they did.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
        Says nothing where it keeps no journal, or its result was reused from an earlier backtest.
    """
    journal = getattr(strategy, "journal", None)
    if journal is None or not len(journal):
        return
    title = f"Why {strategy.get_strategy_name()} traded, and why it did not"
    Console().print(summary_table(journal.counts(-EVER, EVER), title))
