"""AurumStrategy, made to want an entry on every candle and to leave when it is told to."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pandas as pd

STRATEGY = Path(__file__).resolve().parents[2] / "user_data" / "strategies" / "AurumStrategy.py"
SPEC = importlib.util.spec_from_file_location("aurum_strategy_of_always_entering", STRATEGY)
assert SPEC is not None
assert SPEC.loader is not None
MODULE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODULE)

# In the bot's folder: while it is there positions are left; the limit of entries as a multiple of
# the touch.
LEAVE, ENTRY_PRICE = Path("leave"), Path("entry_price")


class AlwaysEntering(MODULE.AurumStrategy):  # type: ignore[misc, name-defined]
    """Enter on every candle, leave while the file `leave` is there."""

    @property
    def protections(self) -> list[dict[str, Any]]:
        return []

    def populate_entry_trend(self, dataframe: pd.DataFrame, metadata: dict[str, Any]) -> Any:
        # Channels far below every close.
        far = dataframe.assign(high=dataframe["low"] / 2, low=dataframe["low"] / 2)
        columns = {name: dataframe[name] for name in ("high", "low")}
        return super().populate_entry_trend(far, metadata).assign(**columns)

    def custom_entry_price(self, proposed_rate: float, **_: Any) -> float:
        if not ENTRY_PRICE.exists():
            return proposed_rate
        return proposed_rate * float(ENTRY_PRICE.read_text())

    def custom_exit(self, *args: Any, **kwargs: Any) -> str | None:
        reason: str | None = super().custom_exit(*args, **kwargs)
        return reason or ("left" if LEAVE.exists() else None)
