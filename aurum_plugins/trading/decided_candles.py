"""The decided candles of all pairs, as whoever decides leaves them for the desk."""

from __future__ import annotations

from collections.abc import Mapping

from aurum_plugins.risk.correlation import CloseSeries
from aurum_plugins.signals.policy import Decided
from aurum_plugins.trading.decided_rows import DecidedRow, DecidedRows, IntArray


class DecidedCandles:
    """Asked by pair and time.

    Parameters
    ----------
    interval_ms : int
        Length of a candle in milliseconds.
    """

    def __init__(self, interval_ms: int) -> None:
        self._interval_ms = interval_ms
        self._rows: dict[str, DecidedRows] = {}
        self._closes: dict[str, CloseSeries] = {}

    @property
    def closes(self) -> Mapping[str, CloseSeries]:
        """The closes of each pair."""
        return self._closes

    def remember(self, pair: str, opens_ms: IntArray, decided: Decided) -> None:
        """Keep what was decided on a pair's candles, in place of what was kept of it before.

        Parameters
        ----------
        pair : str
        opens_ms : ndarray of int, shape (n,)
            When each candle opened, UTC milliseconds, ascending.
        decided : Decided
            Of the same n candles; `close` (quote currency) must be among its figures.
        """
        actions, reasons, figures = decided.actions, decided.reasons, decided.figures
        self._rows[pair] = DecidedRows(opens_ms, actions, reasons, figures)
        self._closes[pair] = CloseSeries(opens_ms // self._interval_ms, figures["close"])

    def newest(self, pair: str, at_ms: int) -> DecidedRow | None:
        """The newest candle of a pair that had closed at a time; None if there was none."""
        rows = self._rows.get(pair)
        return None if rows is None else rows.closed_by(at_ms, self._interval_ms)

    def has(self, pair: str, candle_ms: int) -> bool:
        """Whether something was decided on the pair's candle that opened then."""
        rows = self._rows.get(pair)
        return rows is not None and rows.at(candle_ms) is not None
