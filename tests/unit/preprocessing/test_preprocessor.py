from __future__ import annotations

import json
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from aurum_plugins.preprocessing import FitReport, MinimumRedundancySelector, Preprocessor
from aurum_plugins.preprocessing.column_scaling import NORMAL_RANGE, Unusable
from aurum_plugins.preprocessing.errors import (
    BadParameter,
    ColumnMismatch,
    TooFewFeatures,
    TooFewRows,
    TooFewUsableFeatures,
)
from aurum_plugins.preprocessing.selection import SelectionOrder


@parametrize_with_checks([Preprocessor(n_features="all"), Preprocessor(n_features=1)])
def test_it_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)


@pytest.fixture
def rows():
    """400 rows of 40 named features with holes, and two targets."""
    rng = np.random.default_rng(3)
    factors = rng.standard_t(4, (400, 5))
    values = factors @ rng.normal(size=(5, 40)) + rng.standard_t(3, (400, 40))
    values[rng.random(values.shape) < 0.02] = np.nan
    values[rng.random(values.shape) < 0.002] = np.inf
    frame = pd.DataFrame(values, columns=[f"f{i}" for i in range(40)])
    return frame, factors[:, :2] + rng.normal(size=(400, 2))


class TestFrozenValues:
    def test_of_a_small_table(self):
        table = np.array(
            [
                [1.0, 10.0, 7.0, 5.0],
                [2.0, np.nan, 7.0, 4.0],
                [3.0, 30.0, 7.0, 3.0],
                [4.0, 20.0, 7.0, 2.0],
                [5.0, np.inf, 7.0, -1e308],
            ]
        )
        fitted = Preprocessor(n_features=2, clip_width=2, outlier_share=0).fit(
            table, [1, 2, 3, 4, 5]
        )
        # The first and last column order the rows as the target does: both have a relevance of 1.
        first = np.array([-1, -0.5, 0, 0.5, 1]) * NORMAL_RANGE
        last = np.clip(np.array([1, 0.5, 0, -0.5, -np.inf]) * NORMAL_RANGE, -2, 2)
        report = fitted.fit_report_
        assert [column.name for column in report.columns] == ["x0", "x1", "x2", "x3"]
        assert [column.completeness for column in report.columns] == [1, 0.6, 1, 1]
        assert [column.infinite for column in report.columns] == [0, 1, 0, 0]
        assert [column.clipped_low for column in report.columns] == [0, 0, 0, 1]
        assert [column.clipped_high for column in report.columns] == [0, 0, 0, 0]
        assert [column.unusable for column in report.columns] == [
            None,
            None,
            Unusable.CONSTANT,
            None,
        ]
        assert [column.usable for column in report.columns] == [True, True, False, True]
        assert [column.rank for column in report.columns] == [0, None, None, 1]
        assert [column.selected for column in report.columns] == [True, False, False, True]
        assert report.selected == ("x0", "x3")
        assert [report.columns[i].score for i in (0, 2, 3)] == [
            pytest.approx(1),
            None,
            pytest.approx(1),
        ]
        assert (report.rows, report.rows_dropped_as_outliers, report.rows_too_incomplete) == (
            5,
            0,
            0,
        )
        np.testing.assert_allclose(fitted.transform(table), np.column_stack([first, last]))

    def test_the_default_keeps_exactly_26(self, rows):
        frame, targets = rows
        out = Preprocessor().fit_transform(frame, targets)
        assert out.shape == (400, 26)
        assert np.isfinite(out).all()

    def test_the_columns_chosen_are_those_of_the_selector_on_inliers(self, rows):
        frame, targets = rows
        fitted = Preprocessor(n_features=8, outlier_share=0.1).fit(frame, targets)
        values = np.where(np.isfinite(frame), frame, np.nan)
        selector = MinimumRedundancySelector(8).fit(
            values[fitted.inlier_mask_], targets[fitted.inlier_mask_]
        )
        assert fitted.selected_.tolist() == sorted(selector.chosen_)


