"""Several processes at one study in PostgreSQL."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from aurum_plugins.forecasting.tuning.attempts import attempts
from aurum_plugins.forecasting.tuning.errors import StudyMismatch, TornStudy
from aurum_plugins.forecasting.tuning.knob import Knob
from aurum_plugins.forecasting.tuning.tuning_study import TuningStudy
from aurum_plugins.forecasting.tuning.window_score import ForecastSums, WindowScore

KNOBS = (
    Knob.real("aurum.members.linear.penalty", 0.5, 0.01, 1.0, log=True),
    Knob.whole("aurum.ensemble.rows_per_horizon", 4, 2, 8),
)
TRIALS = 12


def bowl(values) -> Iterator[WindowScore]:
    penalty, rows = (values[knob.name] for knob in KNOBS)
    loss = (penalty - 0.1) ** 2 + 0.01 * (rows - 6) ** 2
    for hardness in (0.3, 0.9):
        yield WindowScore({"a": ForecastSums(10, 10 * (hardness + loss), 1.0, 2.0, 6.0)})


def study(url: URL, seed: int = 0, pause=lambda seconds: None) -> TuningStudy:
    return TuningStudy(url, "study", KNOBS, {"pairs": ["BTC/USDT"]}, seed, pause)


@pytest.fixture
def url(postgres) -> Iterator[URL]:
    made = postgres.new_database()
    yield made
    postgres.drop(made)


def started(url: URL, code: str) -> subprocess.Popen[str]:
    """Another process that runs a few lines with this module at hand."""
    head = (
        "import sys, importlib.util\n"
        f"spec = importlib.util.spec_from_file_location('shared_study', {__file__!r})\n"
        "tests = importlib.util.module_from_spec(spec); spec.loader.exec_module(tests)\n"
        "from sqlalchemy import make_url; url = make_url(sys.argv[1])\n"
    )
    address = url.render_as_string(hide_password=False)
    support = "import sys; sys.path.insert(0, 'tests/support')\n"
    return subprocess.Popen(
        [sys.executable, "-c", support + head + code, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


ALL_TRIALS = """
with tests.study(url) as opened:
    print('open', flush=True)
    sys.stdin.readline()
    for _ in tests.attempts(opened, tests.bowl, tests.TRIALS, lambda: False):
        pass
"""
STUCK_IN_THE_FIRST = """
def stuck(values):
    yield next(tests.bowl(values))
    print('stuck', flush=True)
    sys.stdin.readline()

with tests.study(url) as opened:
    list(opened.attempt(stuck))
"""


def test_two_processes_share_the_trials_and_try_nothing_twice(url) -> None:
    processes = [started(url, ALL_TRIALS) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "open\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    for process in processes:
        process.communicate()
    with study(url) as opened:
        finished = opened.finished
    # The last may have been begun by both.
    assert len(finished) in {TRIALS, TRIALS + 1}
    assert finished[0].values == {knob.name: knob.configured for knob in KNOBS}
    tried = {json.dumps(dict(trial.values), sort_keys=True) for trial in finished}
    assert len(tried) == len(finished)


def test_others_wait_for_the_first_trial_and_take_it_over_from_a_dead_process(url) -> None:
    process = started(url, STUCK_IN_THE_FIRST)
    assert process.stdout.readline() == "stuck\n"
    pauses = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            process.send_signal(signal.SIGKILL)
            process.communicate()

    with study(url, pause=pause) as opened:
        steps = list(opened.attempt(bowl))
        (first,) = opened.finished
    assert len(pauses) >= 3
    assert [(step.trial, step.window) for step in steps[:3]] == [(0, 0)] * 3
    assert steps[-1].finished
    assert first.values == {knob.name: knob.configured for knob in KNOBS}


def test_who_waits_may_run_out_of_time(url) -> None:
    process = started(url, STUCK_IN_THE_FIRST)
    assert process.stdout.readline() == "stuck\n"
    looks = iter([False, False])
    with study(url) as opened:
        done = list(attempts(opened, bowl, TRIALS, lambda: next(looks, True)))
        assert opened.finished == ()
    assert not any(step.finished for step in done)
    process.kill()
    process.communicate()


def test_a_study_of_other_settings_is_refused_without_the_password(url) -> None:
    with study(url):
        pass
    with pytest.raises(StudyMismatch, match="seed: 0 then, 1 now") as caught, study(url, seed=1):
        pass
    assert url.password not in str(caught.value)
    assert str(caught.value).startswith("postgresql+psycopg://aurum:***@127.0.0.1")


def test_a_server_that_goes_away_is_one_sentence(postgres, url) -> None:
    def dying(values) -> Iterator[WindowScore]:
        yield from bowl(values)
        postgres.drop(url)

    with (
        pytest.raises(TornStudy, match="; the same command goes on") as caught,
        study(url) as opened,
    ):
        list(opened.attempt(dying))
    assert url.password not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_database_that_is_not_there_is_named(url) -> None:
    with (
        pytest.raises(TornStudy, match=r"nowhere.* is not a study that can be gone on with"),
        study(url.set(database="nowhere")),
    ):
        pass
