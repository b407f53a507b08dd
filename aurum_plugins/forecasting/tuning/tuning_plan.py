"""Which stretches of the tuning period are forecast."""

from __future__ import annotations

from dataclasses import dataclass

from aurum_plugins.forecasting.evaluation.walk_forward_run import WalkForwardPlan


@dataclass(frozen=True)
class TuningPlan:
    """Windows that are spread evenly over a period, the last of which ends with it.

    Attributes
    ----------
    first, stop : int
        Candles of the period, `stop` excluded.
    windows : int, 1 or more
    step_candles : int
        Candles that each window forecasts; all windows together fit into the period.
    """

    first: int
    stop: int
    windows: int
    step_candles: int

    def __post_init__(self) -> None:
        """Check that no row would be judged twice."""
        if self.windows < 1 or self.windows * self.step_candles > self.stop - self.first:
            raise ValueError(f"the windows must fit into the period side by side, got {self!r}")

    @property
    def starts(self) -> list[int]:
        """First forecast candle of each window, rising."""
        last = self.stop - self.step_candles
        if self.windows == 1:
            return [last]
        return [
            self.first + number * (last - self.first) // (self.windows - 1)
            for number in range(self.windows)
        ]

    def window(self, start: int, train_candles: int) -> WalkForwardPlan:
        """The window that begins at `start`, behind so many candles to train on."""
        return WalkForwardPlan(start, start + self.step_candles, train_candles, self.step_candles)
