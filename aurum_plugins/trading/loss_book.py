"""The loss limits of one bot, and where their state is kept."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from typing import Protocol

from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.account import Account
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.risk.errors import DamagedRiskState
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.standing import Standing

logger = logging.getLogger(__name__)


class RiskStore(Protocol):
    """Keeps a bot's risk state beyond the end of the process."""

    def load(self) -> RiskState | None:
        """The state as last saved; None if there is none."""
        ...

    def changed(self) -> bool:
        """Whether somebody else wrote the state in the meantime."""
        ...

    def save(self, state: RiskState, account: Account, drawdown: float) -> bool:
        """Save the state, and one point of the equity curve; False if it was changed."""
        ...


class LossBook:
    """Marks the account to market and remembers what the limits need to know.

    The state is saved at most once in a candle's length, and whenever a limit is newly reached: a
    killed process forgets at most the marks since. What somebody else wrote, to lift the limits,
    is taken up at the next mark.

    Parameters
    ----------
    limits : LossLimits
    store : RiskStore or None
        None keeps the state in memory, for a backtest.
    interval_ms : int
        Length of a candle in milliseconds.
    """

    def __init__(self, limits: LossLimits, store: RiskStore | None, interval_ms: int) -> None:
        self._limits = limits
        self._store = store
        self._interval_ms = interval_ms
        self._state: RiskState | None = None if store is not None else RiskState()
        self._saved_ms = -math.inf
        self._refused: Reason | None = None
        self._in_sight = False
        self.standing = _unknown("nothing was marked to market yet")

    @property
    def marks(self) -> RiskState | None:
        """What the limits remember; None while the account or the state cannot be read."""
        return self._state if self._in_sight else None

    @property
    def counted_until_ms(self) -> int:
        """When the newest trade that was counted closed, UTC milliseconds."""
        return 0 if self._state is None else self._state.newest_ms

    def mark(self, now_ms: int, account: Account, closed: Sequence[ClosedTrade]) -> None:
        """Take note of the account as it is, and of trades that closed.

        After it, `standing` says what may be opened. A state that cannot be read or written lets
        nothing open.
        """
        self._in_sight = True
        try:
            if self._state is None or (self._store is not None and self._store.changed()):
                self._state = self._loaded()
            equity = account.equity
            self._state = self._limits.update(self._state, now_ms, equity, closed)
            standing = self._limits.standing(self._state, now_ms, equity)
            self._keep(now_ms, account, standing)
        except (DatabaseUnavailable, DamagedRiskState) as error:
            standing = _unknown(str(error))
            if standing.refusal != self.standing.refusal:
                logger.error("Nothing opens: %s", error)  # noqa: TRY400 - it says all there is
        self.standing = standing

    def lose_sight(self, error: str) -> None:
        """Let nothing open until the next mark: the account cannot be read."""
        self._in_sight = False
        self.standing = _unknown(error)

    def _loaded(self) -> RiskState:
        state = None if self._store is None else self._store.load()
        return RiskState() if state is None else state

    def _keep(self, now_ms: int, account: Account, standing: Standing) -> None:
        refused = None if standing.refusal is None else standing.refusal.reason
        due = now_ms - self._saved_ms >= self._interval_ms or refused is not self._refused
        if self._store is None or not due or not math.isfinite(standing.drawdown):
            return
        if refused is not None and refused is not self._refused:
            logger.warning("Nothing opens: %s.", refused.sentence)
        if self._state is None or not self._store.save(self._state, account, standing.drawdown):
            # Somebody lifted the limits this very moment: the next loop takes that up.
            self._state = None
            return
        self._saved_ms, self._refused = now_ms, refused


def _unknown(error: str) -> Standing:
    refusal = Refusal(Reason.EQUITY_UNKNOWN, {"error": error})
    return Standing(0.0, refusal, math.nan)
