"""How large a position may be.

    stake = min(share, share * target / volatility, risk * equity / loss, caps, cash)
            * confidence * drawdown scale

where `loss` is the share of the stake that is gone if the position is given up at its stop: the
distance to the stop, and the fee on the way in and on the way out. Any limit can be the one that
binds, and the answer says which it was.

References
----------
A. Moreira and T. Muir, "Volatility-managed portfolios", Journal of Finance 72 (2017), for the
target. R. Vince, "The mathematics of money management" (1992), for a fixed fraction at risk.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Figure, Refusal
from aurum_plugins.risk.headroom import Headroom
from aurum_plugins.risk.proposal import Proposal
from aurum_plugins.risk.settings import RiskSettings

# The reason where a limit leaves less than the smallest order; else it is BELOW_MINIMUM.
_CAPS = {
    "position_cap": Reason.POSITION_CAP,
    "group_cap": Reason.GROUP_CAP,
    "total_cap": Reason.TOTAL_CAP,
}


@dataclass(frozen=True)
class Size:
    """What may be put into a position.

    Attributes
    ----------
    stake : float
        Quote currency, positive.
    figures : mapping of str to number or str
        What it was computed from, for the journal. `bound_by` is the limit that decided: "share",
        "volatility_target", "risk_per_trade", "position_cap", "group_cap", "total_cap" or "cash".
    """

    stake: float
    figures: Mapping[str, Figure]


def position_size(
    settings: RiskSettings, proposal: Proposal, headroom: Headroom, drawdown_scale: float
) -> Size | Refusal:
    """How much to put into a position, or why nothing.

    Parameters
    ----------
    settings : RiskSettings
        `risk_per_trade` and `volatility_target` are used.
    proposal : Proposal
    headroom : Headroom
        As `ExposureCaps.headroom` gives it.
    drawdown_scale : float in [0, 1]
        `Standing.scale`.

    Returns
    -------
    Size or Refusal
        EQUITY_UNKNOWN or SIZE_UNKNOWN where a figure is missing or makes no sense, naming it;
        POSITION_CAP, GROUP_CAP or TOTAL_CAP where that cap leaves less than the smallest order;
        BELOW_MINIMUM where anything else does.
    """
    equity = headroom.equity
    if not (math.isfinite(equity) and equity > 0):
        return Refusal(Reason.EQUITY_UNKNOWN, {"unknown": "equity", "value": str(equity)})
    unknown = _unknown(proposal, headroom, drawdown_scale)
    if unknown is not None:
        return Refusal(Reason.SIZE_UNKNOWN, unknown)
    loss = loss_at_stop(proposal)
    limits = {
        "share": proposal.share,
        "volatility_target": proposal.share * settings.volatility_target / proposal.volatility,
        "risk_per_trade": settings.risk_per_trade * equity / loss,
        "position_cap": headroom.position,
        "group_cap": headroom.group,
        "total_cap": headroom.total,
        "cash": proposal.largest,
    }
    bound_by = min(limits, key=limits.__getitem__)
    limit = limits[bound_by]
    stake = limit * proposal.confidence * drawdown_scale
    smallest = proposal.smallest or 0.0
    figures: dict[str, Figure] = {
        "bound_by": bound_by,
        "limit": limit,
        "stake": stake,
        "equity": equity,
        "share": proposal.share,
        "loss_at_stop_share": loss,
        "volatility": proposal.volatility,
        "confidence": proposal.confidence,
        "drawdown_scale": drawdown_scale,
    }
    if stake > 0 and stake >= smallest:
        return Size(stake, figures)
    exhausted = limit <= 0 or limit < smallest
    reason = _CAPS.get(bound_by, Reason.BELOW_MINIMUM) if exhausted else Reason.BELOW_MINIMUM
    return Refusal(reason, {**figures, "smallest": smallest})


def loss_at_stop(proposal: Proposal) -> float:
    """Share of the stake that is gone if the position is given up at its stop; NaN without one.

    ``distance + fee + fee * (1 - distance)``: the fee on the way out is paid on what is left.
    """
    if proposal.stop is None:
        return math.nan
    distance = 1 - proposal.stop / proposal.price
    return distance + proposal.fee * (2 - distance)


def _unknown(
    proposal: Proposal, headroom: Headroom, drawdown_scale: float
) -> dict[str, Figure] | None:
    """The first figure that no size can be computed from."""
    stop = math.nan if proposal.stop is None else proposal.stop
    smallest = 0.0 if proposal.smallest is None else proposal.smallest
    rules = (
        ("share", proposal.share, proposal.share > 0),
        ("price", proposal.price, proposal.price > 0),
        ("stop", stop, 0 <= stop < proposal.price),
        ("fee", proposal.fee, 0 <= proposal.fee < 1),
        ("volatility", proposal.volatility, proposal.volatility > 0),
        ("confidence", proposal.confidence, 0 <= proposal.confidence <= 1),
        ("drawdown_scale", drawdown_scale, 0 <= drawdown_scale <= 1),
        ("smallest", smallest, smallest >= 0),
        ("cash", proposal.largest, True),
        ("position_cap", headroom.position, True),
        ("group_cap", headroom.group, True),
        ("total_cap", headroom.total, True),
    )
    for name, value, kept in rules:
        if not (kept and math.isfinite(value)):
            return {"unknown": name, "value": str(value)}
    return None
