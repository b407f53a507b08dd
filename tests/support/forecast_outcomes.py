"""Random forecasts and outcomes."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from aurum_plugins.forecasting.conformal.forecasted import Forecasted
from aurum_plugins.forecasting.conformal.outcomes import Outcomes


def random_outcomes(n=300, seed=0, regimes=3, gaps=True):
    """Independent outcomes of an unbiased forecaster; candles leave gaps."""
    rng = np.random.default_rng(seed)
    candles = np.cumsum(rng.integers(1, 3, n) if gaps else np.ones(n, dtype=int)) + 1_000
    probability, spread = rng.uniform(0.2, 0.8, n), rng.uniform(0.5, 2.0, n)
    value = rng.normal(size=n)
    size = np.abs(rng.standard_t(4, n)) * spread
    target = np.where(rng.uniform(size=n) < probability, size, -size)
    return Outcomes(
        candles, probability, value, spread, rng.integers(0, regimes, n), value + target
    )


def as_rows(outcomes, part=slice(None)):
    """The forecasts without what became of them."""
    return Forecasted(*(getattr(outcomes, f.name)[part] for f in fields(Forecasted)))


def some(outcomes, part):
    """Some of the outcomes."""
    return Outcomes(*(getattr(outcomes, f.name)[part] for f in fields(Outcomes)))


def changed(outcomes, **columns):
    return replace(outcomes, **columns)


def same(first, second, part=slice(None)):
    """Whether two assessments say the same of the same rows."""
    for name in ("lower", "upper", "may_be_up", "may_be_down", "confidence"):
        np.testing.assert_array_equal(
            getattr(first, name), getattr(second, name)[part], err_msg=name
        )
