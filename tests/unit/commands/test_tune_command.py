"""`aurum tune`: what it finds, writes and prints, and what it refuses in which words."""

from __future__ import annotations

import json
import shutil
from functools import partialmethod
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import pytest
import typer
from rich.progress import Progress
from typer.testing import CliRunner

from aurum_plugins.commands import tune_trials
from aurum_plugins.commands.configuration_files import read_configuration
from aurum_plugins.commands.tune import tune
from aurum_plugins.commands.tune_request import TuneRequest
from aurum_plugins.errors import AurumError, ConfigurationError, DataError
from aurum_plugins.forecasting.members.settings import MembersSettings
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.tuning.errors import StudyMismatch
from aurum_plugins.forecasting.tuning.objective import Objective
from aurum_plugins.forecasting.tuning.window_score import ForecastSums, WindowScore
from aurum_plugins.forecasting.workers.local_workers import LocalWorkers

HOURS = 24 * 70
UNTIL = "2024-02-25"
SHORT = {
    "targets": {"horizon_candles": 4, "volatility_candles": 48},
    "features": {"include": ["rsi", "body"]},
    "ensemble": {"members": ["linear", "lightgbm"], "folds": 2, "least_rows": 150},
    "members": {"lightgbm": {"num_boost_round": 5}},
}
SMALL = ("--train-days", "20", "--step-days", "5", "--windows", "2", "--tune", "linear")
OUTPUT = Path("user_data/tuning")
app = typer.Typer(rich_markup_mode="markdown", pretty_exceptions_enable=False)
app.command()(tune)


def candles(seed: int, count: int = HOURS) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(0.01 * rng.standard_normal(count)))
    opened = np.append(100.0, close[:-1])
    return pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=count, freq="1h", tz="UTC"),
            "open": opened,
            "high": np.maximum(opened, close) * (1 + 0.01 * rng.random(count)),
            "low": np.minimum(opened, close) * (1 - 0.01 * rng.random(count)),
            "close": close,
            "volume": rng.lognormal(0, 1, count),
        }
    )


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The folder of the candles; the configuration asks for little."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "user_data" / "data" / "binance"
    data.mkdir(parents=True)
    for seed, name in enumerate(("BTC_USDT-1h", "ETH_USDT-1h")):
        candles(seed).to_feather(data / f"{name}.feather")
    configure()
    return data


def configure(**sections: object) -> None:
    Path("user_data/config.json").write_text(json.dumps({"aurum": {**SHORT, **sections}}))


def invoke(*arguments: str):
    given = [*SMALL, "--until", UNTIL, *arguments]
    return CliRunner().invoke(app, given, env={"COLUMNS": "220"})


def refusal(*arguments: str) -> str:
    result = invoke(*arguments)
    assert isinstance(result.exception, AurumError), result
    return str(result.exception)


def request(**options) -> TuneRequest:
    usual = {"until": UNTIL, "windows": 2, "train_days": 20, "step_days": 5}
    return TuneRequest.of(**{**usual, **options})


def trials(path: Path = OUTPUT / "tuning.sqlite") -> list[tuple]:
    study = optuna.load_study(study_name="tuning", storage=f"sqlite:///{path}")
    return [(t.number, t.state, t.params, t.value, t.user_attrs) for t in study.trials]


