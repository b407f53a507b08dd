"""Whatever goes in: finite numbers of the promised shape come out, or one of our errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.exceptions import NotFittedError

from aurum_plugins.preprocessing import PreprocessingError, Preprocessor
from aurum_plugins.preprocessing.errors import ColumnMismatch

pytestmark = [
    pytest.mark.filterwarnings("error::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:X does not have valid feature names"),
]

NASTY = st.sampled_from(
    [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, 1.7e308, -1.7e308, 1e308, 5e-324, -5e-324, 1e-310]
)
NUMBERS = st.one_of(NASTY, st.floats(width=64), st.integers(-3, 3).map(float))
WRONG = st.sampled_from(
    [
        lambda n: np.array(["x"] * n),
        lambda n: np.array([object()] * n),
        lambda n: np.array([None] * n, dtype=object),
        lambda n: pd.to_datetime(np.arange(n), unit="D"),
        lambda n: pd.Categorical([1] * n),
        lambda n: np.array([1j] * n),
    ]
)
PARAMETERS = st.fixed_dictionaries(
    {
        "n_features": st.one_of(st.just("all"), st.integers(1, 5)),
        "clip_width": st.sampled_from([1.0, 8.0, 1000.0]),
        "outlier_share": st.sampled_from([0.0, 0.01, 0.5]),
        "min_completeness": st.sampled_from([0.01, 0.9, 1.0]),
    }
)


@st.composite
def tables(draw: st.DrawFn, columns: int | None = None) -> np.ndarray:
    """From no row to 30 of hostile numbers, some columns of one kind throughout."""
    rows = draw(st.integers(0, 30))
    width = draw(st.integers(0, 6)) if columns is None else columns
    table = draw(hnp.arrays(np.float64, (rows, width), elements=NUMBERS, fill=NUMBERS))
    for column in range(width):
        if draw(st.integers(0, 3)) == 0:
            table[:, column] = draw(NUMBERS)
    return table


@st.composite
def frames(draw: st.DrawFn, names: list[str] | None = None) -> pd.DataFrame:
    """Frames with repeated and unsorted indices, and types of any kind."""
    table = draw(tables(None if names is None else len(names)))
    width = table.shape[1]
    named = draw(st.permutations([f"f{i}" for i in range(width)])) if names is None else names
    index = draw(st.lists(st.integers(0, 5), min_size=len(table), max_size=len(table)))
    frame = pd.DataFrame(table, pd.to_datetime(index, unit="h"), named)
    for name in named:
        kind = draw(st.integers(0, 9))
        if kind == 0:
            frame[name] = draw(WRONG)(len(frame))
        elif kind == 1:
            frame[name] = np.arange(len(frame), dtype=np.int8)
        elif kind == 2:
            frame[name] = frame[name].to_numpy() > 0
    return frame


def clearly_varies(column: np.ndarray) -> bool:
    halves = column[np.isfinite(column)] / 2
    return len(halves) > 1 and np.ptp(halves) > 1e-9 * np.abs(halves).max()


def promised(fitted: Preprocessor, given_rows: np.ndarray | pd.DataFrame) -> None:
    """What comes out is what was promised."""
    asked = fitted.n_features_in_ if fitted.n_features == "all" else fitted.n_features
    out = fitted.transform(given_rows)
    assert out.dtype == np.float64
    assert out.shape == (len(given_rows), asked)
    assert np.isfinite(out).all()
    assert np.abs(out).max(initial=0) <= fitted.clip_width
    assert len(fitted.get_feature_names_out()) == asked
    usable = fitted.usable_rows(given_rows)
    assert usable.shape == (len(given_rows),)
    raw = np.asarray(given_rows, dtype=float)[:, fitted.selected_][:, fitted.scaling_.usable]
    if raw.shape[1] == 0:
        assert not usable.any()
    else:
        share = np.isfinite(raw).mean(axis=1)
        np.testing.assert_array_equal(
            usable, (share >= fitted.min_completeness - 1e-9) & (share > 0)
        )


@settings(max_examples=150, deadline=None)
@given(tables(), PARAMETERS, st.booleans(), st.data())
def test_arrays(table, parameters, has_targets, data):
    targets = None
    if has_targets:
        targets = data.draw(hnp.arrays(np.float64, (len(table), 2), elements=NUMBERS))
    before = table.copy()
    preprocessor = Preprocessor(**parameters)
    try:
        preprocessor.fit(table, targets)
    except PreprocessingError:
        # The only reasons why there may be no fit.
        wanted = parameters["n_features"]
        too_few = wanted != "all" and sum(map(clearly_varies, table.T)) < wanted
        assert len(table) < 2 or table.shape[1] == 0 or too_few
        with pytest.raises(NotFittedError):
            preprocessor.transform(table)
    else:
        promised(preprocessor, table)
        report = preprocessor.fit_report_
        assert report.rows == len(table)
        assert report.rows_dropped_as_outliers == (~preprocessor.inlier_mask_).sum()
        assert preprocessor.inlier_mask_.sum() >= 2
        assert (preprocessor.scaling_.spread > 0).all()
        report.to_json()
    np.testing.assert_array_equal(table, before)


@settings(max_examples=100, deadline=None)
@given(tables(4), PARAMETERS, st.data())
def test_rows_that_the_fit_never_saw(later, parameters, data):
    training = np.random.default_rng(0).normal(size=(40, 4))
    fitted = Preprocessor(
        **{**parameters, "n_features": data.draw(st.sampled_from([1, 3, 4, "all"]))}
    )
    fitted.fit(training, training[:, 1])
    if len(later) == 0:
        with pytest.raises(PreprocessingError, match="n_samples=0"):
            fitted.transform(later)
        return
    promised(fitted, later)
    out = fitted.transform(later)
    rows = data.draw(st.integers(1, len(later)))
    np.testing.assert_array_equal(fitted.transform(later[:rows]), out[:rows])
    order = data.draw(st.permutations(range(len(later))))
    np.testing.assert_array_equal(fitted.transform(later[order]), out[order])


@settings(max_examples=150, deadline=None)
@given(frames(), PARAMETERS)
def test_frames(frame, parameters):
    preprocessor = Preprocessor(**parameters)
    before = frame.copy()
    try:
        preprocessor.fit(frame)
    except PreprocessingError:
        with pytest.raises(NotFittedError):
            preprocessor.transform(frame)
    else:
        assert {kind.kind for kind in frame.dtypes} <= set("bif")
        promised(preprocessor, frame)
    pd.testing.assert_frame_equal(frame, before)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_frames_with_other_columns(data):
    names = list("abcd")
    training = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 4)), columns=names)
    fitted = Preprocessor(n_features=2).fit(training)
    columns = data.draw(st.lists(st.sampled_from("abcdef"), max_size=6))
    frame = training.sample(3, random_state=0).reindex(columns=list(dict.fromkeys(columns)))
    frame = frame[columns]
    if columns == names:
        promised(fitted, frame)
        return
    with pytest.raises(PreprocessingError) as caught:
        fitted.transform(frame)
    if isinstance(caught.value, ColumnMismatch) and columns:
        assert set(caught.value.missing) == set(names) - set(columns)
        assert set(caught.value.extra) == set(columns) - set(names)


@settings(max_examples=100, deadline=None)
@given(frames(list("abcd")))
def test_later_frames_of_any_type(later):
    training = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 4)), columns=list("abcd"))
    fitted = Preprocessor(n_features=3).fit(training)
    try:
        promised(fitted, later)
    except PreprocessingError:
        wrong = {kind.kind for kind in later.dtypes} - set("bif")
        assert wrong or len(later) == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3), st.sampled_from([1e-3, 1e3, 7.0, -2.0]), st.integers(0, 2**31))
def test_the_unit_of_a_column_changes_nothing(column, unit, seed):
    rng = np.random.default_rng(seed)
    training = rng.standard_t(2, (50, 4))
    training[rng.random(training.shape) < 0.1] = np.nan
    parameters = {"n_features": 3, "outlier_share": 0.0}
    expected = Preprocessor(**parameters).fit(training, training[:, 0]).transform(training)
    other = training.copy()
    other[:, column] *= unit
    fitted = Preprocessor(**parameters).fit(other, training[:, 0])
    signs = np.where(fitted.selected_ == column, np.sign(unit), 1.0)
    np.testing.assert_allclose(fitted.transform(other) * signs, expected, rtol=1e-9, atol=1e-12)
