"""The page: whole, escaped, fetching nothing, and telling what the report tells."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import evaluation_report as made
import numpy as np
import pytest
from forecast_table import forecast_table

from aurum_plugins.forecasting.evaluation.assessment import Assessment
from aurum_plugins.forecasting.evaluation.page import render_page
from aurum_plugins.forecasting.evaluation.report import (
    Estimate,
    EvaluationReport,
    Failure,
    MemberFigures,
    TargetReport,
)
from aurum_plugins.forecasting.evaluation.target_view import TargetView

VOID = {"meta", "link", "br", "wbr", "img", "hr", "path"}
HEADINGS = (
    "Does confidence pay?",
    "Do probabilities come true?",
    "Do intervals hold what they promise?",
    "Was it always so?",
    "By pair",
    "By regime",
    "What is each member worth?",
    "What would a simple rule have made of it?",
    "Canaries",
    "What was fixed before",
)
JUDGE = Assessment(horizon=4, threshold=0.65, cost=0.001, trials=1)


class Document(HTMLParser):
    """Tags with their attributes, and the text; a tag that is not closed is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID or (tag == "path" and "</path>" in self.rawdata_line()):
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def rawdata_line(self) -> str:
        return self.rawdata.split("\n")[self.getpos()[0] - 1]

    def handle_endtag(self, tag) -> None:
        assert self._open.pop() == tag, self.getpos()

    def handle_data(self, data) -> None:
        if self._open and self._open[-1] not in ("style", "script"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split()).replace("\N{MINUS SIGN}", "-")

    def having(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]


def page(*targets: TargetReport, **changes) -> Document:
    report = EvaluationReport(header=made.header(), targets=targets, **changes)
    return Document(render_page(report))


@pytest.fixture(scope="module")
def document() -> Document:
    return Document(render_page(made.report()))


def test_it_has_every_section(document) -> None:
    for heading in HEADINGS:
        assert heading in document.text
    assert "Created 2024-05-06 07:08" in document.text
    assert "binance-1h, 1h candles, 4 candles ahead, 2 pairs" in document.text
    assert "whether the price stands higher 4 candles later" in document.text
    assert "whether the next 4 candles range wider than was usual" in document.text
    assert "14, this one included" in document.text
    assert 'aurum.ensemble.members["random_forest"]' in document.text


def test_it_shows_the_figures_of_the_report(document) -> None:
    target = made.report().targets[0]
    scores = target.scores
    for words in (
        f"{target.rows:,} are judged",
        f"{100 * scores.accuracy.value:.1f} %",
        f"{100 * scores.accuracy.low:.1f} to {100 * scores.accuracy.high:.1f} %",
        f"+{100 * scores.gain_over_persistence.value:.1f} points",
        f"{scores.auc.value:.3f}",
        f"{target.strategy.trades:,} trade",
        "ranked after the fact: optimistic",
        "nobody could have done",
        "as it should",
    ):
        assert words in document.text


def test_links_reach_their_sections_and_tables_have_headings(document) -> None:
    identities = document.having("id")
    assert len(set(identities)) == len(identities)
    links = {link[1:] for link in document.having("href") if link.startswith("#")}
    assert links <= set(identities)
    scopes = [attrs.get("scope") for tag, attrs in document.tags if tag == "th"]
    assert set(scopes) == {"col", "row"}
    for tag, attrs in document.tags:
        if attrs.get("class") == "scroll":
            assert (attrs["role"], attrs["tabindex"]) == ("region", "0")
            assert attrs["aria-label"]
        if tag == "figure":
            assert attrs["role"] == "img"
            assert attrs["aria-label"]


def test_it_fetches_nothing_and_runs_nothing() -> None:
    text = render_page(made.report())
    tags = {tag for tag, _ in Document(text).tags}
    assert not tags & {"script", "img", "iframe", "object", "embed", "form", "use", "image"}
    assert not re.search(r"https?:|//[a-z]|url\(|@import|\bon[a-z]+=", text)
    assert "default-src 'none'" in text
    assert "nan" not in re.findall(r'd="[^"]*"', text)


