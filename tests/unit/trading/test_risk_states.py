"""The risk state in the database, of either kind."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, text, update

from aurum_plugins.clock import DAY_MS, VirtualClock
from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.database.schema import equity_marks, risk_states
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.risk.errors import DamagedRiskState
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.trading.risk_states import RiskStates

NOW = 1_795_341_600_000
ACCOUNT = Account(900.0, (Position("A/U", 1.0, 1.0, 100.0, 110.0, 90.0),))
LIMITS = LossLimits(RiskSettings())
STATE = LIMITS.update(RiskState(), NOW, ACCOUNT.equity)


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
    assert states.save(STATE, ACCOUNT, 0.0)
    assert states.save(STATE, ACCOUNT, 0.2)
    assert [(mark[1] - NOW, mark[-1]) for mark in marks(database)] == [(0, 0.0), (1, 0.2)]


def test_bots_are_kept_apart(states, database, clock) -> None:
    states.save(STATE, ACCOUNT, 0.0)
    assert RiskStates(database, "other", clock).load() is None


def test_a_damaged_state_is_not_a_new_one(states, database) -> None:
    states.save(STATE, ACCOUNT, 0.0)
    broken = STATE.to_json() | {"peak": -1.0}
    with database.writing() as connection:
        connection.execute(update(risk_states).values(state=broken))
    with pytest.raises(DamagedRiskState, match=r"peak: .*greater than or equal to 0"):
        states.load()


def test_state_and_mark_are_saved_together_or_not_at_all(states, database) -> None:
    with database.writing() as connection:
        connection.execute(text("DROP TABLE equity_marks"))
    with pytest.raises(DatabaseUnavailable, match="a table is missing"):
        states.save(STATE, ACCOUNT, 0.0)
    assert states.load() is None


class TestLifted:
    """Somebody lets the limits start anew while the bot runs."""

    @pytest.fixture
    def other(self, database, clock) -> RiskStates:
        return RiskStates(database, "bot", clock)

    def test_is_taken_up(self, states, other) -> None:
        halted = STATE.model_copy(update={"halted_ms": NOW, "counted": ((NOW, 1),)})
        states.save(halted, ACCOUNT, 0.2)
        assert not states.changed()
        other.lift()
        assert states.changed()
        assert not states.save(halted, ACCOUNT, 0.2)
        assert states.load() == RiskState(counted=((NOW, 1),))
        assert not states.changed()
        assert states.save(STATE, ACCOUNT, 0.0)

    def test_a_clock_that_was_ahead_hides_no_trade(self, states, other) -> None:
        later = NOW + 400 * DAY_MS
        ahead = STATE.model_copy(
            update={"at_ms": later, "newest_ms": later, "counted": ((later, 1),)}
        )
        states.save(ahead, ACCOUNT, 0.0)
        other.lift()
        state = states.load()
        assert state == RiskState(newest_ms=NOW, counted=((later, 1),))
        # It stays counted, and others go on counting: a loss, and a gain that ends the streak.
        trades = [ClosedTrade(1, "A/U", later, -1.0), ClosedTrade(2, "A/U", NOW + 1, -1.0)]
        state = LIMITS.update(state, NOW + 2, ACCOUNT.equity, trades)
        assert state.losing_streak == 1
        gain = ClosedTrade(3, "A/U", NOW + 3, 1.0)
        assert LIMITS.update(state, NOW + 4, ACCOUNT.equity, [gain]).losing_streak == 0

    def test_without_a_state(self, states, other) -> None:
        other.lift()
        assert states.changed()
        assert states.load() == RiskState()

    def test_a_damaged_state_too(self, states, other, database) -> None:
        states.save(STATE, ACCOUNT, 0.0)
        with database.writing() as connection:
            connection.execute(update(risk_states).values(state={"peak": 1.0}))
        other.lift()
        assert states.load() == RiskState()

    def test_a_state_that_was_deleted_is_begun_anew_once(self, states, database) -> None:
        states.save(STATE, ACCOUNT, 0.0)
        with database.writing() as connection:
            connection.execute(delete(risk_states))
        assert states.changed()
        assert states.load() is None
        assert not states.changed()
        assert states.save(STATE, ACCOUNT, 0.0)
        assert states.load() == STATE
