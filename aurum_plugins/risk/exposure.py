"""The caps on a position, on positions that move together, and on all of them."""

from __future__ import annotations

import math
from collections.abc import Collection

from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.headroom import Headroom
from aurum_plugins.risk.settings import RiskSettings

# An order may exceed a cap by this share of the cap: amounts and prices are rounded to the
# market's steps, and prices move a little between the sizing and the order.
TOLERANCE = 1e-3


class ExposureCaps:
    """What an account may hold, entry orders that have not filled yet included.

    Parameters
    ----------
    settings : RiskSettings
        `position_cap`, `group_cap` and `total_cap` are used.
    """

    def __init__(self, settings: RiskSettings) -> None:
        self.settings = settings

    def headroom(
        self, account: Account, pair: str, group: Collection[str] = ()
    ) -> Headroom | Refusal:
        """What may still be put into a pair.

        Parameters
        ----------
        account : Account
            Without the order that is asked about.
        pair : str
        group : collection of str
            Held pairs that count together with it, as `CorrelationGroups.group` gives them.

        Returns
        -------
        Headroom or Refusal
            EQUITY_UNKNOWN where a figure of the account is missing or makes no sense.
        """
        unsound = next((held.pair for held in account.positions if not _sound(held)), None)
        if unsound is not None:
            return Refusal(Reason.EQUITY_UNKNOWN, {"unknown": unsound})
        equity = account.equity
        if not (math.isfinite(equity) and equity > 0):
            return Refusal(Reason.EQUITY_UNKNOWN, {"unknown": "equity", "value": str(equity)})
        in_pair = in_group = in_all = 0.0
        for held in account.positions:
            exposure = held.exposure
            in_all += exposure
            if held.pair == pair:
                in_pair += exposure
            if held.pair == pair or held.pair in group:
                in_group += exposure
        return Headroom(
            equity=equity,
            position=self.settings.position_cap * equity - in_pair,
            group=self.settings.group_cap * equity - in_group,
            total=self.settings.total_cap * equity - in_all,
        )

    def refuses(
        self, notional: float, account: Account, pair: str, group: Collection[str] = ()
    ) -> Refusal | None:
        """Whether an order would break a cap, judged once more just before it is sent.

        Parameters
        ----------
        notional : float
            Of the order, quote currency.
        account, pair, group
            As for `headroom`.

        Returns
        -------
        Refusal or None
            EXPOSURE, naming the cap, if one would be exceeded by more than `TOLERANCE` of itself,
            or is used up; NOT_FINITE if `notional` is not a finite positive number;
            EQUITY_UNKNOWN as `headroom` gives it.
        """
        if not (math.isfinite(notional) and notional > 0):
            return Refusal(Reason.NOT_FINITE, {"unknown": "notional", "value": str(notional)})
        headroom = self.headroom(account, pair, group)
        if isinstance(headroom, Refusal):
            return headroom
        caps = (
            ("position_cap", headroom.position, self.settings.position_cap),
            ("group_cap", headroom.group, self.settings.group_cap),
            ("total_cap", headroom.total, self.settings.total_cap),
        )
        for name, left, cap in caps:
            if left <= 0 or notional > left + TOLERANCE * cap * headroom.equity:
                return Refusal(
                    Reason.EXPOSURE,
                    {"cap": name, "cap_share": cap, "notional": notional, "headroom": left},
                )
        return None


def _sound(position: Position) -> bool:
    """Whether its figures are finite, and none of them would pass for headroom."""
    amounts, prices = (position.amount, position.ordered), (position.price, position.open_rate)
    return all(math.isfinite(x) and x >= 0 for x in amounts) and all(
        math.isfinite(x) and x > 0 for x in prices
    )
