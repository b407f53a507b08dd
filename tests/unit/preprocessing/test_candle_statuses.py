from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.features.candles import CandleStatus
from aurum_plugins.preprocessing.candle_statuses import candle_statuses

OBSERVED, MISSING, EMPTY, INVALID, IMPLAUSIBLE = CandleStatus
QUIET = (100.0, 101.0, 99.0, 100.5, 5.0)


def judge(*candles: tuple[float, ...], largest_move: float = 10.0) -> list[int]:
    """Statuses of (open, high, low, close, volume)."""
    columns = np.array(candles, dtype=np.float64).reshape(-1, 5).T
    return candle_statuses(*columns, largest_move).tolist()


def flat(*levels: float | None) -> list[int]:
    """Statuses of traded candles of one price; None is an invalid one."""
    return judge(*((p or np.nan, p or np.nan, p or np.nan, p or np.nan, 1.0) for p in levels))


class TestSoundness:
    def test_nothing_to_judge(self):
        assert judge() == []

    @pytest.mark.parametrize("column", range(5))
    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1.0, 1e308, -5e-324])
    def test_one_absurd_number_is_enough(self, column, value):
        candle = list(QUIET)
        candle[column] = value
        assert judge(QUIET, tuple(candle), QUIET) == [OBSERVED, INVALID, OBSERVED]

    @pytest.mark.parametrize(
        ("price", "status"),
        [(0.0, INVALID), (9e-19, INVALID), (1e-18, OBSERVED), (1e18, OBSERVED), (2e18, INVALID)],
    )
    def test_the_range_of_prices(self, price, status):
        assert flat(price) == [status]

    @pytest.mark.parametrize(
        ("volume", "status"),
        [(5e-324, OBSERVED), (1e24, OBSERVED), (1.1e24, INVALID), (-0.1, INVALID), (-0.0, EMPTY)],
    )
    def test_the_range_of_volumes(self, volume, status):
        assert judge((1.0, 1.0, 1.0, 1.0, volume)) == [status]

    @pytest.mark.parametrize(
        "candle",
        [
            (102.0, 101.0, 99.0, 100.0, 1.0),
            (98.0, 101.0, 99.0, 100.0, 1.0),
            (100.0, 101.0, 99.0, 101.5, 1.0),
            (100.0, 101.0, 99.0, 98.5, 1.0),
            (100.0, 99.0, 101.0, 100.0, 1.0),
        ],
    )
    def test_what_contradicts_itself(self, candle):
        assert judge(candle) == [INVALID]

    def test_no_volume(self):
        moved = (*QUIET[:4], 0.0)
        still = (100.0, 100.0, 100.0, 100.0, 0.0)
        assert judge(QUIET, still, moved, QUIET) == [OBSERVED, EMPTY, INVALID, OBSERVED]


class TestPlausibility:
    def test_one_wild_candle_does_not_take_the_next_along(self):
        assert flat(1.0, 1.1, 20.0, 1.1, 1.0) == [0, 0, IMPLAUSIBLE, 0, 0]
        assert flat(1.0, 1.1, 0.05, 1.1, 1.0) == [0, 0, IMPLAUSIBLE, 0, 0]

    def test_a_change_of_level_is_marked_once(self):
        assert flat(1.0, 1.1, 1100.0, 1000.0, 1200.0) == [0, 0, IMPLAUSIBLE, 0, 0]

    def test_the_factor_itself_is_plausible(self):
        assert flat(1.0, 10.0, 1.0) == [0, 0, 0]
        assert flat(1.0, 10.1, 1.0) == [0, IMPLAUSIBLE, 0]
        assert flat(10.0, 1.0) == [0, 0]
        assert flat(10.0, 0.99) == [0, IMPLAUSIBLE]

    def test_another_factor(self):
        levels = [(p, p, p, p, 1.0) for p in (1.0, 2.5, 1.0)]
        assert judge(*levels, largest_move=2.0) == [0, IMPLAUSIBLE, 0]

    def test_chaos_stays_marked_until_it_ends(self):
        assert flat(1.0, 100.0, 1e4, 1e6, 1.0, 1e4, 1e4) == [0, 4, 4, 4, 0, 4, 0]

    def test_a_wick_or_body_beyond_the_factor(self):
        wick = (100.0, 1200.0, 99.0, 100.5, 5.0)
        dip = (100.0, 101.0, 9.0, 100.5, 5.0)
        rise = (100.0, 1200.0, 99.0, 1150.0, 5.0)
        assert judge(QUIET, wick, QUIET, dip, QUIET) == [0, IMPLAUSIBLE, 0, IMPLAUSIBLE, 0]
        assert judge(wick, QUIET) == [IMPLAUSIBLE, OBSERVED]
        after = (1150.0, 1160.0, 1140.0, 1150.0, 5.0)
        assert judge(QUIET, rise, after) == [0, IMPLAUSIBLE, 0]

    def test_nothing_was_believed_before(self):
        wide = (1.0, 1000.0, 1.0, 1.0, 1.0)
        high = (500.0, 500.0, 500.0, 500.0, 1.0)
        assert judge(wide, high, high) == [IMPLAUSIBLE, IMPLAUSIBLE, OBSERVED]

    def test_invalid_candles_are_passed_over(self):
        assert flat(1.0, None, None, 1.2) == [0, INVALID, INVALID, 0]
        assert flat(1.0, None, 50.0, None, 55.0) == [0, INVALID, IMPLAUSIBLE, INVALID, 0]

    def test_an_empty_candle_keeps_its_name_but_is_no_anchor_if_it_is_far(self):
        def empty(price: float) -> tuple[float, ...]:
            return (price, price, price, price, 0.0)

        near = (100.0, 100.0, 100.0, 100.0, 1.0)
        assert judge(near, empty(5000.0), near) == [OBSERVED, EMPTY, OBSERVED]
        assert judge(near, empty(500.0), (5000.0,) * 4 + (1.0,)) == [OBSERVED, EMPTY, OBSERVED]

    def test_scale_does_not_matter(self):
        levels = [1.0, 3.0, 50.0, 3.0, 0.1, 0.1, 2.0]
        assert flat(*levels) == flat(*(1000.0 * level for level in levels))
