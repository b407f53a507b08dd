"""What trades earned before their costs, and what the costs took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.table import Table
from strategy_blocks import Block

BPS = 10_000


@dataclass(frozen=True)
class Costs:
    """Sums over the trades that were opened in a block.

    `gross`, `fees` and `net` are shares of the balance that the backtest started with, `staked`
    is what was bought in multiples of it.
    """

    trades: int
    wins: int
    staked: float
    fees: float
    net: float

    @property
    def gross(self) -> float:
        """Before fees."""
        return self.net + self.fees

    def bps(self, share: float) -> float:
        """A sum as basis points of what was bought; NaN where nothing was."""
        return share / self.staked * BPS if self.staked else float("nan")


def costs(result: Mapping[str, Any], part: Block) -> Costs:
    """Of one block of a backtest of freqtrade."""
    first, last = (int(pd.Timestamp(day, tz="UTC").timestamp() * 1_000) for day in part.span)
    opened = [trade for trade in result["trades"] if first <= trade["open_timestamp"] < last]
    balance = float(result["starting_balance"])
    bought = sum(trade["amount"] * trade["open_rate"] for trade in opened)
    paid = sum(
        trade["amount"]
        * (trade["open_rate"] * trade["fee_open"] + trade["close_rate"] * trade["fee_close"])
        for trade in opened
    )
    return Costs(
        trades=len(opened),
        wins=sum(trade["profit_abs"] > 0 for trade in opened),
        staked=bought / balance,
        fees=paid / balance,
        net=sum(trade["profit_abs"] for trade in opened) / balance,
    )


def cost_table(found: Mapping[str, Mapping[str, Costs]], parts: list[Block]) -> Table:
    """Lay gross, costs and net out for a terminal, by variant and block."""
    grid = Table(title="of the starting balance, and in basis points of what was bought")
    for column in ("", "block", "trades", "won", "gross", "fees", "net"):
        grid.add_column(column, justify="right" if column not in {"", "block"} else "left")
    for name, row in found.items():
        for part in parts:
            sums = row[part.name]
            won = f"{sums.wins / sums.trades:.0%}" if sums.trades else "-"
            shares = (
                f"{share:.1%} ({sums.bps(share):.0f})"
                for share in (sums.gross, sums.fees, sums.net)
            )
            grid.add_row(name, part.name, str(sums.trades), won, *shares)
    return grid
