"""The risk state in the database, of either kind."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from aurum_plugins.clock import VirtualClock
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.database.schema import equity_marks, risk_states
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.errors import DamagedRiskState
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.trading.risk_states import RiskStates

NOW = 1_795_341_600_000
ACCOUNT = Account(900.0, (Position("A/U", 1.0, 1.0, 100.0, 110.0, 90.0, NOW),))
STATE = LossLimits(RiskSettings()).update(RiskState(), NOW, ACCOUNT.equity)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def states(database, clock) -> RiskStates:
    return RiskStates(database, "bot", clock)


def marks(database) -> list[tuple]:
    with database.reading() as connection:
        query = select(equity_marks).order_by(equity_marks.c.at_ms)
        return [tuple(row) for row in connection.execute(query)]


def test_nothing_was_saved(states) -> None:
    assert states.load() is None


def test_saved_and_read_back(states, database, clock) -> None:
    states.save(STATE, ACCOUNT, 0.0)
    assert states.load() == STATE
    clock.advance(1_000)
    later = STATE.model_copy(update={"losing_streak": 2, "counted": ((NOW, 1),)})
    states.save(later, ACCOUNT, 0.1)
    assert states.load() == later
    assert marks(database) == [
        ("bot", NOW, 1_000.0, 210.0, 0.0),
        ("bot", NOW + 1_000, 1_000.0, 210.0, 0.1),
    ]


def test_twice_at_the_same_moment(states, database) -> None:
    states.save(STATE, ACCOUNT, 0.0)
    states.save(STATE, ACCOUNT, 0.2)
    assert [mark[-1] for mark in marks(database)] == [0.2]


def test_bots_are_kept_apart(states, database, clock) -> None:
    states.save(STATE, ACCOUNT, 0.0)
    assert RiskStates(database, "other", clock).load() is None


def test_a_damaged_state_is_not_a_new_one(states, database) -> None:
    states.save(STATE, ACCOUNT, 0.0)
    broken = STATE.to_json() | {"peak": -1.0}
    with database.writing() as connection:
        connection.execute(update(risk_states).values(state=broken))
    with pytest.raises(DamagedRiskState, match="peak: .*greater than or equal to 0"):
        states.load()


def test_state_and_mark_are_saved_together_or_not_at_all(states, database) -> None:
    nothing = Account(900.0, (Position("A/U", float("nan"), 0.0, 1.0, 1.0, 1.0, NOW),))
    with pytest.raises(DatabaseUnavailable):
        states.save(STATE, nothing, 0.0)
    if database.kind == "sqlite":
        assert states.load() is None
