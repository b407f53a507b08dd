from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting import member_group
from aurum_plugins.forecasting.errors import (
    BadRows,
    MemberFailed,
    NotFitted,
    TooLittleData,
    UnknownMember,
)
from aurum_plugins.forecasting.member_group import MemberGroup

ROWS = 60


class Stand:
    """Scores the mean of the first feature over its window, and remembers what it was given."""

    def __init__(self, name, window=1, error=None, outputs=None):
        self.name, self.window = name, window
        self.error, self.outputs = error, outputs
        self.fitted, self.scored = None, None

    def fit(self, features, target, candles):
        if self.error is not None:
            raise self.error
        self.fitted = features, target, candles

    def score(self, features, candles):
        if self.error is not None:
            raise self.error
        self.scored = candles
        if self.outputs is not None:
            return np.full(len(features), self.outputs)
        means = np.full(len(features), np.nan)
        for row in range(self.window - 1, len(features)):
            means[row] = features[row - self.window + 1 : row + 1, 0].mean()
        return means


@pytest.fixture
def group_of(monkeypatch):
    def build(*stands):
        by_name = {stand.name: stand for stand in stands}
        monkeypatch.setattr(member_group, "make_member", lambda name, *_: by_name[name])
        return MemberGroup(tuple(by_name), "sign", 0, {})

    return build


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return rng.normal(size=(ROWS, 3)), rng.normal(size=ROWS), 100 + np.arange(ROWS)


def test_names_and_window_are_those_of_the_members(group_of):
    group = group_of(Stand("a"), Stand("b", window=12), Stand("c", window=3))
    assert (group.names, group.window) == (("a", "b", "c"), 12)


def test_sequence_members_see_every_row_and_others_the_chosen_ones(group_of, table):
    single, sequence = Stand("single"), Stand("sequence", window=4)
    features, target, candles = table
    chosen = np.arange(ROWS) % 3 == 0
    group_of(single, sequence).fit(features, target, candles, chosen)
    for got, rows in ((single.fitted, chosen), (sequence.fitted, np.ones(ROWS, dtype=bool))):
        for given, expected in zip(got, table):
            np.testing.assert_array_equal(given, expected[rows])


@pytest.mark.parametrize("wanted", [[0, 1, 2], [5], [7, 9, 30, 59], list(range(ROWS)), []])
def test_each_wanted_row_has_its_score_in_its_place(group_of, table, wanted):
    features, _, candles = table
    group = group_of(Stand("single"), Stand("sequence", window=4))
    scores = group.score(features, candles, np.array(wanted, dtype=np.int64))
    assert scores.shape == (len(wanted), 2)
    for row, score in zip(wanted, scores):
        assert score[0] == features[row, 0]
        expected = features[row - 3 : row + 1, 0].mean() if row >= 3 else np.nan
        assert score[1] == pytest.approx(expected, nan_ok=True, abs=1e-15)


def test_a_sequence_member_is_not_asked_for_what_nobody_wants(group_of, table):
    single, sequence = Stand("single"), Stand("sequence", window=4)
    features, _, candles = table
    group_of(single, sequence).score(features, candles, np.array([20, 21]))
    assert single.scored.tolist() == [120, 121]
    assert sequence.scored[0] == 117


def test_what_a_library_raises_is_named(group_of, table):
    group = group_of(Stand("well"), Stand("ill", error=ZeroDivisionError("no rows")))
    features, target, candles = table
    message = r"member ill failed to fit: ZeroDivisionError\('no rows'\)"
    with pytest.raises(MemberFailed, match=message) as caught:
        group.fit(features, target, candles, np.ones(ROWS, dtype=bool))
    assert (caught.value.member, caught.value.stage) == ("ill", "fit")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    with pytest.raises(MemberFailed, match="member ill failed to score") as caught:
        group.score(features, candles, np.arange(3))
    assert caught.value.stage == "score"


def test_our_own_errors_pass_as_they_are(group_of, table):
    error = TooLittleData("member ill", 3, 40)
    group = group_of(Stand("ill", error=error))
    features, target, candles = table
    with pytest.raises(TooLittleData) as caught:
        group.fit(features, target, candles, np.ones(ROWS, dtype=bool))
    assert caught.value is error
    with pytest.raises(TooLittleData):
        group.score(features, candles, np.arange(3))


@pytest.mark.parametrize(
    ("window", "outputs", "fails"),
    [
        (1, np.nan, True),
        (1, np.inf, True),
        (4, -np.inf, True),
        (4, np.nan, False),
        (1, 0.0, False),
    ],
)
def test_only_a_sequence_member_may_lack_a_score(group_of, table, window, outputs, fails):
    features, _, candles = table
    group = group_of(Stand("odd", window=window, outputs=outputs))
    if fails:
        with pytest.raises(MemberFailed, match="its scores are not finite"):
            group.score(features, candles, np.arange(5))
    else:
        scores = group.score(features, candles, np.arange(5))
        np.testing.assert_array_equal(scores, np.full((5, 1), outputs))


def test_a_part_has_the_same_members(group_of):
    group = group_of(Stand("a"), Stand("b", window=5), Stand("c"))
    part = group.part([2, 0])
    assert part.names == ("c", "a")
    assert part.members[1] is group.members[0]
    assert (part.window, group.window) == (1, 5)
    assert group.names == ("a", "b", "c")


class TestRealMembers:
    def test_a_group_is_fitted_and_scored_as_its_members_alone(self, table):
        features, target, candles = table
        chosen = np.ones(ROWS, dtype=bool)
        names, parameters = ("linear", "xgboost"), {"xgboost": {"num_boost_round": 3}}
        group = MemberGroup(names, "value", 3, parameters)
        group.fit(features, target, candles, chosen)
        scores = group.score(features, candles, np.arange(ROWS))
        for column, name in enumerate(names):
            alone = MemberGroup([name], "value", 3, parameters)
            alone.fit(features, target, candles, chosen)
            np.testing.assert_array_equal(
                alone.score(features, candles, np.arange(ROWS))[:, 0], scores[:, column]
            )

    def test_what_cannot_be_made_is_refused(self):
        with pytest.raises(UnknownMember, match="'forest' is no member"):
            MemberGroup(["forest"], "sign", 0, {})
        with pytest.raises(ConfigurationError, match=r"aurum\.members\.linear\.penalty"):
            MemberGroup(["linear"], "sign", 0, {"linear": {"penalty": 0.0}})

    def test_members_refuse_what_they_cannot_use(self, table):
        features, target, candles = table
        group = MemberGroup(["linear"], "sign", 0, {})
        with pytest.raises(NotFitted, match="member linear was not trained"):
            group.score(features, candles, np.arange(3))
        with pytest.raises(TooLittleData, match="member linear: 10 usable rows"):
            group.fit(features, target, candles, np.arange(ROWS) < 10)
        group.fit(features, target, candles, np.ones(ROWS, dtype=bool))
        with pytest.raises(BadRows, match="2 features, but fitted on 3"):
            group.score(features[:, :2], candles, np.arange(3))
