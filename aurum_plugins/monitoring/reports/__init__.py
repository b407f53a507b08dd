"""What a bot says of itself: one report a topic, the last one counts."""

from aurum_plugins.monitoring.reports.account_report import AccountReport, HeldReport
from aurum_plugins.monitoring.reports.candle_report import CandleReport, PairCandles
from aurum_plugins.monitoring.reports.loop_report import LoopReport
from aurum_plugins.monitoring.reports.model_report import ModelReport, PairModel
from aurum_plugins.monitoring.reports.report import Report
from aurum_plugins.monitoring.reports.trade_report import TradeReport

__all__ = [
    "AccountReport",
    "CandleReport",
    "HeldReport",
    "LoopReport",
    "ModelReport",
    "PairCandles",
    "PairModel",
    "Report",
    "TradeReport",
]
