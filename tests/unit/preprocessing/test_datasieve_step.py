from __future__ import annotations

import logging
import pickle

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from datasieve.pipeline import Pipeline
from datasieve.transforms import DissimilarityIndex, SKLearnWrapper, SVMOutlierExtractor
from datasieve.transforms import VarianceThreshold as StockVarianceThreshold
from sklearn.preprocessing import MinMaxScaler

from aurum_plugins.preprocessing import AurumPreprocessing, Preprocessor
from aurum_plugins.preprocessing.errors import (
    ColumnMismatch,
    NotInvertible,
    PreprocessingError,
    TooFewFeatures,
    TooFewRows,
)

ROWS, COLUMNS, KEPT = 300, 20, 8


@pytest.fixture
def training():
    rng = np.random.default_rng(5)
    factors = rng.normal(size=(ROWS, 3))
    values = factors @ rng.normal(size=(3, COLUMNS)) + rng.normal(size=(ROWS, COLUMNS))
    index = pd.RangeIndex(1_000, 1_000 + ROWS)
    features = pd.DataFrame(values, index, [f"%-f{i}" for i in range(COLUMNS)])
    labels = pd.DataFrame(factors[:, :2], index, ["&-up", "&-volatility"])
    return features, labels, np.linspace(0.1, 1, ROWS)


def pipeline_of(*steps, **parameters):
    preprocessor = Preprocessor(**{"n_features": KEPT, "outlier_share": 0.05, **parameters})
    return Pipeline([("aurum", AurumPreprocessing(preprocessor)), *steps], {})


def test_outlier_rows_leave_features_labels_and_weights_alike(training):
    features, labels, weights = training
    features.iloc[3] = 50.0
    pipeline = pipeline_of()
    out, out_labels, out_weights = pipeline.fit_transform(features, labels, weights)
    fitted = pipeline["aurum"].preprocessor
    kept = fitted.inlier_mask_
    assert not kept[3]
    assert kept.sum() == ROWS - 15
    assert out.columns.tolist() == fitted.get_feature_names_out().tolist()
    np.testing.assert_array_equal(out, fitted.transform(features)[kept])
    np.testing.assert_array_equal(out_labels, labels[kept])
    assert out_labels.columns.tolist() == labels.columns.tolist()
    np.testing.assert_array_equal(out_weights, weights[kept])


def test_the_labels_decide_what_is_selected(training):
    features, labels, _ = training
    pipeline = pipeline_of()
    pipeline.fit_transform(features, labels)
    expected = Preprocessor(n_features=KEPT, outlier_share=0.05).fit(features, labels)
    np.testing.assert_array_equal(pipeline["aurum"].preprocessor.selected_, expected.selected_)


def test_training_rows_that_are_too_incomplete_are_left_out(training):
    features, labels, weights = training
    features.iloc[5, :] = np.nan
    out, out_labels, _ = pipeline_of(outlier_share=0).fit_transform(features, labels, weights)
    assert len(out) == len(out_labels) == ROWS - 1


def test_if_every_training_row_is_too_incomplete_there_is_no_fit():
    diagonal = pd.DataFrame(np.where(np.eye(6) > 0, np.nan, np.arange(36.0).reshape(6, 6)))
    with pytest.raises(TooFewRows, match="rows that are too incomplete are dropped needs 1") as no:
        pipeline_of(n_features=6, min_completeness=1, outlier_share=0).fit_transform(diagonal)
    assert (no.value.rows, no.value.needed) == (0, 1)


def test_later_rows_are_never_dropped(training):
    features, labels, weights = training
    pipeline = pipeline_of()
    pipeline.fit_transform(features, labels, weights)
    later = features * 1e6
    out, out_labels, out_weights = pipeline.transform(later, labels, weights)
    assert out.shape == (ROWS, KEPT)
    assert np.isfinite(out.to_numpy()).all()
    np.testing.assert_array_equal(out_labels, labels)
    np.testing.assert_array_equal(out_weights, weights)


def test_an_incomplete_row_is_flagged_at_prediction(training):
    features, labels, _ = training
    pipeline = pipeline_of()
    pipeline.fit_transform(features, labels)
    features.iloc[2] = np.nan
    features.iloc[4, ::2] = np.inf
    out, flags, _ = pipeline.transform(features, outlier_check=True)
    assert len(out) == ROWS
    assert np.flatnonzero(flags == 0).tolist() == [2, 4]
    assert (np.delete(flags, [2, 4]) == 1).all()


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("scaler", lambda: SKLearnWrapper(MinMaxScaler(feature_range=(-1, 1)))),
        ("const", lambda: StockVarianceThreshold(threshold=0)),
        ("di", lambda: DissimilarityIndex(di_threshold=5, n_jobs=1)),
        ("svm", lambda: SVMOutlierExtractor(nu=0.01, shuffle=False, random_state=0)),
    ],
)
def test_a_stock_step_may_follow(training, name, step):
    features, labels, weights = training
    pipeline = pipeline_of((name, step()))
    out, out_labels, out_weights = pipeline.fit_transform(features, labels, weights)
    assert len(out) == len(out_labels) == len(out_weights) <= ROWS - 15
    assert out.shape[1] == KEPT
    features.iloc[2] = np.nan
    later, flags, _ = pipeline.transform(features, outlier_check=True)
    assert later.shape == (ROWS, KEPT)
    assert np.isfinite(later.to_numpy()).all()
    assert flags[2] != 1
    assert (flags == 1).sum() > ROWS * 0.8
    assert pipeline[name] is not None


