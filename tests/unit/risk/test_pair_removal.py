from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from aurum_plugins.risk.pair_removal import RemovalRule, pair_removal
from aurum_plugins.risk.pair_risk import PairRisk, return_correlation
from aurum_plugins.risk.risk_filter_settings import RiskFilterSettings

SETTINGS = RiskFilterSettings(
    min_volatility=0.2, max_volatility=2.0, min_daily_volume=1_000.0, max_correlation=0.8
)
MOVES = np.random.default_rng(1).normal(0, 0.01, 100)
OTHER = np.random.default_rng(2).normal(0, 0.01, 100)
GOOD = PairRisk(volatility=0.8, daily_volume=5_000.0, absent=0.0, newest=7, returns=MOVES)
TWIN = replace(GOOD, returns=MOVES + 0.1 * OTHER)
STRANGER = replace(GOOD, returns=OTHER)


def test_a_pair_within_all_limits_stays() -> None:
    assert pair_removal(GOOD, {"ETH/USDT": STRANGER}, SETTINGS) is None


@pytest.mark.parametrize(
    ("changes", "rule", "sentence"),
    [
        ({"absent": 0.06}, RemovalRule.ABSENT_CANDLES, "6.0% of its candles are absent, more than"),
        ({"volatility": math.nan}, RemovalRule.VOLATILITY_UNKNOWN, "volatility is not known"),
        ({"volatility": 0.1}, RemovalRule.VOLATILITY, "of 0.10 a year is outside 0.2 to 2"),
        ({"volatility": 2.01}, RemovalRule.VOLATILITY, "of 2.01 a year is outside 0.2 to 2"),
        ({"daily_volume": 999.0}, RemovalRule.THIN, "trades 999.00 in quote currency, less than"),
    ],
)
def test_each_limit_removes_with_its_figures(changes, rule, sentence) -> None:
    removal = pair_removal(replace(GOOD, **changes), {}, SETTINGS)
    assert removal.rule is rule
    assert sentence in removal.sentence


@pytest.mark.parametrize(
    "changes",
    [{"absent": 0.05}, {"volatility": 0.2}, {"volatility": 2.0}, {"daily_volume": 1_000.0}],
)
def test_a_limit_itself_is_within(changes) -> None:
    assert pair_removal(replace(GOOD, **changes), {}, SETTINGS) is None


def test_a_pair_without_candles_goes() -> None:
    assert pair_removal(None, {}, SETTINGS).sentence == "the exchange gave no candles"


def test_a_twin_of_what_is_held_goes_by_name() -> None:
    removal = pair_removal(TWIN, {"SOL/USDT": STRANGER, "ETH/USDT": GOOD}, SETTINGS)
    assert removal.rule is RemovalRule.CORRELATED
    assert "with ETH/USDT, which is held, is 0.99, above 0.8" in removal.sentence


def test_a_correlation_at_the_limit_itself_stays() -> None:
    at_limit = SETTINGS.model_copy(update={"max_correlation": return_correlation(TWIN, GOOD)})
    assert pair_removal(TWIN, {"ETH/USDT": GOOD}, at_limit) is None


def test_a_mirror_image_of_what_is_held_stays() -> None:
    assert pair_removal(replace(GOOD, returns=-MOVES), {"ETH/USDT": GOOD}, SETTINGS) is None


@pytest.mark.parametrize("held", [None, replace(GOOD, returns=np.full(100, math.nan))])
def test_an_unknown_correlation_removes(held) -> None:
    removal = pair_removal(GOOD, {"ETH/USDT": held}, SETTINGS)
    assert removal.rule is RemovalRule.CORRELATION_UNKNOWN
    assert "with ETH/USDT, which is held, is not known" in removal.sentence


def test_a_limit_of_one_asks_for_no_correlation() -> None:
    free = SETTINGS.model_copy(update={"max_correlation": 1.0})
    assert pair_removal(TWIN, {"ETH/USDT": GOOD, "SOL/USDT": None}, free) is None


@hypothesis_settings(max_examples=60)
@given(
    volatility=st.floats(0, 5) | st.just(math.nan),
    volume=st.floats(0, 1e4),
    absent=st.floats(0, 1),
    tighter=st.floats(0, 0.5),
)
def test_tighter_limits_never_let_more_in(volatility, volume, absent, tighter) -> None:
    risk = replace(GOOD, volatility=volatility, daily_volume=volume, absent=absent)
    held = {"ETH/USDT": STRANGER}
    tight = RiskFilterSettings(
        min_volatility=0.2 + tighter,
        max_volatility=2.0 - tighter,
        min_daily_volume=1_000.0 * (1 + tighter),
        max_correlation=0.8 - tighter,
        max_absent_share=0.05 * (1 - tighter),
    )
    if pair_removal(risk, held, tight) is None:
        assert pair_removal(risk, held, SETTINGS) is None
