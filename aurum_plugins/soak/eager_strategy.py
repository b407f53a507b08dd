"""AurumStrategy made to enter on most candles, so that there is much to be lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aurum_plugins.soak.sandboxed_bot import SandboxedBot

NAME: Final = "EagerStrategy"
# Positions are left after a candle, so that there is much to be ordered.
SETTINGS: Final[Mapping[str, Any]] = {
    "risk": {"position_cap": 0.01, "longest_hold_candles": 1},
    "checks": {"orders_per_minute": 100, "orders_per_hour": 5_000},
}
# Entries on closes above the lowest low of two candles: on most of them.
_TEXT: Final = """\
import importlib.util

SPEC = importlib.util.spec_from_file_location("aurum_strategy_to_be_eager", {strategy!r})
MODULE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODULE)


class EagerStrategy(MODULE.AurumStrategy):
    @property
    def protections(self):
        return []

    def populate_entry_trend(self, dataframe, metadata):
        low = dataframe.assign(high=dataframe["low"])
        return super().populate_entry_trend(low, metadata).assign(high=dataframe["high"])
"""


def make_eager(bot: SandboxedBot) -> None:
    """Let a bot enter and leave as often as it can, from its next start on."""
    folder = bot.folder / "strategies"
    folder.mkdir(exist_ok=True)
    strategy = str(bot.user_data / "strategies" / "AurumStrategy.py")
    (folder / f"{NAME}.py").write_text(_TEXT.format(strategy=strategy))
    bot.config |= {"strategy": NAME, "strategy_path": str(folder)}
    bot.config["aurum"] |= SETTINGS