class TestOutliers:
    def test_odd_rows_are_marked_and_never_dropped(self, rows):
        frame, targets = rows
        frame.iloc[[7, 300]] = 40.0
        fitted = Preprocessor(n_features=10)
        out = fitted.fit_transform(frame, targets)
        assert len(out) == 400
        assert fitted.inlier_mask_.dtype == bool
        assert (~fitted.inlier_mask_).sum() == fitted.fit_report_.rows_dropped_as_outliers == 4
        assert not fitted.inlier_mask_[[7, 300]].any()

    def test_none_are_marked_if_none_are_asked_for(self, rows):
        fitted = Preprocessor(n_features=10, outlier_share=0).fit(*rows)
        assert fitted.inlier_mask_.all()

    def test_equal_rows_are_equally_in(self):
        table = np.repeat([[1.0, 2.0], [2.0, 1.0]], 50, axis=0)
        assert Preprocessor(n_features=2, outlier_share=0.5).fit(table).inlier_mask_.all()

    def test_two_rows_are_always_left(self):
        fitted = Preprocessor(n_features=1, outlier_share=0.5).fit([[1.0], [2.0]])
        assert fitted.inlier_mask_.tolist() == [True, True]

    def test_a_seed_decides(self, rows):
        masks = [
            Preprocessor(n_features=10, outlier_share=0.1, random_state=state)
            .fit(*rows)
            .inlier_mask_
            for state in (0, 0, 1, np.random.RandomState(0), np.random.RandomState(0))
        ]
        np.testing.assert_array_equal(masks[0], masks[1])
        np.testing.assert_array_equal(masks[3], masks[4])
        assert (masks[0] != masks[2]).any()


class TestUsableRows:
    def test_a_half_empty_row_at_prediction_is_flagged_and_still_finite(self, rows):
        frame, targets = rows
        fitted = Preprocessor(n_features=10).fit(frame, targets)
        row = pd.DataFrame([[1.0] * 40], columns=frame.columns)
        assert fitted.usable_rows(row).tolist() == [True]
        row.iloc[0, fitted.selected_[::2]] = np.nan
        assert fitted.usable_rows(row).tolist() == [False]
        assert np.isfinite(fitted.transform(row)).all()

    @pytest.mark.parametrize(
        ("least", "known"), [(0.9, 9), (1.0, 10), (0.5, 5), (0.01, 1), (0.85, 9)]
    )
    def test_the_share_of_the_selected_features_counts(self, rows, least, known):
        frame, targets = rows
        fitted = Preprocessor(n_features=10, min_completeness=least).fit(frame, targets)
        table = np.full((11, 40), 1.0)
        for row in range(11):
            table[row, fitted.selected_[: 10 - row]] = [np.nan, np.inf, -np.inf, *[np.nan] * 7][
                : 10 - row
            ]
        usable = fitted.usable_rows(pd.DataFrame(table, columns=frame.columns))
        assert usable.tolist() == [row >= known for row in range(11)]

    def test_features_that_were_not_selected_do_not_count(self, rows):
        frame, targets = rows
        fitted = Preprocessor(n_features=10).fit(frame, targets)
        table = pd.DataFrame(np.nan, index=[0], columns=frame.columns)
        table.iloc[0, fitted.selected_] = 0.0
        assert fitted.usable_rows(table).all()

    def test_without_information_no_row_is_usable(self):
        fitted = Preprocessor(n_features="all").fit(np.ones((3, 2)))
        assert fitted.usable_rows(np.ones((2, 2))).tolist() == [False, False]

    def test_the_training_rows_are_counted(self, rows):
        frame, targets = rows
        frame.iloc[:9] = np.nan
        fitted = Preprocessor(n_features=10).fit(frame, targets)
        expected = (~fitted.usable_rows(frame)).sum()
        assert fitted.fit_report_.rows_too_incomplete == expected >= 9


class TestAllColumns:
    def test_every_column_stays_in_place_and_the_unusable_are_0(self, rows):
        frame, targets = rows
        frame = frame.assign(empty=np.nan, constant=3.0)
        fitted = Preprocessor(n_features="all").fit(frame, targets)
        out = fitted.transform(frame)
        assert out.shape == frame.shape
        assert fitted.get_feature_names_out().tolist() == frame.columns.tolist()
        np.testing.assert_array_equal(out[:, -2:], np.zeros((400, 2)))
        report = fitted.fit_report_
        assert report.order is SelectionOrder.ALL
        assert {c.name: c.unusable for c in report.columns if not c.usable} == {
            "empty": Unusable.MISSING,
            "constant": Unusable.CONSTANT,
        }
        assert all(c.selected and c.score is None and c.rank is None for c in report.columns)

    def test_the_unusable_do_not_make_rows_incomplete(self, rows):
        frame, targets = rows
        frame = frame.assign(**{f"empty{i}": np.nan for i in range(40)})
        fitted = Preprocessor(n_features="all").fit(frame, targets)
        assert fitted.usable_rows(frame).mean() > 0.9


