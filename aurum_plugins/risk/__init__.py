"""How much may be lost, and when nothing more may be opened."""

from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.risk.correlation import CloseSeries, CorrelationGroups
from aurum_plugins.risk.errors import DamagedRiskState
from aurum_plugins.risk.exposure import ExposureCaps
from aurum_plugins.risk.headroom import Headroom
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.risk.proposal import Proposal
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.risk.sizing import Size, position_size
from aurum_plugins.risk.standing import Standing
from aurum_plugins.risk.stops import leaves_for_age, stop_price

__all__ = [
    "Account",
    "CloseSeries",
    "ClosedTrade",
    "CorrelationGroups",
    "DamagedRiskState",
    "ExposureCaps",
    "Headroom",
    "LossLimits",
    "Position",
    "Proposal",
    "RiskSettings",
    "RiskState",
    "Size",
    "Standing",
    "leaves_for_age",
    "position_size",
    "stop_price",
]
