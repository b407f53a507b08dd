"""Whether a pair may be opened at all, given its risk and what is held."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aurum_plugins.refusal import Figure
from aurum_plugins.risk.pair_risk import PairRisk, return_correlation
from aurum_plugins.risk.risk_filter_settings import RiskFilterSettings


class RemovalRule(StrEnum):
    """What a pair broke, as a sentence that its figures complete; the first that applies counts."""

    NO_CANDLES = "the exchange gave no candles"
    ABSENT_CANDLES = "{absent:.1%} of its candles are absent, more than {limit:.1%}"
    VOLATILITY_UNKNOWN = "its volatility is not known"
    VOLATILITY = "its volatility of {volatility:.2f} a year is outside {lowest:g} to {highest:g}"
    THIN = "a median day trades {daily_volume:,.2f} in quote currency, less than {limit:,.2f}"
    CORRELATION_UNKNOWN = "its correlation with {held}, which is held, is not known"
    CORRELATED = "its correlation with {held}, which is held, is {correlation:.2f}, above {limit:g}"


@dataclass(frozen=True)
class PairRemoval:
    """Why a pair is taken out.

    Attributes
    ----------
    rule : RemovalRule
    figures : mapping of str to number or str
        What was compared with what.
    """

    rule: RemovalRule
    figures: Mapping[str, Figure]

    @property
    def sentence(self) -> str:
        """The rule with its figures."""
        return self.rule.format(**self.figures)


def pair_removal(
    risk: PairRisk | None, held: Mapping[str, PairRisk | None], settings: RiskFilterSettings
) -> PairRemoval | None:
    """Judge a pair that is not held.

    Parameters
    ----------
    risk : PairRisk or None
        None: there are no candles.
    held : mapping of str to PairRisk or None
        Risk of the pairs that are held.
    settings : RiskFilterSettings

    Returns
    -------
    PairRemoval or None
        None: it may stay. What is not known removes.
    """
    if risk is None:
        return PairRemoval(RemovalRule.NO_CANDLES, {})
    if risk.absent > settings.max_absent_share:
        figures = {"absent": risk.absent, "limit": settings.max_absent_share}
        return PairRemoval(RemovalRule.ABSENT_CANDLES, figures)
    if not math.isfinite(risk.volatility):
        return PairRemoval(RemovalRule.VOLATILITY_UNKNOWN, {})
    lowest, highest = settings.min_volatility, settings.max_volatility
    if not lowest <= risk.volatility <= highest:
        figures = {"volatility": risk.volatility, "lowest": lowest, "highest": highest}
        return PairRemoval(RemovalRule.VOLATILITY, figures)
    if risk.daily_volume < settings.min_daily_volume:
        figures = {"daily_volume": risk.daily_volume, "limit": settings.min_daily_volume}
        return PairRemoval(RemovalRule.THIN, figures)
    return _too_much_alike(risk, held, settings.max_correlation)


def _too_much_alike(
    risk: PairRisk, held: Mapping[str, PairRisk | None], limit: float
) -> PairRemoval | None:
    if limit >= 1:
        return None
    for pair, other in held.items():
        correlation = math.nan if other is None else return_correlation(risk, other)
        if math.isnan(correlation):
            return PairRemoval(RemovalRule.CORRELATION_UNKNOWN, {"held": pair})
        if correlation > limit:
            figures: dict[str, Figure] = {
                "held": pair,
                "correlation": correlation,
                "limit": limit,
            }
            return PairRemoval(RemovalRule.CORRELATED, figures)
    return None
