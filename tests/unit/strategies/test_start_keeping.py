"""A bot that ran well leaves a copy of what it was started with; nothing of it reaches trading."""

from __future__ import annotations

import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest
from freqtrade.enums import RunMode
from started_bot import START_MS, StartedBot

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.starts.kept_start import KeptStart
from aurum_plugins.starts.loaded_files import take_down, taken_down
from aurum_plugins.starts.probation import LEAST_MS, LOOPS_IN_A_ROW
from aurum_plugins.strategies import start_keeping as module
from aurum_plugins.strategies.start_keeping import StartKeeping

PAIR, OTHER = "BTC/USDT", "ETH/USDT"
CANDLE_MS = START_MS - HOUR_MS
LOOP_MS = LEAST_MS // LOOPS_IN_A_ROW


class Bot(StartedBot):
    """A bot whose configuration was loaded, and whose loops are counted."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.decided = {(PAIR, CANDLE_MS), (OTHER, CANDLE_MS)}
        self.awaited: set[tuple[str, int]] = set()
        self.strategy = SimpleNamespace(
            config=self.loaded(),
            timeframe="1h",
            dp=SimpleNamespace(runmode=RunMode.DRY_RUN),
            decided=SimpleNamespace(has=lambda *of: of in self.decided),
            accounts_for=lambda *of: of in self.decided | self.awaited,
            get_strategy_name=lambda: "AurumStrategy",
        )
        self.keeping = StartKeeping(self.strategy, self.clock)

    def loaded(self, runmode: RunMode = RunMode.DRY_RUN) -> dict:
        config = {
            "bot_name": "Mine",
            "dry_run": True,
            "runmode": runmode,
            "user_data_dir": self.user_data,
            "config_files": [str(self.main), str(self.risk)],
        }
        take_down(config)
        return config

    def run(self, loops: int = LOOPS_IN_A_ROW, *, failed: bool = False) -> None:
        for _ in range(loops):
            self.clock.advance(LOOP_MS)
            self.keeping.analysed({PAIR: CANDLE_MS, OTHER: CANDLE_MS})
            self.keeping.loop_ended(failed=failed)

    @property
    def kept(self) -> list[KeptStart]:
        return self.starts.all()[0]


@pytest.fixture
def bot(tmp_path, monkeypatch) -> Bot:
    for name in module.os.environ:
        if name.startswith(("FREQTRADE__", "AURUM_")):
            monkeypatch.delenv(name)
    return Bot(tmp_path)


def test_a_start_is_kept_once_it_proved_good(bot, monkeypatch) -> None:
    monkeypatch.setenv("FREQTRADE__EXCHANGE__KEY", "never-kept")
    bot.keeping.begin()
    bot.run(LOOPS_IN_A_ROW - 1)
    assert bot.kept == []
    bot.run(1)
    (start,) = bot.kept
    assert list(start.contents()) == [bot.main, bot.risk]
    facts = start.manifest.facts
    assert (facts.bot, facts.strategy, facts.timeframe) == ("Mine (dry run)", "AurumStrategy", "1h")
    assert facts.run_mode == "dry_run"
    assert facts.given == (str(bot.main),)
    assert facts.folder == str(Path.cwd())
    assert facts.environment == ("FREQTRADE__EXCHANGE__KEY",)
    assert "never-kept" not in (start.folder / "manifest.json").read_text()
    assert start.manifest.started.timestamp() * 1_000 == START_MS


def test_its_time_is_renewed_every_hour_that_it_goes_on_well(bot) -> None:
    bot.keeping.begin()
    bot.run()
    first = bot.kept[0].manifest.last_good
    bot.run(5)
    assert bot.kept[0].manifest.last_good == first
    bot.clock.advance(HOUR_MS)
    bot.keeping.loop_ended(failed=True)
    assert bot.kept[0].manifest.last_good == first
    bot.run()
    (start,) = bot.kept
    assert start.manifest.last_good > first


def test_what_is_kept_is_what_was_loaded_not_what_was_edited_since(bot) -> None:
    bot.keeping.begin()
    loaded = bot.main.read_bytes()
    bot.main.write_text("{}")
    bot.run()
    assert bot.kept[0].contents()[bot.main] == loaded


class TestNotGood:
    def test_a_loop_that_failed(self, bot) -> None:
        bot.keeping.begin()
        bot.run(LOOPS_IN_A_ROW - 1)
        bot.run(1, failed=True)
        bot.run(LOOPS_IN_A_ROW - 1)
        assert bot.kept == []

    def test_a_pair_whose_analysis_fails(self, bot) -> None:
        bot.keeping.begin()
        bot.decided.discard((OTHER, CANDLE_MS))
        bot.run(3 * LOOPS_IN_A_ROW)
        assert bot.kept == []
        bot.decided.add((OTHER, CANDLE_MS))
        bot.run()
        assert len(bot.kept) == 1

    @pytest.mark.parametrize("newest", [{}, {PAIR: None}, {PAIR: CANDLE_MS, OTHER: None}])
    def test_no_full_round_of_decisions(self, bot, newest) -> None:
        bot.keeping.begin()
        bot.keeping.analysed(newest)
        for _ in range(2 * LOOPS_IN_A_ROW):
            bot.clock.advance(LOOP_MS)
            bot.keeping.loop_ended(failed=False)
        assert bot.kept == []

    @pytest.mark.parametrize("runmode", [RunMode.BACKTEST, RunMode.HYPEROPT, None])
    def test_no_bot(self, bot, runmode) -> None:
        bot.strategy.config = bot.loaded(runmode)
        assert taken_down(bot.strategy.config) == ()
        bot.keeping.begin()
        bot.run()
        assert not bot.starts.folder.exists()

    def test_a_configuration_from_standard_input(self, bot) -> None:
        config = {"runmode": RunMode.LIVE}
        take_down(config)
        assert taken_down(config) == ()


class TestFaults:
    def test_a_folder_that_cannot_be_written_to_is_warned_of_once(self, bot, caplog) -> None:
        bot.starts.folder.write_text("a file")
        bot.keeping.begin()
        bot.run()
        bot.clock.advance(HOUR_MS)
        bot.run()
        told = [one for one in caplog.messages if "cannot be kept" in one]
        assert len(told) == 1
        assert "aurum_starts" in told[0]

    def test_a_parameter_file_that_cannot_be_read_is_warned_of(self, bot, caplog) -> None:
        bot.strategy.__file__ = str(bot.user_data / "Mine.py")
        (bot.user_data / "Mine.json").mkdir()
        bot.keeping.begin()
        bot.run()
        assert "cannot be kept" in caplog.text
        assert bot.kept == []

    def test_a_file_that_is_gone_before_it_was_taken_down(self, bot, caplog) -> None:
        bot.risk.unlink()
        assert taken_down(bot.loaded()) == ()
        assert "will not be kept" in caplog.text


class TestParameters:
    @pytest.mark.parametrize("exists", [True, False])
    def test_what_hyperopt_found_counts_as_configuration(self, bot, exists) -> None:
        bot.strategy.__file__ = str(bot.user_data / "Mine.py")
        parameters = bot.user_data / "Mine.json"
        if exists:
            parameters.write_text('{"params": {}}')
        bot.keeping.begin()
        bot.run()
        (start,) = bot.kept
        assert (parameters in start.contents()) is exists
        assert start.manifest.absent == (() if exists else (str(parameters),))


class TestCommand:
    @pytest.mark.parametrize(
        ("arguments", "shown"),
        [
            (["/venv/bin/freqtrade", "trade", "-c", "a b.json"], "freqtrade trade -c 'a b.json'"),
            (["/lib/freqtrade/__main__.py", "trade"], "freqtrade trade"),
            (
                ["freqtrade", "trade", "--db-url", "sqlite:///s3cret", "-s", "Mine"],
                "freqtrade trade --db-url '***' -s Mine",
            ),
            (["freqtrade", "--db-url=postgres://a:b@c"], "freqtrade '--db-url=***'"),
            (["freqtrade", "--logfile", "x://a:b@c"], "freqtrade --logfile 'x://***@c'"),
        ],
    )
    def test_it_is_kept_without_secrets(self, bot, monkeypatch, arguments, shown) -> None:
        monkeypatch.setattr(module.sys, "argv", arguments)
        assert self.command(bot) == shown

    def test_a_bot_inside_another_program_has_a_plain_one(self, bot, monkeypatch) -> None:
        monkeypatch.setattr(module.sys, "argv", ["/usr/bin/pytest", "--secret"])
        files = f"--config {bot.main} --config {bot.risk}"
        assert self.command(bot) == f"freqtrade trade {files} --strategy AurumStrategy"

    @staticmethod
    def command(bot: Bot) -> str:
        bot.keeping.begin()
        bot.run()
        return shlex.join(bot.kept[0].manifest.facts.command)
