"""A study on disk: what is tried, what is given up, and going on after a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aurum_plugins.forecasting.tuning.attempts import attempts
from aurum_plugins.forecasting.tuning.errors import StudyInUse, StudyMismatch, TornStudy
from aurum_plugins.forecasting.tuning.knob import Knob
from aurum_plugins.forecasting.tuning.tuning_study import RANDOM_TRIALS, TuningStudy
from aurum_plugins.forecasting.tuning.window_score import ForecastSums, WindowScore

KNOBS = (
    Knob.real("aurum.members.linear.penalty", 0.5, 0.01, 1.0, log=True),
    Knob.whole("aurum.ensemble.rows_per_horizon", 4, 2, 8),
    Knob.choice("aurum.ensemble.n_features.forward_return", "all", (13, "all")),
)
MADE_WITH = {"pairs": ["BTC/USDT"], "aurum.ensemble.folds": 4, "candles of BTC/USDT": "ab12"}
# Windows differ more than trials.
HARDNESS = (0.3, 0.9, 0.5)
# More than are random.
WHOLE = RANDOM_TRIALS + 2


def never() -> bool:
    return False


def bowl(values) -> Iterator[WindowScore]:
    """The least loss where the penalty is 0.1 and 6 rows are taken."""
    penalty, rows, features = (values[knob.name] for knob in KNOBS)
    loss = (penalty - 0.1) ** 2 + 0.01 * (rows - 6) ** 2 + 0.05 * (features == 13)
    for hardness in HARDNESS:
        yield WindowScore({"a": ForecastSums(10, 10 * (hardness + loss), 1.0, 2.0, 6.0)})


def study(path: Path, made_with=MADE_WITH, knobs=KNOBS, seed: int = 0) -> TuningStudy:
    return TuningStudy(path, "study", knobs, made_with, seed)


def run(path: Path, trials: int, scores=bowl, seed: int = 0) -> list[tuple]:
    with study(path, seed=seed) as opened:
        for _ in attempts(opened, scores, trials, never):
            pass
        return described(opened)


def described(opened: TuningStudy) -> list[tuple]:
    return [
        (trial.number, dict(trial.values), trial.pruned, [window.loss for window in trial.windows])
        for trial in opened.finished
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> list[tuple]:
    return run(tmp_path_factory.mktemp("whole") / "study.sqlite", WHOLE)


def test_the_first_trial_is_what_is_configured(whole) -> None:
    number, values, pruned, windows = whole[0]
    assert (number, pruned, len(windows)) == (0, False, 3)
    assert values == {knob.name: knob.configured for knob in KNOBS}


def test_it_finds_better_settings_and_gives_up_hopeless_ones(tmp_path) -> None:
    path = tmp_path / "study.sqlite"
    run(path, 20)
    with study(path) as opened:
        best, finished = opened.best, opened.finished
        importances = opened.importances()
    assert best is not None
    assert best.score.loss < finished[0].score.loss
    assert best.number > 0
    given_up = [trial for trial in finished if trial.pruned]
    assert given_up
    # Not before the sixth trial, and not after the first window.
    assert all(trial.number >= 5 and len(trial.windows) == 2 for trial in given_up)
    assert sum(importances.values()) == pytest.approx(1.0)
    assert set(importances) == {knob.name for knob in KNOBS}
    assert list(importances.values()) == sorted(importances.values(), reverse=True)


def test_of_few_trials_no_importance_is_told(tmp_path) -> None:
    path = tmp_path / "study.sqlite"
    run(path, 3)
    with study(path) as opened:
        assert len(opened.finished) < RANDOM_TRIALS
        assert opened.importances() == {}


def test_without_trials_nothing_is_best(tmp_path) -> None:
    with study(tmp_path / "new" / "study.sqlite") as opened:
        assert opened.best is None
        assert opened.finished == ()


def test_going_on_makes_the_same_study(tmp_path, whole) -> None:
    path = tmp_path / "study.sqlite"
    for trials in (1, 5, 11, 11, WHOLE):
        done = run(path, trials)
        assert len(done) == trials
    assert done == whole


def test_the_seed_decides(tmp_path, whole) -> None:
    other = run(tmp_path / "other.sqlite", 4, seed=7)
    assert other[0] == whole[0]
    assert other[1:] != whole[1:4]


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {folder!r})
import test_tuning_study as tests

trial, window = int(sys.argv[2]), int(sys.argv[3])
asked = 0

def dying(values):
    global asked
    asked += 1
    for number, score in enumerate(tests.bowl(values)):
        if (asked - 1, number) == (trial, window):
            os.kill(os.getpid(), signal.SIGKILL)
        yield score

tests.run(Path(sys.argv[1]), tests.WHOLE, dying)
"""


