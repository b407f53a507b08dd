"""The loss limits of a bot, and keeping what they remember."""

from __future__ import annotations

import logging
import math

import pytest

from aurum_plugins.database import DatabaseUnavailable
from aurum_plugins.reasons import Reason
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.risk.errors import DamagedRiskState
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.trading.loss_book import LossBook

HOUR = 3_600_000
NOW = 1_795_341_600_000
LIMITS = LossLimits(RiskSettings(daily_loss=0.04, consecutive_losses=2))


class Store:
    """In memory, and fallible."""

    def __init__(self, state: RiskState | None = None) -> None:
        self.state = state
        self.saves: list[tuple[RiskState, float]] = []
        self.error: Exception | None = None
        self.lifted = False

    def load(self) -> RiskState | None:
        self._fail()
        self.lifted = False
        return self.state

    def changed(self) -> bool:
        self._fail()
        return self.lifted

    def save(self, state: RiskState, account: Account, drawdown: float) -> bool:
        self._fail()
        if self.lifted:
            return False
        self.state = state
        self.saves.append((state, account.equity))
        return True

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def book(store) -> LossBook:
    return LossBook(LIMITS, store, HOUR)


def reason(book: LossBook) -> Reason | None:
    return None if book.standing.refusal is None else book.standing.refusal.reason


class TestMark:
    def test_nothing_opens_before_the_first(self, book) -> None:
        assert reason(book) is Reason.EQUITY_UNKNOWN
        assert book.standing.scale == 0
        assert book.counted_until_ms == 0

    def test_everything_opens_without_losses(self, book) -> None:
        book.mark(NOW, Account(1_000.0), ())
        assert book.standing.refusal is None
        assert book.standing.scale == 1

    def test_a_loss_reaches_its_limit(self, book, caplog) -> None:
        book.mark(NOW, Account(1_000.0), ())
        book.mark(NOW + 1, Account(960.0), ())
        assert reason(book) is Reason.DAILY_LOSS
        assert caplog.text.count("Nothing opens: the day's loss reached its limit.") == 1

    def test_closed_trades_count_once(self, book) -> None:
        book.mark(NOW, Account(1_000.0), [ClosedTrade(1, "A/U", NOW - 5, -1.0)])
        assert book.counted_until_ms == NOW - 5
        book.mark(NOW + 1, Account(1_000.0), [ClosedTrade(1, "A/U", NOW - 5, -1.0)])
        assert reason(book) is None
        book.mark(NOW + 2, Account(1_000.0), [ClosedTrade(2, "A/U", NOW, -1.0)])
        assert reason(book) is Reason.CONSECUTIVE_LOSSES

    @pytest.mark.parametrize("price", [math.nan, math.inf, -1e9])
    def test_an_account_that_cannot_be_priced(self, book, store, price) -> None:
        book.mark(NOW, Account(1_000.0), ())
        held = Position("A/U", 1.0, 0.0, price, 1.0, 0.5)
        book.mark(NOW + 2 * HOUR, Account(1_000.0, (held,)), ())
        assert reason(book) is Reason.EQUITY_UNKNOWN
        assert len(store.saves) == 1
        book.mark(NOW + 2 * HOUR + 1, Account(1_000.0), ())
        assert reason(book) is None

    def test_lost_from_sight_until_the_next(self, book) -> None:
        book.mark(NOW, Account(1_000.0), ())
        book.lose_sight("no answer")
        assert book.standing.refusal is not None
        assert book.standing.refusal.figures == {"error": "no answer"}
        book.mark(NOW + 1, Account(1_000.0), ())
        assert reason(book) is None


class TestStore:
    def test_saved_once_in_a_candle(self, book, store) -> None:
        for minute in range(0, 121, 10):
            book.mark(NOW + minute * 60_000, Account(1_000.0), ())
        assert [state.at_ms - NOW for state, _ in store.saves] == [0, HOUR, 2 * HOUR]

    def test_a_limit_that_is_reached_or_left_is_saved_at_once(self, book, store, caplog) -> None:
        caplog.set_level(logging.WARNING)
        book.mark(NOW, Account(1_000.0), ())
        book.mark(NOW + 1, Account(950.0), ())
        book.mark(NOW + 2, Account(950.0), ())
        assert [equity for _, equity in store.saves] == [1_000.0, 950.0]

    def test_goes_on_after_a_start(self, store) -> None:
        LossBook(LIMITS, store, HOUR).mark(NOW, Account(1_000.0), ())
        after = LossBook(LIMITS, store, HOUR)
        after.mark(NOW + 60_000, Account(955.0), ())
        assert reason(after) is Reason.DAILY_LOSS

    def test_a_backtest_needs_none(self) -> None:
        book = LossBook(LIMITS, None, HOUR)
        book.mark(NOW, Account(1_000.0), ())
        book.mark(NOW + 1, Account(950.0), ())
        assert reason(book) is Reason.DAILY_LOSS


class TestFaults:
    @pytest.mark.parametrize(
        "error", [DatabaseUnavailable("file", "it is locked"), DamagedRiskState("peak is missing")]
    )
    def test_nothing_opens_without_the_state(self, book, store, error, caplog) -> None:
        store.error = error
        book.mark(NOW, Account(1_000.0), ())
        book.mark(NOW, Account(1_000.0), ())
        assert caplog.text.count(f"Nothing opens: {error}") == 1
        assert book.standing.refusal is not None
        assert book.standing.refusal.figures == {"error": str(error)}
        assert book.counted_until_ms == 0
        store.error = None
        book.mark(NOW + 1, Account(1_000.0), ())
        assert reason(book) is None

    def test_a_mark_that_cannot_be_saved_counts_all_the_same(self, book, store) -> None:
        book.mark(NOW, Account(1_000.0), ())
        store.error = DatabaseUnavailable("file", "it is locked")
        book.mark(NOW + HOUR, Account(950.0), ())
        assert reason(book) is Reason.EQUITY_UNKNOWN
        store.error = None
        book.mark(NOW + HOUR + 1, Account(1_000.0), ())
        assert reason(book) is None

    def test_what_somebody_lifted_is_taken_up(self, book, store) -> None:
        book.mark(NOW, Account(1_000.0), ())
        book.mark(NOW + 1, Account(950.0), ())
        assert reason(book) is Reason.DAILY_LOSS
        store.state, store.lifted = RiskState(), True
        book.mark(NOW + 2, Account(950.0), ())
        assert reason(book) is None

    def test_lifted_between_reading_and_writing(self, book, store, monkeypatch) -> None:
        book.mark(NOW, Account(1_000.0), ())
        store.state, store.lifted = RiskState(), True
        monkeypatch.setattr(store, "changed", lambda: False)
        book.mark(NOW + HOUR, Account(950.0), ())
        assert reason(book) is Reason.DAILY_LOSS
        book.mark(NOW + HOUR + 1, Account(950.0), ())
        assert reason(book) is None
