"""What a bot holds, and how much of its limits is used."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from aurum_plugins.monitoring.reports.report import Report


class HeldReport(BaseModel):
    """One open position; prices and worth in quote currency.

    Attributes
    ----------
    pair : str
    trade_id : int
    amount : float
        Base currency held.
    ordered : float
        Base currency of entry orders that have not filled.
    open_rate : float
    price, stop, profit : float or None
        Last known price, where it is given up, and what it has gained before the exit's fee.
    opened_ms : int
        UTC milliseconds.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    pair: str
    trade_id: int = 0
    amount: float
    ordered: float = 0.0
    open_rate: float
    price: float | None = None
    stop: float | None = None
    profit: float | None = None
    opened_ms: int = 0


class AccountReport(Report):
    """Quote currency unless said otherwise; shares are of the equity, 0.2 is 20 %.

    Attributes
    ----------
    cash : float
    equity, exposure, drawdown : float or None
        None: a position has no price, or the account could not be read.
    positions : tuple of HeldReport
    free_slots : int
    risk_to_stops : float or None
        Lost if every position were given up at its stop now; None: one has no stop or no price.
    position_cap, total_cap : float
        Shares allowed.
    day_loss, week_loss : float or None
        Shares lost at worst since the day, the week began, as the limits count them; 0 where
        nothing was.
    daily_loss, weekly_loss, drawdown_stop : float
        Shares at which nothing opens any more.
    losing_streak, consecutive_losses : int
        Trades in a row that lost, and how many are allowed.
    size_scale : float
        What sizes are multiplied by; 0: nothing opens.
    refusal : str
        Name of the reason why nothing opens; empty: none.
    """

    topic = "account"

    cash: float
    equity: float | None = None
    exposure: float | None = None
    drawdown: float | None = None
    positions: tuple[HeldReport, ...] = ()
    free_slots: int = 0
    risk_to_stops: float | None = None
    position_cap: float = 1.0
    total_cap: float = 1.0
    day_loss: float | None = None
    week_loss: float | None = None
    daily_loss: float = 1.0
    weekly_loss: float = 1.0
    drawdown_stop: float = 1.0
    losing_streak: int = 0
    consecutive_losses: int = 0
    size_scale: float = 0.0
    refusal: str = ""