class TestInvariants:
    def test_the_input_is_left_as_it_was(self, rows):
        frame, targets = rows
        for given in (frame, frame.to_numpy()):
            before, targets_before = given.copy(), targets.copy()
            fitted = Preprocessor(n_features="all").fit(given, targets)
            fitted.transform(given)
            fitted.usable_rows(given)
            np.testing.assert_array_equal(given, before)
            np.testing.assert_array_equal(targets, targets_before)

    def test_a_row_depends_on_itself_alone(self, rows):
        frame, targets = rows
        fitted = Preprocessor(n_features=10).fit(frame[:300], targets[:300])
        out = fitted.transform(frame)
        np.testing.assert_array_equal(fitted.transform(frame[:17]), out[:17])
        np.testing.assert_array_equal(fitted.transform(frame[::-1]), out[::-1])
        np.testing.assert_array_equal(fitted.transform(frame.iloc[[399]]), out[[399]])

    def test_two_fits_of_the_same_rows_are_the_same(self, rows):
        first, second = (Preprocessor(n_features=10).fit(*rows) for _ in range(2))
        assert first.fit_report_ == second.fit_report_
        np.testing.assert_array_equal(first.transform(rows[0]), second.transform(rows[0]))
        np.testing.assert_array_equal(first.inlier_mask_, second.inlier_mask_)

    @pytest.mark.parametrize("unit", [1000.0, -1.0, 1e-250, 1e250])
    def test_the_unit_of_a_column_does_not_matter(self, rows, unit):
        frame, targets = rows
        fitted = Preprocessor(n_features=10).fit(frame, targets)
        position = fitted.selected_[4]
        scaled = frame.copy()
        scaled.iloc[:, position] *= unit
        again = Preprocessor(n_features=10, outlier_share=0.01).fit(scaled, targets)
        expected = fitted.transform(frame)
        expected[:, 4] *= np.sign(unit)
        np.testing.assert_array_equal(again.selected_, fitted.selected_)
        np.testing.assert_allclose(again.transform(scaled), expected, rtol=1e-9, atol=1e-12)

    def test_names_do_not_matter(self, rows):
        frame, targets = rows
        named = Preprocessor(n_features=10).fit(frame, targets)
        unnamed = Preprocessor(n_features=10).fit(frame.to_numpy(), targets)
        np.testing.assert_array_equal(named.transform(frame), unnamed.transform(frame.to_numpy()))
        assert named.get_feature_names_out().tolist() == [f"f{i}" for i in named.selected_]
        assert unnamed.get_feature_names_out().tolist() == [f"x{i}" for i in named.selected_]
        assert unnamed.get_feature_names_out(frame.columns).tolist() == [
            f"f{i}" for i in named.selected_
        ]

    def test_it_survives_pickle_and_clone(self, rows):
        frame, targets = rows
        fitted = Preprocessor(n_features=10, outlier_share=0.2).fit(frame, targets)
        again = pickle.loads(pickle.dumps(fitted))  # noqa: S301
        np.testing.assert_array_equal(again.transform(frame), fitted.transform(frame))
        assert again.fit_report_ == fitted.fit_report_
        assert clone(fitted).get_params() == fitted.get_params()

    def test_a_frame_is_given_if_asked_for(self, rows):
        frame, targets = rows
        fitted = Preprocessor(n_features=10).set_output(transform="pandas").fit(frame, targets)
        out = fitted.transform(frame)
        assert out.columns.tolist() == fitted.get_feature_names_out().tolist()

    def test_nothing_is_warned_about(self, rows):
        frame, targets = rows
        frame.iloc[0] = 1e308
        frame.iloc[1] = 5e-324
        frame.iloc[:, 0] = np.nan
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fitted = Preprocessor(n_features=10).fit(frame, targets)
            fitted.transform(frame)

    def test_targets_decide(self, rows):
        frame, targets = rows
        orders = {
            SelectionOrder.RELEVANCE: targets,
            SelectionOrder.NO_TARGETS: None,
            SelectionOrder.NO_RELEVANCE: np.zeros(400),
        }
        for order, given in orders.items():
            report = Preprocessor(n_features=10).fit(frame, given).fit_report_
            assert report.order is order
            scores = [column.score for column in report.columns]
            assert (None in scores) == (order is SelectionOrder.NO_TARGETS)


