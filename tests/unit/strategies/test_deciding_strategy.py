"""What goes over the desk between a decided candle and an order, and what if it breaks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from closed_trades import kept_in_database, kept_in_memory
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException
from strategy_provider import Provider, Wallets

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import WallClock
from aurum_plugins.database import DatabaseUnavailable, database_url, open_database
from aurum_plugins.execution.decision import Verdict
from aurum_plugins.execution.journal import Journal
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.switch import SwitchState
from aurum_plugins.signals import Decided
from aurum_plugins.strategies import DecidingStrategy

PAIR = "BTC/USDT"
HOUR = timedelta(hours=1)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = 48
# The first moment at which the last candle has closed.
CLOSED = FIRST + ROWS * HOUR
RAISES = RuntimeError("broken")


class Decides(DecidingStrategy):
    timeframe = "1h"
    stop_multiple = 2.0

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    populate_entry_trend = populate_exit_trend = populate_indicators


def candles() -> pd.DataFrame:
    dates = pd.date_range(FIRST, periods=ROWS, freq="1h")
    return pd.DataFrame({"date": dates, "close": 100.0})


def decided(*last: Action) -> Decided:
    """Nothing was wanted, and at last what is given."""
    wanted = [Action.HOLD] * (ROWS - len(last)) + list(last)
    why = {Action.HOLD: Reason.NO_BREAKOUT, Action.ENTER: Reason.BREAKOUT}
    figures = {
        "close": np.full(ROWS, 100.0),
        "average_range": np.full(ROWS, 1.0),
        "annual_volatility_share": np.full(ROWS, 0.4),
    }
    return Decided(
        np.array(wanted, dtype=np.int64),
        np.array([why[action] for action in wanted], dtype=np.int64),
        figures,
    )


def new_strategy(folder: Any, runmode: RunMode, **aurum: Any) -> Decides:
    strategy = Decides(
        {
            "stake_currency": "USDT",
            "max_open_trades": 3,
            "dry_run": True,
            "user_data_dir": folder,
            "bot_name": "under test",
            "timeframe": "1h",
            "aurum": aurum,
        }
    )
    strategy.dp = Provider(candles(), runmode, (PAIR,))
    strategy.wallets = Wallets()
    strategy.remember(PAIR, candles(), decided(Action.ENTER))
    return strategy


@pytest.fixture(autouse=True)
def no_address(monkeypatch) -> None:
    monkeypatch.delenv("AURUM_DATABASE_URL", raising=False)


@pytest.fixture
def backtest(tmp_path) -> Iterator[Decides]:
    with kept_in_memory([]):
        yield new_strategy(tmp_path, RunMode.BACKTEST)


@pytest.fixture
def bot(tmp_path, monkeypatch) -> Iterator[Decides]:
    """A dry run, a second after its last candle closed."""
    monkeypatch.setattr(WallClock, "now_ms", lambda _: ms(CLOSED) + 1_000)
    with kept_in_database([]):
        yield new_strategy(tmp_path, RunMode.DRY_RUN)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000)


def stake(strategy: Decides, at: datetime = CLOSED, **more: Any) -> float:
    arguments: dict[str, Any] = {
        "pair": PAIR,
        "current_time": at,
        "current_rate": 100.0,
        "proposed_stake": 1_000.0,
        "min_stake": 5.0,
        "max_stake": 9_000.0,
        "leverage": 1.0,
        "entry_tag": "breakout",
        "side": "long",
    }
    return strategy.custom_stake_amount(**{**arguments, **more})


def confirm(strategy: Decides, at: datetime = CLOSED, **more: Any) -> bool:
    arguments: dict[str, Any] = {
        "pair": PAIR,
        "order_type": "limit",
        "amount": 10.0,
        "rate": 100.0,
        "time_in_force": "GTC",
        "current_time": at,
        "entry_tag": "breakout",
        "side": "long",
    }
    return strategy.confirm_trade_entry(**{**arguments, **more})


def journal_of(bot: Decides) -> Journal:
    database = open_database(database_url(bot.config))
    return Journal(database, bot_identity(bot.config), "1h", "Decides", WallClock())


def switch_of(bot: Decides) -> KillSwitch:
    database = open_database(database_url(bot.config))
    return KillSwitch(database, bot_identity(bot.config), WallClock())


class TestBacktest:
    def test_an_entry_is_sized_confirmed_and_written_down(self, backtest):
        backtest.bot_loop_start(CLOSED)
        assert 0 < stake(backtest) <= 1_000
        assert confirm(backtest, amount=stake(backtest) / 100) is True
        (row,) = backtest.journal
        assert (row.pair, row.candle_ms) == (PAIR, ms(CLOSED - HOUR))
        assert (row.verdict, row.reason) == (Verdict.APPROVED, Reason.APPROVED)

    def test_a_candle_is_answered_by_one_order(self, backtest):
        backtest.bot_loop_start(CLOSED)
        amount = stake(backtest) / 100
        assert confirm(backtest, amount=amount) is True
        assert stake(backtest) == 0.0
        assert confirm(backtest, amount=amount) is False

    def test_an_order_above_what_risk_allowed_is_not_sent(self, backtest):
        backtest.bot_loop_start(CLOSED)
        allowed = stake(backtest)
        assert confirm(backtest, amount=allowed * 1.1 / 100) is False

    def test_an_order_that_nobody_sized_is_not_sent(self, backtest):
        backtest.bot_loop_start(CLOSED)
        assert confirm(backtest) is False

    def test_before_the_account_was_looked_at_nothing_opens(self, backtest):
        assert stake(backtest) == 0.0
        assert confirm(backtest) is False

    def test_a_pair_that_nothing_was_decided_on_is_not_bought(self, backtest):
        backtest.bot_loop_start(CLOSED)
        assert stake(backtest, pair="ETH/USDT") == 0.0
        assert confirm(backtest, pair="ETH/USDT") is False

    def test_what_is_not_closed_yet_is_not_known(self, backtest):
        backtest.bot_loop_start(CLOSED - timedelta(seconds=1))
        (row,) = backtest.journal
        assert row.action is Action.HOLD
        assert row.candle_ms == ms(CLOSED - 2 * HOUR)

    def test_each_candle_is_written_down_once(self, backtest):
        for hour in range(1, ROWS + 1):
            backtest.bot_loop_start(FIRST + hour * HOUR)
            backtest.bot_loop_start(FIRST + hour * HOUR)
        assert len(backtest.journal) == ROWS

    def test_time_that_runs_backwards_is_another_epoch(self, backtest):
        backtest.bot_loop_start(CLOSED)
        first, desk = backtest.journal, backtest.desk
        backtest.bot_loop_start(FIRST + 5 * HOUR)
        assert backtest.journal is not first
        assert backtest.desk() is not desk
        assert len(backtest.journal) == 1

    def test_it_opens_no_database(self, backtest, tmp_path):
        backtest.bot_start()
        backtest.bot_loop_start(CLOSED)
        assert list(tmp_path.iterdir()) == []

    def test_a_wrong_setting_ends_it_naming_the_key(self, tmp_path):
        strategy = new_strategy(tmp_path, RunMode.BACKTEST, risk={"daily_loss": 0})
        with pytest.raises(OperationalException, match=r"^aurum\.risk\.daily_loss: "):
            strategy.bot_loop_start(CLOSED)


class TestBot:
    def test_a_start_opens_the_database(self, bot, tmp_path):
        bot.bot_start()
        assert (tmp_path / "aurum.sqlite").is_file()

    def test_an_unusable_database_ends_the_start(self, bot, tmp_path):
        bot.config["user_data_dir"] = tmp_path / "missing" / "folder"
        with pytest.raises(OperationalException):
            bot.bot_start()
        assert stake(bot) == 0.0
        assert confirm(bot) is False

    def test_an_entry_is_written_down_before_it_is_sent(self, bot):
        bot.bot_loop_start(CLOSED)
        bot._write_down([PAIR])
        amount = stake(bot) / 100
        assert amount > 0
        assert confirm(bot, amount=amount) is True
        (row,) = journal_of(bot).last(PAIR, 5)
        assert (row.verdict, row.reason) == (Verdict.APPROVED, Reason.APPROVED)

    def test_one_that_a_person_asks_for_says_so(self, bot):
        bot.remember(PAIR, candles(), decided(Action.HOLD))
        bot.bot_loop_start(CLOSED)
        bot._write_down([PAIR])
        amount = stake(bot, entry_tag="force_entry") / 100
        assert confirm(bot, amount=amount, entry_tag="force_entry") is True
        (row,) = journal_of(bot).last(PAIR, 5)
        assert row.reason is Reason.FORCED

    def test_a_person_may_ask_again_once_it_is_known_what_became_of_the_first(self, bot):
        bot.bot_loop_start(CLOSED)
        bot._write_down([PAIR])
        amount = stake(bot, entry_tag="force_entry") / 100
        asked = {"amount": amount, "entry_tag": "force_entry"}
        assert confirm(bot, **asked) is True
        assert stake(bot, entry_tag="force_entry") == 0.0
        assert confirm(bot, **asked) is False
        # The host knows of no such trade: it was rejected.
        bot.bot_loop_start(CLOSED + timedelta(seconds=5))
        assert stake(bot, entry_tag="force_entry") / 100 == amount
        assert confirm(bot, **asked) is True
        # The signal's own candle stays answered.
        bot.bot_loop_start(CLOSED + timedelta(seconds=10))
        assert stake(bot) == 0.0

    @pytest.mark.parametrize("state", [SwitchState.HALTED, SwitchState.FLAT])
    def test_a_thrown_switch_opens_nothing_and_cancels_what_waits(self, bot, state):
        bot.bot_loop_start(CLOSED)
        switch_of(bot).throw(state, "test", "tester")
        assert stake(bot) == 0.0
        bot.bot_loop_start(CLOSED)
        assert confirm(bot) is False
        trade = SimpleNamespace(open_date_utc=CLOSED - HOUR)
        assert bot.check_entry_timeout(PAIR, trade, CLOSED) is True
        expected = "kill_switch" if state is SwitchState.FLAT else None
        assert bot.custom_exit(PAIR, trade, CLOSED, 100.0) == expected

    def test_an_armed_switch_cancels_nothing(self, bot):
        bot.bot_loop_start(CLOSED)
        assert bot.check_entry_timeout(PAIR, SimpleNamespace(open_date_utc=CLOSED), CLOSED) is False

    def test_a_candle_that_could_not_be_analysed_is_written_down(self, bot):
        bot.remember(PAIR, candles().iloc[:1], Decided(*_first(decided())))
        bot.bot_loop_start(CLOSED)
        bot._write_down([PAIR])
        (row,) = journal_of(bot).last(PAIR, 5)
        assert (row.candle_ms, row.reason) == (ms(CLOSED - HOUR), Reason.ANALYSIS_FAILED)

    def test_a_candle_that_is_not_over_is_not(self, bot, monkeypatch):
        monkeypatch.setattr(WallClock, "now_ms", lambda _: ms(CLOSED) - 1)
        bot.remember(PAIR, candles().iloc[:1], Decided(*_first(decided())))
        bot.bot_loop_start(CLOSED)
        bot._write_down([PAIR])
        reasons = [row.reason for row in journal_of(bot).last(PAIR, 100)]
        assert Reason.ANALYSIS_FAILED not in reasons

    @pytest.mark.parametrize("fetched", [None, pd.DataFrame()])
    def test_a_pair_without_candles_is_passed_over(self, bot, fetched):
        bot.dp.candles = fetched
        bot.bot_loop_start(CLOSED)
        bot._write_down([PAIR])
        assert len(journal_of(bot).last(PAIR, 5)) == 1

    def test_decisions_that_cannot_be_written_do_not_stop_the_loop(self, bot, monkeypatch, caplog):
        monkeypatch.setattr("freqtrade.strategy.IStrategy.analyze", lambda *_: None)
        monkeypatch.setattr(bot.dp, "ohlcv", _raise)
        bot.analyze([PAIR])
        assert "Decisions could not be written down" in caplog.text

    def test_freqtrade_analyses_first(self, bot, monkeypatch):
        seen = []
        monkeypatch.setattr(
            "freqtrade.strategy.IStrategy.analyze", lambda _, pairs: seen.append(pairs)
        )
        monkeypatch.setattr(bot, "_write_down", seen.append)
        bot.analyze([PAIR])
        assert seen == [[PAIR], [PAIR]]


def _first(whole: Decided) -> tuple[Any, ...]:
    figures = {name: column[:1] for name, column in whole.figures.items()}
    return whole.actions[:1], whole.reasons[:1], figures


def _raise(*_: Any, **__: Any) -> Any:
    raise RAISES


class TestTakenOver:
    """An order that an earlier process sent, and that freqtrade does not know."""

    @pytest.fixture
    def lost(self, bot, monkeypatch) -> Decides:
        monkeypatch.setattr(bot.recovered, "stake", lambda _: 300.0)
        monkeypatch.setattr(bot.recovered, "take_up", lambda _: True)
        bot.bot_loop_start(CLOSED)
        bot._write_down([PAIR])
        return bot

    @pytest.mark.parametrize(
        ("smallest", "largest", "expected"),
        [
            (5.0, 9_000.0, 300.0),
            (None, 9_000.0, 300.0),
            (400.0, 9_000.0, 400.0),
            (5.0, 200.0, 200.0),
        ],
    )
    def test_its_stake_is_what_it_cost(self, lost, smallest, largest, expected):
        got = stake(lost, entry_tag="recovered", min_stake=smallest, max_stake=largest)
        assert got == expected

    def test_it_is_written_down_and_neither_limits_nor_the_switch_stand_in_its_way(self, lost):
        switch_of(lost).throw(SwitchState.HALTED, "test", "tester")
        assert confirm(lost, entry_tag="recovered") is True
        (row,) = journal_of(lost).last(PAIR, 5)
        assert (row.verdict, row.reason) == (Verdict.APPROVED, Reason.RECOVERED)

    def test_an_exit_is_taken_over_by_leaving(self, bot, monkeypatch):
        monkeypatch.setattr(bot.recovered, "has_exit", lambda pair: pair == PAIR)
        trade = SimpleNamespace(open_date_utc=CLOSED - HOUR)
        assert bot.custom_exit(PAIR, trade, CLOSED, 100.0) == "recovered"
        assert bot.custom_exit("ETH/USDT", trade, CLOSED, 100.0) is None


class TestFailsClosed:
    """freqtrade takes an error for the whole stake, and for a yes."""

    # What may break, and where: attributes of the strategy.
    ALWAYS_ASKED = frozenset({"host.account", "decided.newest", "desk._switch.refresh"})
    ASKED_FOR_A_STAKE = ALWAYS_ASKED | {"desk.stake", "desk._sizing.size"}
    ASKED_TO_CONFIRM = ALWAYS_ASKED | {
        "desk.confirm",
        "host.limits",
        "dp.market",
        "wallets.get_total",
        "journal.settle",
        "desk._sizing.refuses",
        "desk._gate._checks.first_refusal",
    }

    @pytest.mark.parametrize("place", sorted(ASKED_FOR_A_STAKE | ASKED_TO_CONFIRM))
    @pytest.mark.parametrize("error", [RAISES, DatabaseUnavailable("sqlite://", "locked")])
    @pytest.mark.parametrize("tag", ["breakout", "force_entry", "", None])
    def test_whatever_breaks(self, backtest, monkeypatch, place, error, tag):
        backtest.bot_loop_start(CLOSED)
        allowed = stake(backtest)
        assert allowed > 0
        *way, last = place.split(".")
        owner: Any = backtest
        for name in way:
            owner = owner.desk() if name == "desk" else getattr(owner, name)

        def broken(*_: Any, **__: Any) -> Any:
            raise error

        monkeypatch.setattr(owner, last, broken)
        # What is not asked cannot break it; what is asked and breaks lets nothing through.
        if place in self.ASKED_FOR_A_STAKE:
            assert stake(backtest, entry_tag=tag) == 0.0
        if place in self.ASKED_TO_CONFIRM:
            assert confirm(backtest, amount=allowed / 100, entry_tag=tag) is False

    @pytest.mark.parametrize("place", ["stake", "take_up", "_orders"])
    def test_an_order_that_cannot_be_taken_over(self, backtest, monkeypatch, place):
        backtest.bot_loop_start(CLOSED)
        assert stake(backtest, entry_tag="recovered") == 0.0
        assert confirm(backtest, entry_tag="recovered") is False
        if place == "_orders":
            monkeypatch.setattr(type(backtest.recovered), place, property(_raise))
        else:
            monkeypatch.setattr(backtest.recovered, place, _raise)
        assert stake(backtest, entry_tag="recovered") == 0.0
        assert confirm(backtest, entry_tag="recovered") is False

    @pytest.mark.parametrize("tag", ["breakout", "force_entry", "recovered"])
    def test_a_desk_that_cannot_be_had(self, tmp_path, tag):
        strategy = new_strategy(tmp_path, RunMode.DRY_RUN, risk={"daily_loss": "much"})
        assert stake(strategy, entry_tag=tag) == 0.0
        assert confirm(strategy, entry_tag=tag) is False

    @pytest.mark.parametrize(
        "wrong",
        [
            {"current_time": None},
            {"current_time": "now"},
            {"pair": None},
            {"pair": ["BTC/USDT"]},
        ],
    )
    def test_arguments_that_make_no_sense(self, backtest, wrong):
        backtest.bot_loop_start(CLOSED)
        assert stake(backtest, **wrong) == 0.0
        assert confirm(backtest, **wrong) is False

    @pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0, 0.0, None, "100"])
    @pytest.mark.parametrize("name", ["amount", "rate"])
    def test_an_order_that_is_no_number_is_not_sent(self, backtest, name, bad):
        backtest.bot_loop_start(CLOSED)
        assert stake(backtest) > 0
        assert confirm(backtest, **{name: bad}) is False

    @pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0, 0.0, None, "100"])
    @pytest.mark.parametrize("name", ["current_rate", "proposed_stake", "max_stake"])
    def test_a_stake_that_is_no_number_is_none(self, backtest, name, bad):
        backtest.bot_loop_start(CLOSED)
        got = stake(backtest, **{name: bad})
        # Without an end is no number, but a share or a wallet without an end is still cut by risk.
        assert got == 0.0 or (bad == float("inf") and got < 10_000)

    def test_the_time_is_the_caller_s(self, backtest):
        backtest.bot_loop_start(CLOSED)
        assert stake(backtest, CLOSED) > 0
        backtest.bot_loop_start(CLOSED + 3 * HOUR)
        amount = stake(backtest, CLOSED + 3 * HOUR) / 100
        # Three hours after its candle closed, a signal says nothing.
        assert confirm(backtest, CLOSED + 3 * HOUR, amount=amount or 1.0) is False


class TestChart:
    def frame(self) -> pd.DataFrame:
        found = decided(Action.ENTER)
        return candles().assign(action=found.actions, reason=found.reasons)

    def test_before_there_is_a_desk_the_signal_s_refusals_are_drawn(self, backtest):
        frame = self.frame()
        frame.loc[10, "reason"] = int(Reason.UNLIKELY)
        (mark,) = backtest.plot_annotations(PAIR, FIRST, CLOSED, frame)
        assert "forecast" in mark["label"]

    def test_refusals_after_the_signal_are_drawn_too(self, backtest):
        backtest.bot_loop_start(CLOSED)
        assert stake(backtest, max_stake=1.0) == 0.0
        (mark,) = backtest.plot_annotations(PAIR, FIRST, CLOSED, self.frame())
        assert mark["start"] == CLOSED - HOUR

    def test_a_journal_that_cannot_be_read_leaves_the_rest(self, bot, monkeypatch, caplog):
        bot.bot_loop_start(CLOSED)

        def broken(*_: Any) -> Any:
            raise DatabaseUnavailable("sqlite://", "locked")

        monkeypatch.setattr(bot.desk(), "refused", broken)
        assert bot.plot_annotations(PAIR, FIRST, CLOSED, self.frame()) == []
        assert "shows no refusals" in caplog.text


@pytest.mark.parametrize("runmode", [RunMode.HYPEROPT, RunMode.DRY_RUN])
def test_reading_its_attributes_makes_no_desk(tmp_path, runmode):
    # freqtrade looks for parameters in all of them, before a run and in strategies that never run.
    strategy = new_strategy(tmp_path, runmode)
    strategy.ft_load_hyper_params()
    assert strategy._desk is None
    assert list(tmp_path.iterdir()) == []


def test_a_start_makes_a_desk_of_the_bot_s_own(bot):
    bot.dp, provider = None, bot.dp
    of_a_backtest = bot.desk()
    bot.dp = provider
    bot.bot_start()
    assert bot.desk() is not of_a_backtest
    switch_of(bot).throw(SwitchState.HALTED, "test", "tester")
    bot.bot_loop_start(CLOSED)
    assert bot.check_entry_timeout(PAIR, SimpleNamespace(open_date_utc=CLOSED), CLOSED) is True


def test_hyperopt_can_send_it_to_its_workers(backtest):
    # As freqtrade does: base classes of a strategy travel by value.
    module = sys.modules[DecidingStrategy.__module__]
    cloudpickle.register_pickle_by_value(module)
    try:
        copy = cloudpickle.loads(cloudpickle.dumps(DecidingStrategy))
        backtest.ft_load_hyper_params(hyperopt=True)
        cloudpickle.dumps(backtest)
    finally:
        cloudpickle.unregister_pickle_by_value(module)
    assert copy.__name__ == "DecidingStrategy"


def test_who_derives_from_it_says_how_far_the_stop_is(tmp_path):
    class Forgets(Decides):
        stop_multiple = DecidingStrategy.stop_multiple

    with pytest.raises(NotImplementedError):
        _ = Forgets({"stake_currency": "USDT"}).stop_multiple
