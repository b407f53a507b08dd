"""What a news shock does to open positions, and to entry orders that have not filled."""

from __future__ import annotations

from collections.abc import Callable

from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.settings import ShockSettings
from aurum_plugins.signals import atr_stop_price
from aurum_plugins.trading.decided_rows import DecidedRow
from aurum_plugins.trading.drawn_stop import DrawnStop
from aurum_plugins.trading.held_position import HeldPosition
from aurum_plugins.trading.news_alerts import NewsAlerts

# The strongest shock that concerns a pair at a time, UTC milliseconds.
ShockOf = Callable[[int, str], Shock | None]


class NewsBrake:
    """Asked about each position in each loop, and in each candle of a backtest.

    Where entries are allowed during a shock, positions that were opened after it began are let be:
    whoever opened them knew.

    Parameters
    ----------
    shock_of : callable
    settings : ShockSettings
    alerts : NewsAlerts or None
        None: nobody is told, as in a backtest.
    """

    def __init__(
        self, shock_of: ShockOf, settings: ShockSettings, alerts: NewsAlerts | None
    ) -> None:
        self._shock_of = shock_of
        self._settings = settings
        self._alerts = alerts

    def sells(self, now_ms: int, pair: str, opened_ms: int) -> bool:
        """Whether a position is given up now.

        Parameters
        ----------
        now_ms, opened_ms : int
            UTC milliseconds.
        pair : str
        """
        shock = self._concerns(now_ms, pair, opened_ms)
        if shock is None or self._settings.brake != "exit":
            return False
        if self._alerts is not None:
            self._alerts.sold(shock, pair)
        return True

    def cancels(self, now_ms: int, pair: str, ordered_ms: int) -> bool:
        """Whether an entry order that has not filled is cancelled now."""
        shock = self._concerns(now_ms, pair, ordered_ms)
        if shock is None or not (self._settings.entries or self._settings.brake != "off"):
            return False
        if self._alerts is not None:
            self._alerts.cancelled(shock, pair)
        return True

    def stop(
        self, now_ms: int, held: HeldPosition, newest: Callable[[], DecidedRow | None]
    ) -> float | None:
        """Price to which the stop of a position is drawn; None while nothing draws it.

        It is drawn once for a shock, and never down.

        Parameters
        ----------
        now_ms : int
            UTC milliseconds.
        held : HeldPosition
        newest : callable
            Gives the newest candle of the pair that has closed.
        """
        shock = self._concerns(now_ms, held.pair, held.opened_ms)
        if shock is None or self._settings.brake != "tighten":
            before = held.kept.load() if held.after_fill else None
            return None if before is None else before.price
        before = held.kept.load()
        if before is not None and shock.since_ms <= before.shock_ms:
            return before.price
        stop = self._stop(held.price, newest())
        if not stop:
            if self._alerts is not None:
                self._alerts.not_tightened(shock, held.pair)
            return None if before is None else before.price
        drawn = DrawnStop(shock.since_ms, stop if before is None else max(stop, before.price))
        held.kept.save(drawn)
        if self._alerts is not None:
            self._alerts.tightened(shock, held.pair, drawn.price)
        return drawn.price

    def _stop(self, price: float | None, row: DecidedRow | None) -> float | None:
        if row is None:
            return None
        price = row.figure("close") if price is None else price
        return atr_stop_price(price, row.figure("average_range"), self._settings.tightened_multiple)

    def _concerns(self, now_ms: int, pair: str, since_ms: int) -> Shock | None:
        shock = self._shock_of(now_ms, pair)
        if shock is None or self._settings.entries or since_ms <= shock.since_ms:
            return shock
        return None