class TestReport:
    def test_it_is_json_and_comes_back(self, rows):
        report = Preprocessor(n_features=10).fit(*rows).fit_report_
        figures = json.loads(report.to_json())
        assert figures["rows"] == 400
        assert figures["order"] == "relevance over redundancy"
        assert len(figures["columns"]) == 40
        assert FitReport.model_validate_json(report.to_json()) == report
        assert len(report.selected) == 10
        ranks = [column.rank for column in report.columns if column.rank is not None]
        assert sorted(ranks) == list(range(10))

    def test_completeness_and_infinities_are_those_of_the_table(self, rows):
        frame, targets = rows
        columns = Preprocessor(n_features=10).fit(frame, targets).fit_report_.columns
        np.testing.assert_allclose([c.completeness for c in columns], np.isfinite(frame).mean())
        np.testing.assert_array_equal([c.infinite for c in columns], np.isinf(frame).sum())


class TestValidation:
    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            (
                {"n_features": 0},
                "n_features of Preprocessor must be a whole number from 1, or 'all', got 0",
            ),
            ({"n_features": "some"}, "got 'some'"),
            ({"n_features": True}, "got True"),
            ({"n_features": None}, "got None"),
            ({"n_features": 2.5}, r"got 2\.5"),
            ({"clip_width": 0.5}, r"must be a number from 1 to 1000, got 0\.5"),
            ({"clip_width": np.inf}, "got inf"),
            ({"clip_width": np.nan}, "got nan"),
            ({"outlier_share": 0.6}, r"must be a number from 0 to 0\.5, got 0\.6"),
            ({"outlier_share": "1"}, "got '1'"),
            ({"min_completeness": 0}, "must be a number above 0 and up to 1, got 0"),
            ({"min_completeness": 1.01}, r"got 1\.01"),
            (
                {"random_state": -1},
                "a whole number from 0 to 4294967295, or None, or a RandomState",
            ),
            ({"random_state": 0.0}, r"got 0\.0"),
        ],
    )
    def test_a_wrong_parameter_is_named_with_its_rule(self, parameters, message):
        with pytest.raises(BadParameter, match=message) as caught:
            Preprocessor(**{"n_features": 1, **parameters}).fit(np.eye(3))
        assert caught.value.parameter == next(iter(parameters))

    def test_more_features_than_columns_are_refused(self):
        with pytest.raises(TooFewFeatures, match="n_features=26 selects that many") as caught:
            Preprocessor().fit(np.eye(5))
        assert (caught.value.columns, caught.value.needed) == (5, 26)
        assert "(shape=(5, 5)) while a minimum of 26 is required" in str(caught.value)
        with pytest.raises(TooFewFeatures, match="a minimum of 1 is required"):
            Preprocessor(n_features="all").fit(np.empty((5, 0)))

    def test_more_features_than_usable_columns_are_refused(self, rows):
        frame = rows[0].iloc[:, :3].assign(empty=np.nan, flat=1.0)
        message = r"n_features=4 needs .* got 3; unusable: empty \(all missing\), flat \(constant\)"
        with pytest.raises(TooFewUsableFeatures, match=message) as caught:
            Preprocessor(n_features=4).fit(frame)
        assert (caught.value.usable, caught.value.needed) == (3, 4)
        assert caught.value.unusable == {"empty": "all missing", "flat": "constant"}

    def test_one_row_is_too_few_to_fit(self):
        with pytest.raises(TooFewRows, match="Preprocessor needs 2 rows or more, got n_samples=1"):
            Preprocessor(n_features=1).fit([[1.0]])

    def test_no_row_is_too_few_to_transform(self, rows):
        fitted = Preprocessor(n_features=10).fit(*rows)
        with pytest.raises(TooFewRows, match="n_samples=0"):
            fitted.transform(rows[0][:0])

    def test_other_columns_at_prediction_are_refused(self, rows):
        frame, targets = rows
        fitted = Preprocessor(n_features=10).fit(frame, targets)
        for method in (fitted.transform, fitted.usable_rows):
            with pytest.raises(ColumnMismatch) as caught:
                method(frame.drop(columns="f3").assign(new=1.0))
            assert (caught.value.missing, caught.value.extra) == (("f3",), ("new",))

    def test_other_names_out_than_names_in_are_refused(self, rows):
        frame, targets = rows
        named = Preprocessor(n_features=10).fit(frame, targets)
        with pytest.raises(ColumnMismatch, match="input_features is not equal"):
            named.get_feature_names_out(frame.columns[::-1])
        unnamed = Preprocessor(n_features=10).fit(frame.to_numpy(), targets)
        with pytest.raises(ColumnMismatch, match="input_features should have length equal"):
            unnamed.get_feature_names_out(["a"])

    @pytest.mark.parametrize("method", ["transform", "usable_rows"])
    def test_nothing_works_before_a_fit(self, method):
        with pytest.raises(NotFittedError):
            getattr(Preprocessor(), method)(np.eye(3))
        with pytest.raises(NotFittedError):
            Preprocessor().get_feature_names_out()

    def test_a_failed_fit_leaves_no_older_one_behind(self, rows):
        frame, targets = rows
        fitted = Preprocessor(n_features=10).fit(frame, targets)
        with pytest.raises(TooFewUsableFeatures):
            fitted.fit(frame * np.nan, targets)
        with pytest.raises(NotFittedError):
            fitted.transform(frame)