def test_names_and_reasons_are_escaped() -> None:
    evil = '<script>alert("1")</script>'
    target = made.report().targets[0]
    changed = target.model_copy(
        update={
            "target": evil,
            "error": evil,
            "refused": {evil: 1},
            "by_pair": (target.by_pair[0].model_copy(update={"name": evil}),),
            "by_month": (target.by_month[0].model_copy(update={"name": evil}),),
            "members": (target.members[0].model_copy(update={"name": evil}),),
            "canaries": (target.canaries[0].model_copy(update={"name": evil, "reason": evil}),),
        }
    )
    header = made.header(data_set=evil, settings={evil: {evil: [evil]}}, versions={evil: evil})
    failure = Failure(pair=evil, window=1, reason=evil)
    report = EvaluationReport(header=header, targets=(changed,), failures=(failure,))
    document = Document(render_page(report))
    assert "script" not in {tag for tag, _ in document.tags}
    assert evil in document.text
    assert not [name for _, attrs in document.tags for name in attrs if name.startswith("on")]


def test_windows_without_a_model_are_told() -> None:
    failure = Failure(pair="A/B", window=3, reason="OneOutcome: all labels have one sign")
    document = page(made.report().targets[1], failures=(failure,))
    assert "1 window without a model" in document.text
    assert "A/B, window 3: OneOutcome: all labels have one sign" in document.text
    assert "without a model" not in page(made.report().targets[1]).text


def test_without_figures_it_says_why_and_claims_nothing() -> None:
    frame = forecast_table(50).assign(usable=False, refusal="novel", probability=np.nan)
    document = page(JUDGE.of("forward_return", frame))
    assert "There are no figures. no forecast may be acted on" in document.text
    assert "100 refused as novel" in document.text
    assert "No canary was run for this target." in document.text
    assert "Does confidence pay?" not in document.text
    assert "The report holds no target." in page().text


def test_what_is_not_known_is_a_dash() -> None:
    frame = forecast_table(30, ("A/B",), refused=0.0)
    bounds = [f"{end}_{level}" for end in ("lower", "upper") for level in (80, 90)]
    frame[[*bounds, "persistence"]] = np.nan
    frame = frame.assign(close=100.0).drop(columns=["regime"])
    target = JUDGE.of("&-forward_return", frame, with_strategy=True)
    document = page(target)
    assert "Better than persistence by–" in document.text  # noqa: RUF001 - "no figure"
    assert "By regime" not in document.text
    assert "with too little data to say what of it is chance" in document.text
    assert "Forward return" in document.text
    assert "None" not in document.text


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.01, 0.02, "better than chance could have made it"),
        (-0.01, 0.02, "no difference that chance could not have made"),
        (-0.02, -0.01, "worse than chance could have made it"),
    ],
)
def test_the_verdict_follows_the_interval(low, high, words) -> None:
    target = made.report().targets[0]
    gain = Estimate(value=(low + high) / 2, low=low, high=high)
    none = Estimate(value=None)
    changes = {"gain_over_majority": gain, "gain_over_persistence": none}
    scores = target.scores.model_copy(update=changes)
    view = TargetView(target.model_copy(update={"scores": scores}), made.header())
    assert view.verdict.endswith(f"{words}.")
    assert "persistence" not in view.verdict


def member(gain: Estimate) -> MemberFigures:
    return made.report().targets[0].members[0].model_copy(update={"gain_in_skill": gain})


def test_gains_of_members_are_to_scale() -> None:
    good = member(Estimate(value=0.1, low=0.05, high=0.15))
    bare, none = member(Estimate(value=-0.05)), member(Estimate(value=None))
    target = made.report().targets[0].model_copy(update={"members": (good, bare, none)})
    view = TargetView(target, made.header())
    strip = view.strip(good)
    # The axis ends at -0.05 and 0.15.
    assert (strip.left, strip.width) == (pytest.approx(50), pytest.approx(50))
    assert (strip.value, strip.zero) == (pytest.approx(75), pytest.approx(25))
    assert view.strip(bare).width == 0.5
    assert view.strip(none) is None


def test_a_target_that_is_not_known_is_named() -> None:
    target = made.report().targets[1].model_copy(update={"target": "drawdown"})
    assert TargetView(target, made.header()).meaning == "whether drawdown is above 0"


def test_long_equity_is_thinned_to_its_last_day() -> None:
    frame = forecast_table(24 * 500, ("A/B",), refused=0.0)
    target = JUDGE.of("forward_return", frame, with_strategy=True)
    (hold, *_) = TargetView(target, made.header()).equity_chart.lines
    assert len(target.strategy.equity) == 500
    assert 100 < len(hold.points) <= 240
    assert hold.points[-1][1] == target.strategy.equity[-1].hold


def test_it_is_light() -> None:
    assert len(render_page(made.report())) < 120_000


def test_the_report_is_read_back_as_it_was_written() -> None:
    report = made.report()
    assert EvaluationReport.model_validate_json(report.model_dump_json()) == report
