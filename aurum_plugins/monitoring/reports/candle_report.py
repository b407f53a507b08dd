"""How fresh a bot's candles are."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from aurum_plugins.monitoring.reports.report import Report


class PairCandles(BaseModel):
    """One traded pair.

    Attributes
    ----------
    pair : str
    newest_ms : int or None
        When the newest closed candle that the strategy was given opened, UTC milliseconds; None:
        it was given none.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    pair: str
    newest_ms: int | None = None


class CandleReport(Report):
    """The pairs of the whitelist.

    Attributes
    ----------
    interval_ms : int
        Length of a candle.
    pairs : tuple of PairCandles
    """

    topic = "candles"

    interval_ms: int
    pairs: tuple[PairCandles, ...] = ()
