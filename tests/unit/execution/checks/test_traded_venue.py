"""The exchange answers, or nothing is sent."""

from __future__ import annotations

import pytest
from entry_situations import cross_check

from aurum_plugins.execution.checks import TradedVenue
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal


@pytest.fixture
def check() -> type[TradedVenue]:
    return TradedVenue


@pytest.mark.parametrize("state", [CircuitState.CLOSED, None])
def test_it_answers_or_is_not_asked(judge, state) -> None:
    assert judge(cross_check=cross_check(traded=state)) is None


def test_no_venues_are_named(judge) -> None:
    assert judge(cross_check=None) is None


@pytest.mark.parametrize("state", [CircuitState.OPEN, CircuitState.HALF_OPEN])
def test_it_does_not_answer(judge, state) -> None:
    refusal = judge(cross_check=cross_check(traded=state))
    assert refusal == Refusal(Reason.VENUE_DOWN, {"circuit": str(state)})