def test_it_finds_settings_and_says_what_they_are_worth(folder) -> None:
    result = invoke("--trials", "3")
    assert result.exit_code == 0, result.output
    assert [number for number, *_ in trials()] == [0, 1, 2]
    layer = OUTPUT / "tuning.json"
    settings = read_configuration([Path("user_data/config.json"), layer])
    penalty = MembersSettings.from_config(settings).linear["penalty"]
    assert 0.005 <= penalty <= 1.0
    assert json.loads(layer.read_text()) == {"aurum": {"members": {"linear": {"penalty": penalty}}}}
    # What was not tuned is as it was.
    assert MembersSettings.from_config(settings).lightgbm == {"num_boost_round": 5}
    assert EnsembleSettings.from_config(settings).folds == 2
    page = (OUTPUT / "tuning.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "aurum.members.linear.penalty" in page
    for words in (
        "as configured",
        "best trial",
        "forward_volatility",
        "Trials so far: 3, of which 0 were given up early.",
        "Used up: all candles before 2024-02-25 00:00.",
        "aurum evaluate BTC/USDT ETH/USDT -c user_data/config.json -c user_data/tuning/tuning.json",
        "--horizon 4 --train-days 20 --from 2024-02-25T00:00 --trials 3",
    ):
        assert words in result.stdout
    names = {path.name for path in OUTPUT.iterdir()}
    assert names == {"tuning.json", "tuning.html", "tuning.sqlite", "tuning.sqlite.lock"}


def test_better_settings_are_shown_beside_the_configured_ones(folder, monkeypatch) -> None:
    def scores(_, values):
        loss = 1.0 - 0.1 * values["aurum.members.linear.penalty"]
        sums = ForecastSums(10, 10 * loss, 2.0, 2.5, 6.0)
        for _ in range(2):
            yield WindowScore({"forward_return": sums, "forward_volatility": sums})

    monkeypatch.setattr(Objective, "scores", scores)
    result = invoke("--trials", "8")
    assert result.exit_code == 0, result.output
    assert "better in 2 of 2 windows." in result.stdout
    (row,) = [line for line in result.stdout.splitlines() if "linear.penalty" in line]
    best = json.loads((OUTPUT / "tuning.json").read_text())["aurum"]["members"]["linear"]["penalty"]
    assert best > 0.05
    assert row.split() == [
        "aurum.members.linear.penalty",
        "0.05",
        f"{best:.3g}",
        *["0.005", "to", "1"],
    ]


def test_the_same_command_goes_on(folder) -> None:
    assert invoke("--trials", "1").exit_code == 0
    first = trials()
    again = invoke("--trials", "2")
    assert trials()[:1] == first
    assert "Trials so far: 2" in again.stdout
    nothing = invoke("--trials", "2")
    assert len(trials()) == 2
    assert "Trials so far: 2" in nothing.stdout


def test_candles_after_the_period_change_nothing(folder) -> None:
    assert invoke("--trials", "2").exit_code == 0
    before, page = trials(), json.loads((OUTPUT / "tuning.json").read_text())
    for path in folder.iterdir():
        frame = pd.read_feather(path)
        later = frame["date"] >= pd.Timestamp(UNTIL, tz="UTC")
        assert later.sum() > 300
        numbers = frame.columns.drop("date")
        rng = np.random.default_rng(9)
        garbage = rng.choice([np.nan, -1.0, 1e300, 0.0, np.inf], (int(later.sum()), len(numbers)))
        frame.loc[later, numbers] = garbage
        frame.to_feather(path)
    # It is the same study, not another one,
    assert invoke("--trials", "2").exit_code == 0
    shutil.rmtree(OUTPUT)
    # and made anew it comes out the same.
    assert invoke("--trials", "2").exit_code == 0
    assert trials() == before
    assert json.loads((OUTPUT / "tuning.json").read_text()) == page


def test_a_candle_that_closes_after_the_period_is_cut_away(folder) -> None:
    asked = request(until="2024-02-25T00:30")
    for series in asked.candles.values():
        assert series.open_ms[-1] == pd.Timestamp("2024-02-24T23:00", tz="UTC").value // 10**6
    assert asked.used[1] == pd.Timestamp("2024-02-25", tz="UTC")


def test_windows_leave_the_longest_training_window_and_labels_before_them(folder) -> None:
    asked = request()
    begin = pd.Timestamp("2024-01-01", tz="UTC") + pd.Timedelta(days=30, hours=52)
    assert asked.used == (begin, pd.Timestamp(UNTIL, tz="UTC"))
    assert asked.plan.starts[0] == asked.plan.first
    assert asked.moment(asked.plan.starts[1]) == pd.Timestamp("2024-02-20", tz="UTC")
    assert asked.step_days == 5


def test_the_training_window_is_the_configured_one(folder) -> None:
    Path("own.json").write_text(json.dumps({"freqai": {"train_period_days": 10}, "aurum": SHORT}))
    asked = request(train_days=None, config=[Path("own.json")])
    assert asked.candidate.train_days == 10
    Path("own.json").write_text(json.dumps({"freqai": {"train_period_days": "x"}, "aurum": SHORT}))
    with pytest.raises(ConfigurationError, match=r"freqai\.train_period_days: must be a whole"):
        request(train_days=None, config=[Path("own.json")])


def test_other_candles_or_settings_are_another_study(folder) -> None:
    assert invoke("--trials", "1").exit_code == 0
    configure(targets={"horizon_candles": 5, "volatility_candles": 48})
    words = refusal("--trials", "2")
    assert "aurum.targets.horizon_candles: 4 then, 5 now" in words
    configure()
    assert "--target: " in refusal("--target", "forward_return")
    candles(7).to_feather(folder / "ETH_USDT-1h.feather")
    result = invoke("--trials", "2")
    assert isinstance(result.exception, StudyMismatch)
    assert [part.split(":")[0] for part in result.exception.differences] == ["candles of ETH/USDT"]
    named = invoke("--trials", "1", "--study", "other", "--storage", "kept/here.sqlite")
    assert named.exit_code == 0, named.output
    assert Path("kept/here.sqlite").is_file()
    assert (OUTPUT / "other.json").is_file()


def test_one_target_alone(folder) -> None:
    result = invoke("--trials", "1", "--target", "forward_return", "BTC/USDT")
    assert result.exit_code == 0, result.output
    (_, _, _, _, attributes), *_ = trials()
    assert set(attributes["windows"][0]["targets"]) == {"forward_return"}
    assert "Nothing was better than what is configured." in result.stdout
    assert "forward_volatility" not in result.stdout


def test_windows_without_a_model_are_told(folder) -> None:
    configure(ensemble={**SHORT["ensemble"], "least_rows": 5_000})
    result = invoke("--trials", "1")
    assert result.exit_code == 0, result.output
    assert "Without a model: BTC/USDT: TooLittleData" in result.stdout


class Interrupted:
    """Ctrl-C in a window of a trial."""

    def __init__(self, monkeypatch, at: int) -> None:
        self.real, self.windows, self.at = Objective.scores, 0, at
        interrupted = partialmethod(Interrupted.scores, self)
        monkeypatch.setattr(Objective, "scores", interrupted)

    @staticmethod
    def scores(objective, self, values):
        for score in self.real(objective, values):
            self.windows += 1
            if self.windows == self.at:
                raise KeyboardInterrupt
            yield score


def test_ctrl_c_keeps_what_was_done(folder, monkeypatch) -> None:
    Interrupted(monkeypatch, at=4)
    result = invoke("--trials", "5")
    assert result.exit_code == 0, result.output
    assert "Stopped; the same command goes on." in result.stdout
    assert "Trials so far: 1," in result.stdout
    assert (OUTPUT / "tuning.json").is_file()


def test_ctrl_c_before_anything_was_done(folder, monkeypatch) -> None:
    Interrupted(monkeypatch, at=1)
    result = invoke("--trials", "5")
    assert result.exit_code == 130
    assert "Stopped before the first trial was finished" in result.stdout
    assert not (OUTPUT / "tuning.json").exists()


class Clock:
    """A minute later whenever it is asked."""

    now = 0

    def now_ms(self) -> int:
        Clock.now += 60_000
        return Clock.now


def test_it_stops_when_the_time_is_up(folder, monkeypatch) -> None:
    monkeypatch.setattr(tune_trials, "WallClock", Clock)
    # Asked once before the trial and after each of its two windows, then before the next.
    result = invoke("--timeout", "3.5")
    assert result.exit_code == 0, result.output
    assert "Trials so far: 1," in result.stdout
    assert "--timeout: must be long enough for the first trial" in refusal(
        "--timeout", "1.5", "--study", "short"
    )


def test_the_bar_says_the_best_so_far(folder, monkeypatch) -> None:
    said = []
    monkeypatch.setattr(
        Progress, "update", lambda _, task, **new: said.append((int(task), new)) or None
    )
    assert invoke("--trials", "2").exit_code == 0
    texts = [new["description"] for _, new in said if "description" in new]
    assert len(texts) == 2
    assert all("best 0." in text and "(as configured 0." in text for text in texts)
    assert [new["completed"] for task, new in said if task == 1] == [1, 2, 0, 1, 2, 0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nonsense",), "PAIR: There are candles of BTC/USDT, ETH/USDT"),
        (("--until", "soon"), "--until: must be a date or time such as"),
        (
            ("--until", "2024-02-10"),
            "must leave room for 2 windows, 10 days together, behind 2024-02-02 04:00",
        ),
        (("--until", "2030-01-01"), "must not be after 2024-03-11 00:00, where the candles of"),
        (("--until", "2023-01-01"), "closes until 2023-01-01 00:00"),
        (
            ("--from", "2024-01-20"),
            "tried, behind 2024-01-01 00:00, where candles begin: from 2024-01-31 00:00 on",
        ),
        (("--from", "2024-02-20"), "--until: must leave room for 2 windows"),
        (("--target", "profit"), "--target: must be one of forward_return, forward_volatility"),
        (("--tune", "magic"), "--tune: must be one of training, linear, random_forest"),
        (("--study", "../x"), "--study: must be letters, digits, dots, - and _"),
        (("--storage", "file/x.sqlite"), "cannot be written"),
        (("--storage", "mysql://db/studies"), "--storage: must begin with sqlite:// or postgresql"),
        (("--scheduler", "tcp://10.0.0.1:8786"), "--scheduler: must begin with tls:// beyond this"),
        (("--trials", "1", "--storage", "s.sqlite", "-o", "file"), "--output: must be a folder"),
    ],
)
def test_a_wrong_option_is_named_with_its_mend(folder, arguments, words: str) -> None:
    Path("file").write_text("")
    assert words in refusal(*arguments)


