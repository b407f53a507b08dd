from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.forecasting.overlapping_labels import overlap


@pytest.mark.parametrize("rows", [1, 2, 4, 24, 97])
def test_it_is_the_sum_of_squared_correlations(rows):
    correlations = [1 - k / rows for k in range(1, rows)]
    assert overlap(rows) == pytest.approx(1 + 2 * sum(c**2 for c in correlations))


def test_the_mean_square_of_overlapping_sums_varies_so_much_more():
    rng, h, n = np.random.default_rng(3), 8, 400
    sums = np.array(
        [np.convolve(rng.normal(size=n + h - 1), np.ones(h), "valid") for _ in range(4000)]
    )
    independent = 2 * h**2 / n
    assert np.var(np.mean(sums**2, axis=1)) / independent == pytest.approx(overlap(h), rel=0.08)
