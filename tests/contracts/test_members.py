"""What every member of the ensemble promises, whatever library is behind it."""

from __future__ import annotations

import importlib.util
import pickle
import random
import time

import numpy as np
import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.errors import (
    BadRows,
    MemberFailed,
    NotFitted,
    OneOutcome,
    TooLittleData,
)
from aurum_plugins.forecasting.member_group import MemberGroup
from aurum_plugins.forecasting.members.catalogue import make_member
from aurum_plugins.forecasting.settings import MEMBERS

ROWS, COLUMNS = 400, 5
LEARN = ("sign", "value")
NEEDS_TORCH = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs the extra lstm (PyTorch)"
)
every_member = pytest.mark.parametrize(
    "name", [pytest.param(n, marks=NEEDS_TORCH) if n == "lstm" else n for n in MEMBERS]
)
either_way = pytest.mark.parametrize("learn", LEARN)


def some_rows(seed=0, rows=ROWS):
    rng = np.random.default_rng(seed)
    features = rng.standard_t(4, size=(rows, COLUMNS)).clip(-8, 8)
    target = 0.01 * (features[:, 0] + rng.standard_normal(rows)) + 0.002
    return features, target, np.arange(1_000, 1_000 + rows)


def fitted(name, learn, seed=0, rows=None, parameters=None):
    member = make_member(name, learn, seed, parameters or {})
    member.fit(*(some_rows() if rows is None else rows))
    return member


@every_member
@either_way
def test_it_says_its_name_and_window(name, learn):
    member = make_member(name, learn, 0)
    assert member.name == name
    assert member.window >= 1
    assert (member.window > 1) == (name == "lstm")


@every_member
@either_way
def test_it_learns_what_can_be_learnt(name, learn):
    features, target, candles = some_rows(1, 300)
    scores = fitted(name, learn).score(features, candles)
    known = np.isfinite(scores)
    assert np.corrcoef(scores[known], target[known])[0, 1] > 0.3
    unit = target.std() if learn == "value" else 1.0
    assert 0.05 * unit < scores[known].std() < 3 * unit


@every_member
@either_way
def test_scores_are_unknown_only_where_a_window_is_incomplete(name, learn):
    member = fitted(name, learn)
    features, _, candles = some_rows(1, 60)
    candles = candles + (np.arange(60) >= 30)
    scores = member.score(features, candles)
    assert scores.dtype == np.float64
    assert scores.shape == (60,)
    lacking = np.arange(60) % 30 < member.window - 1
    np.testing.assert_array_equal(np.isnan(scores), lacking)


