"""That a bot lives, and how its loop goes round."""

from __future__ import annotations

from aurum_plugins.monitoring.reports.report import Report


class LoopReport(Report):
    """Written every few seconds by a thread of the bot's, so also while its loop hangs.

    Times are UTC milliseconds.

    Attributes
    ----------
    pid : int
    host : str
    started_ms : int
        When the process began to trade.
    state : str
        freqtrade's: "running", "paused", "stopped", "reload_config"; "exited" once it has ended in
        order, "unknown" where it cannot be told.
    loop_began_ms : int
        When the last loop began; 0: none has.
    loop_ended_ms : int
        When the last loop that ended did; 0: none has. A loop is under way while this is less than
        `loop_began_ms`.
    loops : int
        That ended.
    failures : int
        Loops that ended with an error.
    failures_in_row : int
        Of them, those since the last loop that ended well.
    throttle_seconds : float
        From the beginning of a loop to that of the next, at least.
    strategy, timeframe, exchange, currency : str
    dry_run : bool
    most_open : int
        Slots; -1 = without limit.
    freqtrade, aurum : str
        Versions.
    api : str
        Address of freqtrade's REST API; empty: it is off.
    memory_bytes : int or None
        Resident.
    """

    topic = "loop"

    pid: int
    host: str
    started_ms: int
    state: str
    loop_began_ms: int = 0
    loop_ended_ms: int = 0
    loops: int = 0
    failures: int = 0
    failures_in_row: int = 0
    throttle_seconds: float = 5.0
    strategy: str = ""
    timeframe: str = ""
    exchange: str = ""
    currency: str = ""
    dry_run: bool = True
    most_open: int = -1
    freqtrade: str = ""
    aurum: str = ""
    api: str = ""
    memory_bytes: int | None = None
