"""The check that other venues think the same of the price."""

from __future__ import annotations

from typing import ClassVar

from aurum_plugins.execution.checks.basis_points import basis_points
from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.market_data.consensus.price_consensus import NoConsensus
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


class VenueConsensus(PreTradeCheck):
    """Venues agree on a price, and the order's is within `consensus_bps` of it.

    Where other venues are not asked it passes.
    """

    name: ClassVar[str] = "venue_consensus"
    describes: ClassVar[str] = "venues agree on a price, and it is within consensus_bps of it"

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with what venues say, or None if the entry passes."""
        if situation.cross_check is None:
            return None
        consensus = situation.cross_check.consensus
        if isinstance(consensus, NoConsensus):
            excluded = {f"{venue}_excluded": str(why) for venue, why in consensus.excluded.items()}
            told = {"dissent": str(consensus.dissent), **excluded, **consensus.figures}
            return refuse(Reason.NO_CONSENSUS, **told)
        price, agreed = finite(situation.order.price), finite(consensus.price)
        distance_bps = basis_points(abs(price - agreed), agreed)
        limit_bps = self.settings.consensus_bps
        if distance_bps <= limit_bps:
            return None
        return refuse(
            Reason.OFF_CONSENSUS,
            order_price=price,
            consensus=agreed,
            distance_bps=distance_bps,
            consensus_bps=limit_bps,
            venues=", ".join(consensus.venues),
        )