@every_member
def test_log_odds_are_bounded_however_sure_it_is(name):
    features, _, candles = some_rows()
    member = fitted(name, "sign", rows=(features, np.where(features[:, 0] > 0, 1.0, -1.0), candles))
    extreme = np.zeros_like(features)
    extreme[:, 0] = np.repeat([-1e6, 1e6], ROWS // 2)
    scores = member.score(extreme, candles)
    assert np.nanmax(np.abs(scores)) <= 6.0
    assert np.nanmin(scores) < -0.05
    assert np.nanmax(scores) > 0.05


@every_member
@either_way
@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_the_same_rows_and_seed_give_the_same_scores(name, learn, seed):
    features, _, candles = some_rows(1)
    once, again = (fitted(name, learn, seed).score(features, candles) for _ in range(2))
    np.testing.assert_array_equal(once, again)


@every_member
@either_way
def test_a_row_scores_the_same_alone_as_among_others(name, learn):
    member = fitted(name, learn)
    features, _, candles = some_rows(1, 700)
    together = member.score(features, candles)
    for row in (20, 21, 511, 512, 513, 699):
        window = slice(row - member.window + 1, row + 1)
        assert member.score(features[window], candles[window])[-1] == together[row]
    for rows in (slice(13, 180), slice(500, 700)):
        part = member.score(np.asfortranarray(features[rows]), candles[rows])
        np.testing.assert_array_equal(part[member.window :], together[rows][member.window :])


@every_member
@either_way
def test_the_unit_of_a_target_changes_no_more_than_the_unit_of_scores(name, learn):
    features, target, candles = some_rows()
    member = fitted(name, learn)
    larger = fitted(name, learn, rows=(features, 1024.0 * target, candles))
    factor = 1024.0 if learn == "value" else 1.0
    np.testing.assert_allclose(
        larger.score(features, candles), factor * member.score(features, candles), rtol=1e-4
    )


@every_member
@either_way
def test_what_is_passed_stays_as_it_was(name, learn):
    rows = some_rows()
    for array in rows:
        array.setflags(write=False)
    member = fitted(name, learn, rows=rows)
    member.score(rows[0], rows[2])


@every_member
@either_way
def test_it_survives_being_stored(name, learn):
    member = fitted(name, learn)
    features, _, candles = some_rows(1)
    stored = pickle.dumps(member)
    assert len(stored) < 1_000_000
    copy = pickle.loads(stored)  # noqa: S301 - made a line above
    np.testing.assert_array_equal(copy.score(features, candles), member.score(features, candles))
    assert (copy.name, copy.window) == (member.name, member.window)


@every_member
def test_it_leaves_the_random_numbers_of_others_alone(name):
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002 - the global state is what is tested
    fitted(name, "sign")
    after = random.random(), np.random.random()  # noqa: NPY002
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    assert after == (random.random(), np.random.random())  # noqa: NPY002


@every_member
@either_way
def test_it_keeps_to_one_thread(name, learn):
    rows = some_rows(0, 2_000)
    fitted(name, learn)
    copy = pickle.loads(pickle.dumps(fitted(name, learn, rows=rows)))  # noqa: S301
    process, own = time.process_time(), time.thread_time()
    fitted(name, learn, rows=rows)
    for _ in range(20):
        copy.score(rows[0], rows[2])
    process, own = time.process_time() - process, time.thread_time() - own
    assert process - own < 0.15 * own + 0.005


@every_member
def test_signs_that_are_all_alike_are_refused(name):
    features, target, candles = some_rows()
    with pytest.raises(OneOutcome, match=f"target of {name}.*one sign or one value"):
        fitted(name, "sign", rows=(features, np.abs(target) + 0.1, candles))
    with pytest.raises(OneOutcome):
        fitted(name, "sign", rows=(features, np.zeros(ROWS), candles))


@every_member
def test_values_that_are_all_alike_are_refused(name):
    features, target, candles = some_rows()
    with pytest.raises(OneOutcome):
        fitted(name, "value", rows=(features, np.full(ROWS, 0.1), candles))
    # Values of one sign can be told apart.
    fitted(name, "value", rows=(features, np.abs(target) + 0.1, candles))


@every_member
def test_a_feature_without_information_does_no_harm(name):
    features, target, candles = some_rows()
    features[:, 1] = 0.0
    member = fitted(name, "sign", rows=(features, target, candles))
    assert np.isfinite(member.score(features, candles)[member.window :]).all()
    nothing = fitted(name, "value", rows=(np.zeros_like(features), target, candles))
    scores = nothing.score(features, candles)[member.window :]
    np.testing.assert_allclose(scores, target.mean(), atol=0.3 * target.std())


@every_member
def test_rows_that_make_no_sense_are_refused(name):
    features, target, candles = some_rows()
    member = make_member(name, "value", 0)
    with pytest.raises(NotFitted, match=f"member {name} was not trained"):
        member.score(features, candles)
    with pytest.raises(BadRows, match="labels, but"):
        member.fit(features, target[1:], candles)
    with pytest.raises(BadRows, match="labels must be finite"):
        member.fit(features, np.where(candles == 1_010, np.nan, target), candles)
    with pytest.raises(TooLittleData, match=f"{name}: 39 usable rows, but at least 40"):
        member.fit(features[:39], target[:39], candles[:39])
    with pytest.raises(NotFitted):
        member.score(features, candles)
    member.fit(features, target, candles)
    with pytest.raises(BadRows, match="4 features, but fitted on 5"):
        member.score(features[:, :4], candles)
    with pytest.raises(BadRows, match="candles of"):
        member.score(features, candles[1:])
    with pytest.raises(BadRows, match="must rise"):
        member.score(features, candles[::-1])
    features[7, 2] = np.inf
    with pytest.raises(BadRows, match="features must be finite"):
        member.score(features, candles)
    assert member.score(features[:0], candles[:0]).shape == (0,)


@every_member
def test_what_a_library_raises_becomes_a_failure_of_the_member(name, monkeypatch):
    rows = some_rows()
    every = np.ones(ROWS, dtype=np.bool_)
    group = MemberGroup([name], "sign", 0, {})
    member = group.members[0]

    def boom(*_):
        raise RuntimeError("no memory")

    with monkeypatch.context() as patched:
        patched.setattr(type(member), "_learn", boom)
        with pytest.raises(MemberFailed, match=f"{name} failed to fit: RuntimeError") as failed:
            group.fit(*rows, every)
    assert failed.value.stage == "fit"
    group.fit(*rows, every)
    monkeypatch.setattr(type(member), "_outputs", boom)
    with pytest.raises(MemberFailed, match=f"{name} failed to score: .*no memory"):
        group.score(rows[0], rows[2], np.arange(50, 60))


@every_member
def test_a_parameter_that_is_unknown_or_out_of_range_is_named(name):
    with pytest.raises(ConfigurationError, match="unknown setting; known are") as unknown:
        make_member(name, "sign", 0, {"magic": 1})
    assert unknown.value.key == f"aurum.members.{name}.magic"
    parameter = next(iter(type(make_member(name, "sign", 0).parameters).model_fields))
    with pytest.raises(ConfigurationError) as wrong:
        make_member(name, "sign", 0, {parameter: -1})
    assert wrong.value.key == f"aurum.members.{name}.{parameter}"
    assert wrong.value.value == -1


@every_member
def test_parameters_are_fixed(name):
    parameters = make_member(name, "sign", 0).parameters
    with pytest.raises(ValueError, match="frozen"):
        setattr(parameters, next(iter(type(parameters).model_fields)), 3)