@pytest.mark.parametrize(("trial", "window"), [(0, 2), (3, 1), (10, 0)])
def test_a_killed_study_goes_on_as_if_nothing_had_been(tmp_path, whole, trial, window) -> None:
    path = tmp_path / "study.sqlite"
    code = KILLED.format(folder=str(Path(__file__).parent))
    arguments = [sys.executable, "-c", code, str(path), str(trial), str(window)]
    process = subprocess.run(arguments, check=False, capture_output=True, timeout=60)
    assert process.returncode == -signal.SIGKILL, process.stderr
    with study(path) as opened:
        assert described(opened) == whole[:trial]
    assert run(path, WHOLE) == whole


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_error_breaks_the_trial_off_and_keeps_the_others(tmp_path, whole, error) -> None:
    path = tmp_path / "study.sqlite"
    asked = 0

    def failing(values) -> Iterator[WindowScore]:
        nonlocal asked
        asked += 1
        windows = bowl(values)
        yield next(windows)
        if asked == 4:
            raise error
        yield from windows

    with pytest.raises(error):
        run(path, WHOLE, failing)
    with study(path) as opened:
        assert described(opened) == whole[:3]
    assert run(path, WHOLE) == whole


def test_out_of_time_a_trial_is_broken_off(tmp_path, whole) -> None:
    path = tmp_path / "study.sqlite"
    windows = iter([False] * 6)
    with study(path) as opened:
        done = list(attempts(opened, bowl, WHOLE, lambda: next(windows, True)))
        assert [(step.trial, step.window, step.finished) for step in done] == [
            (0, 1, False),
            (0, 2, False),
            (0, 3, False),
            (0, 3, True),
            (1, 1, False),
            (1, 2, False),
        ]
        assert described(opened) == whole[:1]
    assert run(path, WHOLE) == whole


@pytest.mark.parametrize(
    ("made_with", "knobs", "seed", "words"),
    [
        (
            {**MADE_WITH, "aurum.ensemble.folds": 5},
            KNOBS,
            0,
            r"aurum.ensemble.folds: 4 then, 5 now",
        ),
        ({**MADE_WITH, "pairs": ["ETH/USDT"]}, KNOBS, 0, r'pairs: \["BTC/USDT"\] then, \["ETH'),
        ({**MADE_WITH, "new": 1}, KNOBS, 0, "new: nothing then, 1 now"),
        (MADE_WITH, KNOBS[:2], 0, r"n_features.forward_return: \"13, all\" then, nothing now"),
        (MADE_WITH, KNOBS, 1, "seed: 0 then, 1 now"),
        ({name: name * 80 for name in "abcdef"}, KNOBS, 0, "….* and . more.*another with --study"),
    ],
)
def test_a_study_of_other_settings_is_refused(tmp_path, made_with, knobs, seed, words) -> None:
    path = tmp_path / "study.sqlite"
    run(path, 1)
    with pytest.raises(StudyMismatch, match=words) as caught, study(path, made_with, knobs, seed):
        pass
    assert caught.value.path == path
    assert caught.value.differences
    # It was closed again.
    assert len(run(path, 2)) == 2


def test_one_process_at_a_time(tmp_path) -> None:
    path = tmp_path / "study.sqlite"
    with (
        study(path),
        pytest.raises(StudyInUse, match="another process tunes this study"),
        study(path),
    ):
        pass


def test_a_file_that_is_no_study_is_named(tmp_path) -> None:
    path = tmp_path / "study.sqlite"
    path.write_text("not a database, but long enough to be taken for one" * 100)
    with pytest.raises(TornStudy, match="is not a study that can be gone on with"), study(path):
        pass
    assert path.read_text().startswith("not a database")


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TornStudy, match="cannot be written"), study(tmp_path / "file" / "s.sqlite"):
        pass


def test_nothing_is_left_open(tmp_path) -> None:
    path = tmp_path / "study.sqlite"
    run(path, 2)
    held = [str(link.resolve()) for link in Path("/proc/self/fd").iterdir()]
    assert not [name for name in held if name.startswith(str(tmp_path))]
