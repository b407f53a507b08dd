"""Intervals, sets of signs and confidence, from how the last forecasts turned out.

**Confidence, for a trader.** It answers: "had the other sign come, how unusual a surprise would
that have been?" With a confidence of 0.9, no more than a tenth of the recent outcomes of this pair,
in a market as calm or as wild as now, surprised this model as much as the less likely sign would
surprise it here. So it tells forecasts on which the model commits itself, as measured by its own
latest record, from those on which it does not. It is *not* the probability that the forecast is
right: a model that is often wrong commits itself to little, and where nothing can be forecast one
row in five still gets 0.9, and is right half the time. That probability is `probability`. Nor does
it say how far the price will go or whether a trade pays: that is for the interval, and for costs.
0.5 and less is no opinion; 0 means that the record is too short to say anything. It never reaches
1, the less so the shorter the record is and the further the horizon.

Intervals reach as far to both sides of the expected value as the residual, in spreads, that the
level's share of the record did not exceed. A sign belongs to a set if its p-value is above 1 minus
the level; confidence is 1 minus the p-value of the less likely sign. Signs share one record rather
than have one each: so confidence rises with the distance of the probability from even odds and
belongs to the likelier sign, and on returns and volatility alike the record of each sign alone
served worse.

The record rolls, holds the row's regime and counts overlapping labels for less, see
`RollingRecord`: that is how the layer adapts. Measured on 5 pairs in 1h candles over 15 months and
8 in 5m candles over 3 weeks, for volatility and returns, all mean coverages came within a point of
80 % and 90 %. A fixed record came to 71 % and 83 %, a rolling one that takes overlapping labels for
independent ones to 77 % and 87 %. To correct the level by the coverage of the latest intervals, as
adaptive conformal inference does (I. Gibbs and E. Candes, NeurIPS 2021), was tried over as long a
record: it widened intervals by 5 to 10 % and brought the mean coverage no nearer to the level.

Where many probabilities are the same, as when the calibration found no use for the score, ties
count against a narrow set: sets then hold more than their level.

References
----------
V. Vovk, A. Gammerman and G. Shafer, "Algorithmic learning in a random world" (2005).
R. Barber, E. Candes, A. Ramdas and R. Tibshirani, "Conformal prediction beyond exchangeability",
Annals of Statistics 51 (2023): what is lost where the market drifts within a record.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aurum_plugins.forecasting.conformal.conformal import Conformal
from aurum_plugins.forecasting.conformal.forecasted import Forecasted
from aurum_plugins.forecasting.conformal.intervals import radii
from aurum_plugins.forecasting.conformal.outcomes import Outcomes
from aurum_plugins.forecasting.conformal.rolling_record import RollingRecord, least_record
from aurum_plugins.forecasting.conformal.sign_sets import p_values
from aurum_plugins.forecasting.errors import TooLittleData

LEVELS = (0.8, 0.9)
# A p-value is a ratio: it may miss 1 minus the level by rounding alone.
_ROUNDING = 1e-9


class ConformalLayer:
    """Measures forecasts of one pair by the outcomes of those before them.

    Parameters
    ----------
    record_candles : int
        Outcomes that a row is measured by, if each candle has one.
    horizon : int
        Candles until a label is known, at least 1.
    levels : sequence of float in (0, 1), default (0.8, 0.9)
        Rising: the share of labels that intervals and sets are to hold.

    Raises
    ------
    ValueError
        If levels do not rise within (0, 1).
    aurum_plugins.forecasting.errors.TooLittleData
        If the record could never bear out the highest level, see `least_record`.
    """

    def __init__(self, record_candles: int, horizon: int, levels: Sequence[float] = LEVELS) -> None:
        if not levels or not all(a < b for a, b in zip((0.0, *levels), (*levels, 1.0))):
            raise ValueError(f"levels must rise, and be above 0 and under 1, got {tuple(levels)}")
        needed = least_record(horizon, levels[-1])
        if record_candles < needed:
            raise TooLittleData(
                f"a record (record_candles) for intervals of {levels[-1]:.0%}, {horizon} candles "
                "ahead",
                record_candles,
                needed,
            )
        self.levels = tuple(levels)
        self.record = RollingRecord(record_candles, horizon, levels[-1])

    def assess(self, outcomes: Outcomes, rows: Forecasted) -> Conformal:
        """Measure rows, each by what was known at its close.

        Parameters
        ----------
        outcomes : Outcomes
            Of the same model. May hold the rows themselves and later ones: what was not known at a
            row, or is older than its record, is left out.
        rows : Forecasted
            n rows.

        Returns
        -------
        Conformal
            Of a row that is not complete, or has too short a record for every level: no interval,
            both signs, confidence 0.
        """
        known = outcomes.known()
        residual, surprise = known.residual, known.surprise
        n = len(rows.candles)
        radius = np.empty((n, len(self.levels)))
        p_up, p_down = np.empty(n), np.empty(n)
        for recorded in self.record.of(known, rows):
            part = recorded.rows
            up = rows.probability[part]
            radius[part] = radii(residual, recorded, self.levels)
            p_up[part] = p_values(surprise, recorded, 1.0 - up)
            p_down[part] = p_values(surprise, recorded, up)
        radius[~rows.complete] = np.nan
        radius[np.isinf(radius)] = np.nan
        mute = np.isnan(radius).all(axis=1)
        p_up[mute] = p_down[mute] = 1.0
        reach = radius * rows.spread[:, np.newaxis]
        least_p = 1.0 - np.array(self.levels) + _ROUNDING
        return Conformal(
            levels=self.levels,
            lower=rows.value[:, np.newaxis] - reach,
            upper=rows.value[:, np.newaxis] + reach,
            may_be_up=p_up[:, np.newaxis] > least_p,
            may_be_down=p_down[:, np.newaxis] > least_p,
            confidence=1.0 - np.minimum(p_up, p_down),
        )
