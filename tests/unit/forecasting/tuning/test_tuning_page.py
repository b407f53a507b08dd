"""The report of a study: its figures, its charts, and a page that fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from aurum_plugins.forecasting.tuning.attempts import attempts
from aurum_plugins.forecasting.tuning.knob import Knob
from aurum_plugins.forecasting.tuning.page import render_page, shown_value
from aurum_plugins.forecasting.tuning.tuning_charts import history_chart, windows_chart
from aurum_plugins.forecasting.tuning.tuning_report import TuningHeader, TuningReport
from aurum_plugins.forecasting.tuning.tuning_study import TuningStudy
from aurum_plugins.forecasting.tuning.window_score import ForecastSums, WindowScore

BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
HEADER = TuningHeader(
    created=BEGIN,
    study="<script>study",
    data_set="binance & co",
    timeframe="1h",
    horizon_candles=4,
    pairs=("BTC/USDT",),
    targets=("forward_return",),
    used_from=BEGIN,
    used_until=BEGIN + timedelta(days=90),
    windows=tuple(BEGIN + timedelta(days=30 * number) for number in range(3)),
    step_days=30,
)
KNOBS = (Knob.real("aurum.members.linear.penalty", 0.5, 0.01, 1.0, log=True),)


def scores(values) -> Iterator[WindowScore]:
    loss = 0.6 + 0.1 * values[KNOBS[0].name]
    for hardness in (0.1, 0.0, 0.2):
        sums = ForecastSums(10, 10 * (loss + hardness), 2.4, 2.5, 6.0)
        yield WindowScore({"forward_return": sums}, ("BTC/USDT: OneOutcome: <b>",))


def report(path: Path, trials: int) -> TuningReport | None:
    with TuningStudy(path / "s.sqlite", "study", KNOBS, {}) as study:
        for _ in attempts(study, scores, trials, lambda: False):
            pass
        return TuningReport.of(HEADER, study)


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> TuningReport:
    made = report(tmp_path_factory.mktemp("study"), 14)
    assert made is not None
    return made


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_figures_of_a_report(found) -> None:
    assert found.improved
    assert found.better_windows == 3
    assert found.configured.values == {KNOBS[0].name: 0.5}
    assert found.configured.score.loss == pytest.approx(0.75)
    assert found.best.score.loss < 0.75
    assert found.failures == ("BTC/USDT: OneOutcome: <b>",) * 3
    assert found.importances == {KNOBS[0].name: 1.0}


def test_the_charts_show_the_trials_and_the_windows(found) -> None:
    history, windows = history_chart(found), windows_chart(found)
    whole = [trial for trial in found.trials if not trial.pruned]
    assert [dot.x for dot in history.dots] == [trial.number for trial in whole]
    best = [y for _, y in history.lines[1].points]
    assert best == sorted(best, reverse=True)
    assert best[-1] == found.best.score.loss
    configured = [y for _, y in windows.lines[0].points]
    assert configured == pytest.approx([0.75, 0.65, 0.85])
    assert [label for label, _ in windows.x.marks] == ["2023-01-01", "2023-01-31", "2023-03-02"]


def test_the_page_is_whole_and_fetches_nothing(found) -> None:
    page = render_page(found)
    tags = Tags()
    tags.feed(page)
    names = [tag for tag, _ in tags.found]
    assert "script" not in names
    assert names.count("figure") == 2
    for _, attributes in tags.found:
        for name in ("href", "src"):
            assert attributes.get(name, "#").startswith(("#", "data:"))
    for words in (
        "&lt;script&gt;study",
        "binance &amp; co",
        "OneOutcome: &lt;b&gt;",
        "aurum.members.linear.penalty",
        "--trials 14",
        "0.7500",
        "What decides?",
    ):
        assert words in page


def test_of_one_trial_there_is_little_to_say(tmp_path) -> None:
    one = report(tmp_path, 1)
    assert one is not None
    assert not one.improved
    page = render_page(one)
    assert "Nothing was better than what is configured." in page
    assert "Too few trials with all windows to say." in page


def test_without_trials_there_is_no_report(tmp_path) -> None:
    assert report(tmp_path, 0) is None


def test_values_are_short() -> None:
    assert [shown_value(value) for value in (0.123456, 12, "all")] == ["0.123", "12", "all"]
