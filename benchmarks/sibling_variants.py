"""The two siblings of AurumStrategy, and every set of settings that was tried for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baselines import PAIRS
from strategy_runs import PLAIN, Variant

from aurum_plugins.signals import BreakoutSettings

# Without its longest hold, where it has one.
NO_LIMITS = {**PLAIN, "risk": {**PLAIN["risk"], "longest_hold_candles": None}}


@dataclass(frozen=True)
class Tried:
    """One set of settings, in candles of the sibling; what else there is, is the class's own."""

    name: str
    entry_candles: int
    exit_candles: int
    stop_multiple: float
    regime_candles: int
    cost_multiple: float = 3.0

    @property
    def aurum(self) -> dict[str, dict[str, Any]]:
        """As the configuration's `aurum` has them."""
        return {
            "breakout": {"entry_candles": self.entry_candles, "exit_candles": self.exit_candles},
            "policy": {
                "regime_candles": self.regime_candles,
                "cost_multiple": self.cost_multiple,
            },
            "risk": {"stop_multiple": self.stop_multiple},
        }


@dataclass(frozen=True)
class Sibling:
    """A strategy, the candles that it is measured on, and what was tried.

    Days as in `strategy_blocks.Block`. `tried` were all run on the design block alone; `chosen` is
    the name of the one that the class holds.
    """

    strategy: str
    config: str
    timeframe: str
    pairs: tuple[str, ...]
    start: str
    split: str
    end: str
    tried: tuple[Tried, ...]
    chosen: str

    @property
    def rules(self) -> BreakoutSettings:
        """Lengths of the chosen channels, for the idealised breakout."""
        held = next(tried for tried in self.tried if tried.name == self.chosen)
        known: Mapping[str, Any] = held.aurum["breakout"]
        return BreakoutSettings(**known, volatility_candles=_VOLATILITY[self.timeframe])

    def variants(self) -> tuple[Variant, ...]:
        """The plain breakout of the same lengths, and the strategy as it stands."""
        named, configs = self.strategy, ("backtest.json", self.config)
        plain = f"Donchian of {named}'s lengths, no limits"
        return (
            Variant(plain, configs, {"aurum": NO_LIMITS}, protections=False, strategy=named),
            Variant(named, configs, strategy=named),
        )

    def tried_variants(self) -> tuple[Variant, ...]:
        """What was tried."""
        configs = ("backtest.json", self.config)
        return tuple(
            Variant(tried.name, configs, {"aurum": tried.aurum}, strategy=self.strategy)
            for tried in self.tried
        )


_VOLATILITY = {"5m": 288, "4h": 120}
_EIGHT = ("BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LINK", "LTC")
SIBLINGS = {
    "scalper": Sibling(
        strategy="AurumScalper",
        config="scalper.json",
        timeframe="5m",
        pairs=tuple(f"{coin}/USDT" for coin in _EIGHT),
        # The candles begin on the first of January; the market's mean is that of a week.
        start="2025-01-08",
        split="2025-03-01",
        end="2025-05-01",
        tried=(
            Tried("12 h / 6 h", 144, 72, 5.0, 168),
            Tried("12 h / 6 h, six times the costs", 144, 72, 5.0, 168, 6.0),
            Tried("24 h / 12 h", 288, 144, 8.0, 168),
            Tried("4 h / 2 h", 48, 24, 3.0, 168),
        ),
        chosen="12 h / 6 h",
    ),
    "swing": Sibling(
        strategy="AurumSwing",
        config="swing.json",
        timeframe="4h",
        pairs=tuple(PAIRS),
        start="2021-10-01",
        split="2023-07-01",
        end="2025-01-01",
        tried=(
            Tried("55 d / 20 d", 330, 120, 5.0, 100),
            Tried("55 d / 20 d, market of 200 d", 330, 120, 5.0, 200),
            Tried("40 d / 20 d", 240, 120, 5.0, 100),
            Tried("20 d / 10 d", 120, 60, 5.0, 100),
        ),
        chosen="55 d / 20 d",
    ),
}
