"""What is put around freqtrade's bot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import booked_trades
import pytest
from freqtrade.exceptions import DependencyException
from freqtrade.persistence import Trade
from sqlalchemy import event, func, select

from aurum_plugins.bot_hooks import (
    report_on_itself,
    survive_interrupted_writes,
    take_over_lost_orders,
)


class Reporting:
    def __init__(self) -> None:
        self.said: list[str] = []

    def begin(self, bot: Any) -> None:
        self.said.append(f"begin {bot.name}")

    def end(self, bot: Any) -> None:
        self.said.append(f"end {bot.name}")

    @contextmanager
    def loop(self) -> Iterator[None]:
        self.said.append("loop")
        yield
        self.said.append("looped")


@pytest.fixture
def bot_class() -> Any:
    class Bot:
        def __init__(self, config: Any, name: str = "stock") -> None:
            self.name = name
            if config is None:
                self.cleanup()
                raise ValueError("no configuration")
            self.strategy = config

        def process(self) -> None:
            self.name += "+"

        def cleanup(self) -> None:
            if self.name == "broken":
                raise RuntimeError

    report_on_itself(Bot)
    return Bot


def test_our_strategy_reports_from_start_to_end(bot_class) -> None:
    reporting = Reporting()
    bot = bot_class(SimpleNamespace(aurum_reporting=reporting), name="ours")
    bot.process()
    bot.cleanup()
    assert reporting.said == ["begin ours", "loop", "looped", "end ours+"]


def test_an_end_that_fails_is_told_all_the_same(bot_class) -> None:
    reporting = Reporting()
    bot = bot_class(SimpleNamespace(aurum_reporting=reporting), name="broken")
    with pytest.raises(RuntimeError):
        bot.cleanup()
    assert reporting.said[-1] == "end broken"


def test_another_strategy_is_left_alone(bot_class) -> None:
    bot = bot_class(SimpleNamespace(reporting="its own"))
    bot.process()
    bot.cleanup()
    assert bot.name == "stock+"


def test_a_bot_that_cannot_be_set_up_raises_what_it_raised(bot_class) -> None:
    with pytest.raises(ValueError, match="no configuration"):
        bot_class(None)


class Recovered:
    """Orders of two pairs that freqtrade does not know."""

    def __init__(self) -> None:
        self.looked = 0

    def look(self) -> None:
        self.looked += 1

    def entries(self) -> tuple[str, ...]:
        return "A/USDT", "B/USDT"

    def stake(self, pair: str) -> float:
        return {"A/USDT": 10.0, "B/USDT": 20.0}[pair]


class TestLostOrders:
    def run(self, strategy: Any, outcome: Any) -> list[Any]:
        """What a bot does in one loop; `outcome` of each entry is returned or raised."""
        did: list[Any] = []

        class Bot:
            _exit_lock = nullcontext()

            def __init__(self) -> None:
                self.strategy = strategy

            def process(self) -> None:
                did.append("stock")

            def execute_entry(self, pair: str, stake: float, enter_tag: str) -> bool:
                did.append((pair, stake, enter_tag))
                if isinstance(outcome, Exception):
                    raise outcome
                return outcome

        take_over_lost_orders(Bot)
        Bot().process()
        return did

    @pytest.mark.parametrize("outcome", [True, False, DependencyException("no such order")])
    def test_they_are_entered_again_before_anything_else(self, outcome, caplog) -> None:
        recovered = Recovered()
        did = self.run(SimpleNamespace(recovered=recovered), outcome)
        assert did == [("A/USDT", 10.0, "recovered"), ("B/USDT", 20.0, "recovered"), "stock"]
        assert recovered.looked == 1
        told = [text for text in caplog.messages if "has no trade, and so no stop" in text]
        assert len(told) == (0 if outcome is True else 2)
        assert ("no such order" in caplog.text) == isinstance(outcome, Exception)

    def test_another_strategy_has_none(self) -> None:
        assert self.run(object(), outcome=True) == ["stock"]


class TestInterruptedWrites:
    class Bot:
        """Counts its trades at its end, as freqtrade's looks for open ones."""

        def __init__(self, strategy: Any) -> None:
            self.strategy = strategy
            self.trades: int | None = None

        def cleanup(self) -> None:
            self.trades = Trade.session.scalar(select(func.count()).select_from(Trade))
            Trade.commit()

    @pytest.fixture
    def bot(self) -> Any:
        class Bot(self.Bot):
            """One that is not changed for the other tests."""

        survive_interrupted_writes(Bot)
        return Bot(SimpleNamespace(aurum_reporting=Reporting()))

    def test_the_end_finds_the_database_as_it_was_before(self, bot, tmp_path: Path, caplog) -> None:
        with booked_trades.trade_rows(f"sqlite:///{tmp_path}/trades.sqlite"):
            booked_trades.add()
            self.interrupt()
            bot.cleanup()
        assert bot.trades == 1
        assert "Interrupted while it wrote to its database: that write is undone." in caplog.text

    def interrupt(self) -> None:
        """Press Ctrl-C while a second trade is written."""

        def press(*_: Any) -> None:
            raise KeyboardInterrupt

        engine = Trade.session.get_bind()
        event.listen(engine, "before_cursor_execute", press)
        try:
            with pytest.raises(KeyboardInterrupt):
                booked_trades.add()
        finally:
            event.remove(engine, "before_cursor_execute", press)

    def test_what_waits_to_be_written_is_written(self, bot, caplog) -> None:
        with booked_trades.trade_rows():
            trade = booked_trades.add()
            trade.max_rate = 77.0
            bot.cleanup()
            Trade.session.expire_all()
            assert trade.max_rate == 77.0
        assert caplog.messages == []

    def test_a_bot_without_a_database_ends_as_well(self, bot, monkeypatch) -> None:
        monkeypatch.delattr(Trade, "session", raising=False)
        with pytest.raises(AttributeError):  # of this bot's own look
            bot.cleanup()
