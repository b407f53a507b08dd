"""The page: whole, escaped, fetching nothing, and telling what the report tells."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import quality_report as made

from aurum_plugins.preprocessing.quality.page import render_page
from aurum_plugins.preprocessing.quality.pair_view import PairView, Place
from aurum_plugins.preprocessing.quality.report import Period, Selection

VOID = {"meta", "link", "br", "wbr", "img", "hr"}
HEADINGS = (
    "Completeness over time",
    "Gaps",
    "Missing values by feature and cause",
    "Outliers: clipped values by feature",
    "Drift between the two windows",
    "Selected features and their scores",
)
NO_FIT = Selection(
    rows_fitted=0,
    rows_dropped_as_outliers=0,
    rows_too_incomplete=0,
    columns_in=40,
    columns_out=0,
    rows_out=0,
    finite_share=None,
    error="too few rows",
)


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
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self._open.pop() == tag, self.getpos()

    def handle_data(self, data) -> None:
        if self._open and self._open[-1] not in ("style", "script"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def having(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]


def page(*pairs) -> Document:
    return Document(render_page(made.report(*pairs)))


def test_one_pair_has_every_section() -> None:
    document = page(made.pair_quality())
    for heading in HEADINGS:
        assert heading in document.text
    assert "nav" not in {tag for tag, _ in document.tags}
    assert "Created 2024-05-06 07:08" in document.text
    assert "99.40 % of 1,000 intervals of time" in document.text
    assert "3 duplicate" in document.text
    assert "994 observed, 6 missing" in document.text
    assert "393 rows of the current window; 7 too incomplete" in document.text


def test_several_pairs_can_be_reached_by_links() -> None:
    document = page(made.pair_quality(), made.pair_quality(pair="AAA_USDT"))
    identities = document.having("id")
    assert len(set(identities)) == len(identities)
    links = {link[1:] for link in document.having("href") if link.startswith("#")}
    assert links <= set(identities)
    assert {"pair-1-AAA-USDT", "pair-2-AAA-USDT"} <= links
    assert "Overview" in document.text


def test_it_fetches_nothing_and_runs_nothing() -> None:
    text = render_page(made.report(made.pair_quality()))
    tags = {tag for tag, _ in Document(text).tags}
    assert not tags & {"script", "img", "iframe", "object", "embed", "form"}
    assert not re.search(r"https?:|//[a-z]|url\(|@import|\bon[a-z]+=", text)
    assert "default-src 'none'" in text


def test_names_and_reasons_are_escaped() -> None:
    evil = '<script>alert("1")</script>'
    quality = made.pair_quality(
        pair=evil,
        timeframe=evil,
        statuses={evil: 1},
        repairs={evil: 1},
        features=(made.feature(1, name=evil, missing={evil: 2}, family=evil, selected=True),),
        selection=NO_FIT.model_copy(update={"error": evil}),
    )
    document = page(quality, quality)
    assert "script" not in {tag for tag, _ in document.tags}
    assert evil in document.text
    assert not [name for _, attrs in document.tags for name in attrs if name.startswith("on")]


def test_without_a_fit_it_says_why_and_claims_nothing() -> None:
    features = tuple(
        made.feature(n, clipped=None, score=None, selected=False, drift=None) for n in range(3)
    )
    document = page(made.pair_quality(selection=NO_FIT, features=features))
    assert "Nothing came out of the preprocessing. too few rows" in document.text
    assert "Not measured: there is no fit that sets the bounds." in document.text
    assert "Not measured for any feature" in document.text
    assert "None: too few rows." in document.text
    assert "Finite numbers out–" in document.text  # noqa: RUF001 - the dash for "no figure"
    overview = page(*[made.pair_quality(selection=NO_FIT)] * 2)
    assert "no fit" in overview.text


def test_where_nothing_is_wrong_it_says_so() -> None:
    features = (made.feature(0, completeness=1.0, missing={}, clipped=0),)
    whole = made.pair_quality(gaps=(), completeness=1.0, features=features, over_time=())
    document = page(whole, whole)
    for words in (
        "nothing is missing",
        "nothing missing",
        "No week lacks a candle.",
        "None: every candle was observed.",
        "None: every feature has a value for every candle.",
        "None: no value lies beyond the clipping bounds.",
        "all complete",
    ):
        assert words in document.text


def test_a_report_without_pairs_is_still_a_page() -> None:
    assert "The report holds no pair." in page().text


def test_features_that_could_not_be_measured_are_named() -> None:
    features = (made.feature(1), made.feature(2, drift=None))
    document = page(made.pair_quality(features=features))
    assert "a window holds too few values: feature_2." in document.text


def test_long_lists_show_the_worst_and_fold_the_rest() -> None:
    document = page(made.pair_quality())
    assert [tag for tag, _ in document.tags].count("details") == 3
    assert "25 more features" in document.text


def test_the_worst_stands_first() -> None:
    view = PairView(made.pair_quality())
    assert [gap.candles for gap in view.gaps] == [4, 2]
    assert view.by_completeness[0].name == "feature_39"
    assert view.by_clipping[0].name == "feature_39"
    assert "feature_0" not in {feature.name for feature in view.by_clipping}
    assert view.by_drift[0].name == "feature_39"
    assert [feature.name for feature in view.selected[:2]] == ["feature_38", "feature_36"]
    # A PSI of 0.25 is feature 5's.
    assert len(view.drifted) == 35
    assert view.causes == ["warm_up", "absent"]


def test_bars_are_to_scale() -> None:
    view = PairView(made.pair_quality())
    worst = view.missing(view.by_completeness[0])
    assert worst == [("warm_up", 39, pytest.approx(97.5)), ("absent", 1, pytest.approx(2.5))]
    january, february = view.quality.over_time
    assert view.absence(january) == pytest.approx(100.0)
    assert view.absence(february) == 0.0
    assert view.place(january.period) == Place(0.0, pytest.approx(74.4))
    assert view.place(view.quality.gaps[1].period) == Place(pytest.approx(30), pytest.approx(0.4))
    document = page(view.quality)
    assert "width: 97.50%" in " ".join(document.having("style"))


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (5, ["2023-01"]),
        (41, ["2023-01", "2023-02"]),
        (365, ["2023-01", "2023-04", "2023-07", "2023-10"]),
        (4 * 365, ["2023", "2024", "2025", "2026"]),
        (40 * 365, ["2030", "2040", "2050", "2060"]),
    ],
)
def test_the_time_axis_has_few_round_marks(days: int, labels: list[str]) -> None:
    period = Period(start=made.START, stop=made.START + timedelta(days=days))
    assert [label for label, _ in PairView(made.pair_quality(period=period)).marks] == labels


def test_the_marks_stand_where_their_months_begin() -> None:
    period = Period(start=made.START, stop=made.START + timedelta(days=41))
    marks = PairView(made.pair_quality(period=period)).marks
    assert [place for _, place in marks] == [0.0, pytest.approx(100 * 31 / 41)]
    start = made.START + timedelta(days=20, hours=12, minutes=34, seconds=56, microseconds=789_000)
    period = Period(start=start, stop=start + timedelta(days=41))
    marks = PairView(made.pair_quality(period=period)).marks
    february = made.START + timedelta(days=31)
    share = (february - start) / timedelta(days=41)
    assert marks[0] == ("2023-02", pytest.approx(100 * share, rel=1e-12))


def test_a_time_axis_within_a_month_shows_its_first_day() -> None:
    start = made.START + timedelta(days=3)
    period = Period(start=start, stop=start + timedelta(days=9))
    assert PairView(made.pair_quality(period=period)).marks == [("2023-01-04", 0.0)]


def test_it_is_light() -> None:
    assert len(render_page(made.report(made.pair_quality()))) < 100_000
