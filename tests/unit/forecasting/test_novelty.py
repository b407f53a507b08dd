from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from aurum_plugins.forecasting.errors import BadRows, NotFitted, TooLittleData
from aurum_plugins.forecasting.novelty import Novelty


def correlated(seed: int, rows: int, columns: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(99).normal(size=(columns, columns))
    return rng.standard_t(5, size=(rows, columns)) @ mixing + 2


@pytest.fixture(scope="module")
def fitted() -> Novelty:
    return Novelty().fit(correlated(0, 400), correlated(1, 199))


class TestKnownAnswers:
    def test_equals_scikit_learn_and_a_count(self, fitted):
        oracle = LedoitWolf().fit(correlated(0, 400))
        far = oracle.mahalanobis(correlated(1, 199))
        rows = correlated(2, 300)
        counts = [(far < distance).sum() / 200 for distance in oracle.mahalanobis(rows)]
        assert fitted.novelty(rows) == pytest.approx(counts, abs=1e-12)
        assert fitted.distances_ == pytest.approx(np.sort(far), rel=1e-6)

    def test_is_one_less_the_conformal_p_value(self, fitted):
        rows = correlated(2, 300)
        distances = fitted._distances(rows)
        p_values = [(1 + (fitted.distances_ >= distance).sum()) / 200 for distance in distances]
        assert fitted.novelty(rows) == pytest.approx([1 - p for p in p_values])

    def test_a_broken_correlation_is_novel(self):
        rng = np.random.default_rng(3)
        common = rng.normal(size=(600, 1))
        table = common + 0.1 * rng.normal(size=(600, 2))
        fitted = Novelty().fit(table[:400], table[400:])
        near, apart = fitted.novelty(np.array([[1.0, 1.0], [1.0, -1.0]]))
        assert near < 0.9
        assert apart == pytest.approx(200 / 201)

    def test_rare_rows_are_novel(self, fitted):
        centre, far = fitted.mean_[None], fitted.mean_[None] + 1e3
        assert fitted.novelty(centre)[0] < 0.05
        assert fitted.is_novel(np.vstack((centre, far)), 0.005).tolist() == [False, True]

    def test_a_share_below_what_the_rows_can_tell_refuses_none(self, fitted):
        far = fitted.mean_[None] + 1e9
        assert not fitted.is_novel(far, 0.0).any()
        assert not fitted.is_novel(far, 0.0049).any()
        assert fitted.is_novel(far, 0.005).all()

    @pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
    def test_that_share_of_ordinary_rows_is_novel(self, share):
        fitted = Novelty().fit(correlated(0, 2_000), correlated(1, 1_999))
        assert fitted.is_novel(correlated(2, 20_000), share).mean() == pytest.approx(
            share, abs=0.02
        )


class TestInvariants:
    def test_one_row_reads_as_it_does_among_many(self, fitted):
        rows = correlated(4, 500)
        alone = [fitted.novelty(row[None])[0] for row in rows]
        assert fitted.novelty(rows).tolist() == alone
        assert np.array_equal(
            fitted._distances(rows), np.concatenate([fitted._distances(row[None]) for row in rows])
        )

    def test_units_make_little_difference(self):
        training, calibration, rows = correlated(0, 4_000), correlated(1, 500), correlated(2, 50)
        one = Novelty().fit(training, calibration).novelty(rows)
        two = Novelty().fit(training * 7 - 3, calibration * 7 - 3).novelty(rows * 7 - 3)
        assert one == pytest.approx(two, abs=1e-9)

    def test_any_numbers_have_a_finite_novelty(self, fitted):
        rows = np.array([[np.nan] * 5, [np.inf] * 5, [np.inf, -np.inf, 0, 0, 0], [1e308] * 5])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert fitted.novelty(rows).tolist() == [199 / 200] * 4
            assert fitted.is_novel(rows, 0.005).all()

    @pytest.mark.parametrize("columns", [1, 3, 60])
    def test_fewer_rows_than_columns_and_columns_that_never_vary(self, columns):
        training = correlated(0, 20, columns)
        training[:, 0] = 4.0
        fitted = Novelty().fit(training, training[:5])
        rows = training[:1].copy()
        rows[:, 0] = 1e9
        assert fitted.novelty(rows)[0] == pytest.approx(5 / 6)

    def test_nothing_varied(self):
        fitted = Novelty().fit(np.zeros((9, 2)), np.zeros((3, 2)))
        assert fitted.novelty(np.array([[0.0, 0.0], [0.0, 1e-3]])).tolist() == [0.0, 0.75]

    def test_no_rows(self, fitted):
        assert fitted.novelty(np.empty((0, 5))).shape == (0,)

    def test_input_is_not_changed_and_it_can_be_pickled(self, fitted):
        rows = correlated(2, 50)
        kept = rows.copy()
        copied = pickle.loads(pickle.dumps(fitted))  # noqa: S301
        assert copied.novelty(rows).tolist() == fitted.novelty(rows).tolist()
        assert np.array_equal(rows, kept)


class TestValidation:
    def test_not_fitted(self):
        with pytest.raises(NotFitted, match="monitor of novelty was not trained"):
            Novelty().novelty(np.zeros((1, 2)))

    def test_other_columns(self, fitted):
        with pytest.raises(BadRows, match=r"fitted on 5 features, got shape \(1, 4\)"):
            fitted.novelty(np.zeros((1, 4)))
        with pytest.raises(BadRows, match=r"fitted on 5 features, got shape \(5,\)"):
            fitted.novelty(np.zeros(5))
        with pytest.raises(BadRows, match="5 features and calibration rows 4"):
            Novelty().fit(np.zeros((9, 5)), np.zeros((9, 4)))
        with pytest.raises(BadRows, match="0 features and calibration rows 0"):
            Novelty().fit(np.zeros((9, 0)), np.zeros((9, 0)))

    @pytest.mark.parametrize("table", [np.zeros(4), np.full((4, 2), np.nan)])
    def test_not_a_table_of_numbers(self, table):
        with pytest.raises(BadRows, match="table of finite features"):
            Novelty().fit(table, np.zeros((4, 2)))
        with pytest.raises(BadRows, match="table of finite features"):
            Novelty().fit(np.zeros((4, 2)), table)

    def test_too_few_rows(self):
        with pytest.raises(TooLittleData, match="novelty: 1 usable rows, but at least 2"):
            Novelty().fit(np.zeros((1, 2)), np.zeros((4, 2)))
        with pytest.raises(TooLittleData, match="novelty's calibration: 0 usable rows"):
            Novelty().fit(np.zeros((4, 2)), np.zeros((0, 2)))
