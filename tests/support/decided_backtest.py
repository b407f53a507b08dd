"""A backtest as freqtrade runs it, and what the strategy decided in it.

    python decided_backtest.py CONFIG DATADIR TIMERANGE OUTPUT

A process of its own: freqtrade keeps much of a backtest in globals.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

Key = tuple[str, int]


def backtest(config: Path, datadir: Path, timerange: str, output: Path) -> None:
    """Run it, and write down each decision of its journal, with the figures of the candle."""
    from freqtrade.commands.optimize_commands import setup_optimize_configuration
    from freqtrade.enums import RunMode
    from freqtrade.optimize.backtesting import Backtesting

    arguments = {
        "config": [str(config)],
        "datadir": datadir,
        "timerange": timerange,
        "export": "none",
        "enable_protections": True,
        "backtest_cache": "none",
    }
    backtesting = Backtesting(setup_optimize_configuration(arguments, RunMode.BACKTEST))
    backtesting.start()
    (strategy,) = backtesting.strategylist
    decisions = []
    for decision in strategy.journal:
        # The journal of a backtest keeps figures of entries only.
        closed_ms = decision.candle_ms + strategy.candle_ms
        row = strategy.decided.newest(decision.pair, closed_ms)
        assert row is not None
        assert row.candle_ms == decision.candle_ms
        decisions.append(
            {
                "pair": decision.pair,
                "candle_ms": decision.candle_ms,
                "action": decision.action.name,
                "signal": decision.signal.name,
                "figures": dict(row.figures),
            }
        )
    output.write_text(json.dumps(decisions))


def decided_in_backtest(
    config: Path, datadir: Path, timerange: str, folder: Path
) -> dict[Key, dict[str, Any]]:
    """Decisions of a backtest by pair and candle, run in a process of its own."""
    output = folder / "backtest.json"
    arguments = [str(config), str(datadir), timerange, str(output)]
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "300"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    rows = json.loads(output.read_text())
    decided = {(row["pair"], row["candle_ms"]): row for row in rows}
    assert len(decided) == len(rows), "a candle was decided twice in the backtest"
    return decided


if __name__ == "__main__":
    backtest(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