def test_nothing_to_tune_is_refused(folder) -> None:
    asked = request(parts=["random_forest"])
    with pytest.raises(ConfigurationError, match="--tune: must name training, or a member"):
        asked.knobs(list(asked.rows()))


def test_a_window_without_outcomes_is_refused(folder) -> None:
    asked = request(pairs=["BTC/USDT"])
    (rows,) = asked.rows()
    rows.labels.loc[rows.candles >= asked.plan.starts[1], "forward_return"] = np.nan
    with pytest.raises(ConfigurationError) as caught:
        asked.objective([rows], LocalWorkers())
    assert caught.value.key == "--step-days"
    assert "window from 2024-02-20 holds no known outcome of forward_return" in caught.value.rule


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda frame: frame.assign(close="high"), "close: must be a column of numbers"),
        (lambda frame: frame.assign(date=frame["volume"]), "date"),
    ],
)
def test_a_file_without_usable_candles_is_named(folder, damage, words) -> None:
    path = folder / "ETH_USDT-1h.feather"
    damage(candles(1)).to_feather(path)
    with pytest.raises(DataError, match=words) as caught:
        request()
    assert caught.value.path.name == path.name


def test_the_horizon_is_an_option(folder) -> None:
    assert request(horizon=6).targets.horizon_candles == 6


def test_help_teaches() -> None:
    text = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    for word in ("--until", "--timeout", "--tune", "--storage", "docs/tuning", "aurum evaluate"):
        assert word in text