def test_a_stock_step_may_come_first(training):
    features, labels, weights = training
    features["%-constant"] = 1.0
    steps = [("const", StockVarianceThreshold(threshold=0)), *pipeline_of().steps]
    pipeline = Pipeline(steps, {})
    out, _, _ = pipeline.fit_transform(features, labels, weights)
    assert out.shape[1] == KEPT
    assert pipeline.transform(features)[0].shape == (ROWS, KEPT)


def test_fit_alone_fits_the_steps_behind_on_what_this_one_gives(training):
    features, labels, weights = training
    pipeline = pipeline_of(("scaler", SKLearnWrapper(MinMaxScaler())))
    pipeline.fit(features, labels, weights)
    assert pipeline.transform(features)[0].shape == (ROWS, KEPT)


def test_arrays_without_names_do_as_well(training):
    features, labels, weights = training
    pipeline = pipeline_of()
    values = features.to_numpy()
    out, out_labels, _ = pipeline.fit_transform(values, labels.to_numpy()[:, 0], weights)
    assert out.shape == (ROWS - 15, KEPT)
    assert out_labels.shape == (ROWS - 15,)
    assert pipeline.transform(values)[0].shape == (ROWS, KEPT)
    out, labels_out, weights_out = pipeline_of().fit_transform(values)
    assert out.shape == (ROWS - 15, KEPT)
    assert labels_out is None
    assert weights_out is None


def test_called_without_a_pipeline_it_makes_its_own_flags(training):
    features, _, _ = training
    step = AurumPreprocessing(Preprocessor(n_features=KEPT))
    step.fit_transform(features.to_numpy(), feature_list=features.columns)
    features.iloc[1] = np.nan
    _, flags, _, names = step.transform(
        features.to_numpy(), feature_list=features.columns, outlier_check=True
    )
    assert np.flatnonzero(flags == 0).tolist() == [1]
    assert (np.delete(flags, 1) == 1).all()
    assert names == step.preprocessor.get_feature_names_out().tolist()


def test_a_flag_that_another_step_took_away_stays_away(training):
    features, _, _ = training
    step = AurumPreprocessing(Preprocessor(n_features=KEPT))
    step.fit_transform(features)
    flags = np.ones(ROWS)
    flags[7] = 0
    features.iloc[1] = np.nan
    _, told, _, _ = step.transform(features, flags, outlier_check=True)
    assert np.flatnonzero(told == 0).tolist() == [1, 7]
    # Targets are no flags, and flags are only looked at where datasieve asks for it.
    assert step.transform(features, flags)[1] is flags


def test_fit_and_fit_transform_are_the_same(training):
    features, labels, weights = training
    given = (features.to_numpy(), labels.to_numpy(), weights, list(features.columns))
    fitted, transformed = AurumPreprocessing(), AurumPreprocessing()
    for step in (fitted, transformed):
        step.preprocessor.set_params(n_features=KEPT, outlier_share=0.05)
    for one, other in zip(fitted.fit(*given), transformed.fit_transform(*given), strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_keeps_its_name_and_the_fingerprint_it_was_given():
    assert AurumPreprocessing().name == "aurum_preprocessing"
    assert AurumPreprocessing().fingerprint == ""
    assert AurumPreprocessing(fingerprint="3f2a").fingerprint == "3f2a"


def test_other_columns_are_refused(training):
    features, labels, _ = training
    pipeline = pipeline_of()
    pipeline.fit_transform(features, labels)
    step = pipeline["aurum"]
    with pytest.raises(ColumnMismatch) as caught:
        step.transform(features.to_numpy(), feature_list=[*features.columns[:-1], "other"])
    assert caught.value.extra == ("other",)


def test_names_that_do_not_match_the_table_are_refused(training):
    features, _, _ = training
    with pytest.raises(PreprocessingError, match=r"20 columns, but 19 names"):
        AurumPreprocessing().fit_transform(features.to_numpy(), feature_list=features.columns[:-1])


def test_by_default_it_keeps_26(training):
    with pytest.raises(TooFewFeatures, match="a minimum of 26 is required"):
        Pipeline([("aurum", AurumPreprocessing())], {}).fit_transform(training[0])


@pytest.mark.parametrize("pickler", [pickle, cloudpickle])
def test_it_survives_the_way_freqai_saves_pipelines(training, pickler):
    features, labels, _ = training
    pipeline = pipeline_of()
    pipeline.fit_transform(features, labels)
    again = pickle.loads(pickler.dumps(pipeline))  # noqa: S301
    pd.testing.assert_frame_equal(again.transform(features)[0], pipeline.transform(features)[0])


def test_it_cannot_be_inverted(training):
    features, labels, _ = training
    pipeline = pipeline_of()
    pipeline.fit_transform(features, labels)
    with pytest.raises(NotInvertible, match="put it in the feature pipeline only"):
        pipeline.inverse_transform(features)


def test_the_log_tells_how_much_was_kept(training, caplog):
    with caplog.at_level(logging.INFO, logger="aurum_plugins.preprocessing"):
        pipeline_of().fit_transform(*training)
    assert "Kept 285 of 300 training rows and 8 of 20 features" in caplog.text
