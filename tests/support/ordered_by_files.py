"""A strategy that enters and exits one pair when a file says so, and takes up lost entries."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from freqtrade.strategy import IStrategy

PAIR = "LINK/USDT"
# In the bot's folder; their content is the limit as a multiple of the touch.
ENTER, EXIT = Path("enter"), Path("exit")


class OrderedByFiles(IStrategy):
    """Enter while the file `enter` is there, exit while `exit` is."""

    INTERFACE_VERSION = 3
    timeframe = "1m"
    can_short = False
    process_only_new_candles = False
    use_exit_signal = True
    startup_candle_count = 2
    stoploss = -0.9
    minimal_roi: ClassVar[dict[str, float]] = {}
    lost: ClassVar[dict[str, Any]] = {}

    def bot_loop_start(self, **_: Any) -> None:
        lost = self.dp._exchange.aurum_orders.unbooked()  # type: ignore[union-attr]
        self.lost = {each.recorded.pair: each for each in lost if each.recorded.side == "buy"}

    def populate_indicators(self, dataframe: pd.DataFrame, metadata: dict[str, str]) -> Any:
        return dataframe

    def populate_entry_trend(self, dataframe: pd.DataFrame, metadata: dict[str, str]) -> Any:
        pair = metadata["pair"]
        dataframe["enter_long"] = int(pair in self.lost or (pair == PAIR and ENTER.exists()))
        dataframe["enter_tag"] = "recovered" if pair in self.lost else "decided"
        return dataframe

    def populate_exit_trend(self, dataframe: pd.DataFrame, metadata: dict[str, str]) -> Any:
        dataframe["exit_long"] = int(EXIT.exists())
        return dataframe

    def confirm_trade_entry(self, pair: str, entry_tag: str | None, **_: Any) -> bool:
        if entry_tag == "recovered":
            self.dp._exchange.aurum_orders.only_take_up(pair)  # type: ignore[union-attr]
        return True

    def custom_entry_price(self, proposed_rate: float, **_: Any) -> float:
        return proposed_rate * multiple(ENTER)

    def custom_exit_price(self, proposed_rate: float, **_: Any) -> float:
        return proposed_rate * multiple(EXIT)


def multiple(file: Path) -> float:
    return float(file.read_text()) if file.exists() else 1.0