class TestNarrowed:
    @pytest.fixture
    def fitted(self, rows):
        return Preprocessor(n_features=10).fit(*rows)

    def test_it_takes_the_selected_columns_alone_and_gives_the_same_numbers(self, rows, fitted):
        frame = rows[0]
        names = list(fitted.get_feature_names_out())
        narrow = fitted.narrowed()
        assert list(narrow.feature_names_in_) == names
        assert narrow.n_features_in_ == 10
        np.testing.assert_array_equal(narrow.transform(frame[names]), fitted.transform(frame))
        np.testing.assert_array_equal(narrow.usable_rows(frame[names]), fitted.usable_rows(frame))
        assert list(narrow.get_feature_names_out()) == names
        np.testing.assert_array_equal(narrow.selected_, np.arange(10))

    def test_the_original_is_left_as_it_was(self, rows, fitted):
        before = fitted.transform(rows[0])
        selected, names = fitted.selected_.copy(), list(fitted.feature_names_in_)
        fitted.narrowed()
        np.testing.assert_array_equal(fitted.selected_, selected)
        assert list(fitted.feature_names_in_) == names
        assert fitted.n_features_in_ == 40
        np.testing.assert_array_equal(fitted.transform(rows[0]), before)

    def test_the_report_is_of_all_columns(self, fitted):
        assert fitted.narrowed().fit_report_ is fitted.fit_report_

    def test_other_columns_are_refused(self, rows, fitted):
        narrow = fitted.narrowed()
        names = list(narrow.feature_names_in_)
        with pytest.raises(ColumnMismatch):
            narrow.transform(rows[0])
        with pytest.raises(ColumnMismatch):
            narrow.transform(rows[0][names[::-1]])
        with pytest.raises(ColumnMismatch) as caught:
            narrow.usable_rows(rows[0][names[1:]])
        assert caught.value.missing == (names[0],)

    def test_columns_without_names(self, rows):
        table = rows[0].to_numpy()
        fitted = Preprocessor(n_features=10).fit(table, rows[1])
        narrow = fitted.narrowed()
        np.testing.assert_array_equal(
            narrow.transform(table[:, fitted.selected_]), fitted.transform(table)
        )
        assert not hasattr(narrow, "feature_names_in_")

    def test_all_columns_stay_in_place(self, rows):
        frame = rows[0].assign(flat=1.0)
        fitted = Preprocessor(n_features="all").fit(frame)
        narrow = fitted.narrowed()
        np.testing.assert_array_equal(narrow.transform(frame), fitted.transform(frame))

    def test_narrower_than_narrow_is_the_same(self, rows, fitted):
        narrow = fitted.narrowed()
        frame = rows[0][list(narrow.feature_names_in_)]
        np.testing.assert_array_equal(narrow.narrowed().transform(frame), narrow.transform(frame))

    def test_it_survives_being_stored(self, rows, fitted):
        narrow = fitted.narrowed()
        stored = pickle.loads(pickle.dumps(narrow))  # noqa: S301
        frame = rows[0][list(narrow.feature_names_in_)]
        np.testing.assert_array_equal(stored.transform(frame), narrow.transform(frame))

    def test_not_before_a_fit(self):
        with pytest.raises(NotFittedError):
            Preprocessor().narrowed()
