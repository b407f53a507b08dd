"""Strategies for limits, entries and accounts, sane and otherwise."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from aurum_plugins.risk.headroom import Headroom
from aurum_plugins.risk.proposal import Proposal
from aurum_plugins.risk.settings import RiskSettings

ANYTHING = st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1e308, 5e-324])
shares = st.floats(0.02, 1)


def rounded(low: float, high: float, digits: int = 3) -> st.SearchStrategy[float]:
    """Numbers that are no smaller than their last digit."""
    return st.floats(low, high).map(lambda number: round(number, digits))


@st.composite
def risk_settings(draw) -> RiskSettings:
    position, group, total = sorted(draw(st.tuples(shares, shares, shares)))
    throttle = draw(st.floats(0.01, 0.5))
    daily, weekly = sorted(draw(st.tuples(st.floats(0.005, 0.5), st.floats(0.005, 0.5))))
    return RiskSettings(
        risk_per_trade=draw(st.floats(0.001, 0.1)),
        volatility_target=draw(st.floats(0.05, 2)),
        position_cap=position,
        group_cap=group,
        total_cap=total,
        daily_loss=daily,
        weekly_loss=weekly,
        consecutive_losses=draw(st.integers(1, 5)),
        consecutive_pause_hours=draw(st.floats(0.5, 100)),
        drawdown_throttle=throttle,
        drawdown_stop=throttle + draw(st.floats(0.01, 0.4)),
        throttle_floor=draw(st.floats(0, 1)),
        drawdown_pause_days=draw(st.none() | st.integers(1, 20)),
    )


@st.composite
def proposals(draw) -> Proposal:
    price = draw(st.floats(1e-6, 1e6))
    return Proposal(
        share=draw(st.floats(1, 1e5)),
        largest=draw(rounded(0, 1e5)),
        smallest=draw(st.none() | rounded(0, 50)),
        price=price,
        stop=price * draw(rounded(0, 0.999)),
        fee=draw(st.floats(0, 0.01)),
        volatility=draw(st.floats(0.01, 5)),
        confidence=draw(rounded(0, 1)),
    )


rooms = st.builds(
    Headroom,
    equity=rounded(1, 1e6),
    position=rounded(-1e3, 1e5),
    group=rounded(-1e3, 1e5),
    total=rounded(-1e3, 1e5),
)
