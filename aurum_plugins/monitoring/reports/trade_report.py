"""What came of a bot's closed trades."""

from __future__ import annotations

from aurum_plugins.monitoring.reports.report import Report


class TradeReport(Report):
    """Quote currency, after the exchange's fees; days are UTC.

    Attributes
    ----------
    closed, won : int
        Trades since the first.
    profit : float
        Of all of them.
    closed_today : int
    profit_today : float
    paid_in_fees : float or None
        What the exchange took, entries and exits, as freqtrade books it.
    last_closed_ms : int or None
        UTC milliseconds.
    """

    topic = "trades"

    closed: int = 0
    won: int = 0
    profit: float = 0.0
    closed_today: int = 0
    profit_today: float = 0.0
    paid_in_fees: float | None = None
    last_closed_ms: int | None = None
