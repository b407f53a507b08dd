"""What risk allows for one entry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.account import Account
from aurum_plugins.risk.correlation import CloseSeries, CorrelationGroups
from aurum_plugins.risk.exposure import ExposureCaps
from aurum_plugins.risk.proposal import Proposal
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.risk.sizing import Size, position_size
from aurum_plugins.risk.stops import stop_price
from aurum_plugins.trading.decided_rows import DecidedRow


@dataclass(frozen=True)
class Wanted:
    """An entry that the bot would like to make.

    Attributes
    ----------
    pair : str
    price : float
        Quote currency.
    share : float
        What the bot would put into it, quote currency.
    largest : float
        What it may use at most, quote currency.
    smallest : float or None
        The smallest order, quote currency.
    row : DecidedRow
        The candle behind it.
    """

    pair: str
    price: float
    share: float
    largest: float
    smallest: float | None
    row: DecidedRow


class EntrySizing:
    """Sizes entries, and judges their orders once more by the same caps.

    Parameters
    ----------
    settings : RiskSettings
    fee : float
        Share of the notional paid on each side, 0.001 is 0.1 %.
    outer_share : float in (0, 1]
        The stop is never further below the entry than this share of it.
    interval_ms : int
        Length of a candle in milliseconds.
    """

    def __init__(
        self, settings: RiskSettings, fee: float, outer_share: float, interval_ms: int
    ) -> None:
        self._settings = settings
        self._fee = fee
        self._outer_share = outer_share
        self._interval_ms = interval_ms
        self._caps = ExposureCaps(settings)
        self._groups = CorrelationGroups(settings)

    def size(
        self,
        wanted: Wanted,
        account: Account,
        closes: Mapping[str, CloseSeries],
        stop_multiple: float,
        drawdown_scale: float,
    ) -> Size | Refusal:
        """How much may be put into an entry.

        Parameters
        ----------
        wanted : Wanted
        account : Account
            Without the entry.
        closes : mapping of str to CloseSeries
            Of the pair and of what is held.
        stop_multiple : float
            Average true ranges between entry and stop.
        drawdown_scale : float in [0, 1]
            See `Standing.scale`.
        """
        headroom = self._caps.headroom(account, wanted.pair, self.group(wanted, account, closes))
        if isinstance(headroom, Refusal):
            return headroom
        proposal = Proposal(
            share=wanted.share,
            largest=wanted.largest,
            smallest=wanted.smallest,
            price=wanted.price,
            stop=self.stop(wanted.price, wanted.row, stop_multiple),
            fee=self._fee,
            volatility=_volatility(wanted.row),
            confidence=self._confidence(wanted.row),
        )
        return position_size(self._settings, proposal, headroom, drawdown_scale)

    def stop(self, price: float, row: DecidedRow, multiple: float) -> float | None:
        """Price at which a position opened at `price` is given up; None if it is not known."""
        return stop_price(
            price, row.figure("average_range"), multiple, outer_share=self._outer_share
        )

    def refuses(
        self, notional: float, wanted: Wanted, account: Account, closes: Mapping[str, CloseSeries]
    ) -> Refusal | None:
        """Whether the order that came of it would break a cap."""
        group = self.group(wanted, account, closes)
        return self._caps.refuses(notional, account, wanted.pair, group)

    def group(
        self, wanted: Wanted, account: Account, closes: Mapping[str, CloseSeries]
    ) -> frozenset[str]:
        """Held pairs that count together with the wanted one."""
        held = {position.pair for position in account.positions}
        last = wanted.row.candle_ms // self._interval_ms
        return self._groups.group(wanted.pair, held, closes, last)

    def _confidence(self, row: DecidedRow) -> float:
        """Part of the size that the forecast's confidence allows; all of it without a forecast."""
        floor, confidence = self._settings.confidence_floor, row.figure("confidence")
        return 1.0 if math.isnan(confidence) else floor + (1 - floor) * confidence


def _volatility(row: DecidedRow) -> float:
    """Annual: the realised one, times what is forecast over what is usual."""
    realised, ratio = row.figure("annual_volatility_share"), row.figure("volatility_ratio")
    return realised * ratio if math.isfinite(ratio) else realised
