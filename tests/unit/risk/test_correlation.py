from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aurum_plugins.risk.correlation import CloseSeries, CorrelationGroups
from aurum_plugins.risk.settings import RiskSettings

CANDLES = 200
LAST = 1_000 + 2 * CANDLES
GROUPS = CorrelationGroups(RiskSettings(group_correlation=0.7, correlation_candles=CANDLES))


def series(returns: np.ndarray, last: int = LAST) -> CloseSeries:
    numbers = np.arange(last - len(returns) + 1, last + 1)
    return CloseSeries(numbers, 100 * np.exp(np.cumsum(returns)))


def without(given: CloseSeries, missing: np.ndarray) -> CloseSeries:
    return CloseSeries(given.numbers[~missing], given.closes[~missing])


@pytest.fixture
def market() -> dict[str, CloseSeries]:
    """A moves with B and B with C (0.8 each), A and C less (0.6); D against A; E on its own."""
    a, b, c, e = np.linalg.qr(np.random.default_rng(3).normal(size=(2 * CANDLES, 4)))[0].T
    b = 0.8 * a + 0.6 * b
    # 0.8 along B; of the rest, what brings the correlation with A to 0.6.
    rest = (a - 0.8 * b) / 0.6
    c = 0.8 * b + 0.6 * (-0.0667 * rest + np.sqrt(1 - 0.0667**2) * c)
    returns = {"A": a, "B": b, "C": c, "D": -a, "E": e}
    return {name: series(0.2 * r) for name, r in returns.items()}


def oracle(one: CloseSeries, other: CloseSeries) -> float:
    x, y = (np.diff(np.log(s.closes[s.numbers >= LAST - CANDLES])) for s in (one, other))
    return float(np.corrcoef(x, y)[0, 1])


class TestGroups:
    def test_the_market_is_as_described(self, market):
        assert oracle(market["A"], market["B"]) > 0.7
        assert oracle(market["B"], market["C"]) > 0.7
        assert 0.4 < oracle(market["A"], market["C"]) < 0.7
        assert oracle(market["A"], market["D"]) < -0.9

    def test_pairs_that_move_together(self, market):
        assert GROUPS.group("A", ["B", "D", "E"], market, LAST) == {"B"}
        assert GROUPS.group("E", ["A", "B", "C", "D"], market, LAST) == set()

    def test_links_lead_on(self, market):
        assert GROUPS.group("A", ["C"], market, LAST) == set()
        assert GROUPS.group("A", ["C", "B"], market, LAST) == {"B", "C"}

    def test_a_pair_is_not_of_its_own_group(self, market):
        assert GROUPS.group("A", ["A", "B"], market, LAST) == {"B"}

    def test_nothing_held(self, market):
        assert GROUPS.group("A", [], market, LAST) == frozenset()

    @pytest.mark.parametrize("threshold", np.arange(0.05, 1, 0.05))
    def test_the_threshold_is_that_of_an_independent_implementation(self, market, threshold):
        groups = CorrelationGroups(
            RiskSettings(group_correlation=float(threshold), correlation_candles=CANDLES)
        )
        for one in market:
            for other in set(market) - {one}:
                linked = oracle(market[one], market[other]) >= threshold
                assert groups.group(one, [other], market, LAST) == ({other} if linked else set())

    def test_scale_does_not_matter(self, market):
        larger = {n: CloseSeries(s.numbers, s.closes * 1000) for n, s in market.items()}
        for pair in market:
            held = set(market) - {pair}
            assert GROUPS.group(pair, held, larger, LAST) == GROUPS.group(pair, held, market, LAST)


class TestTime:
    def test_later_candles_are_not_looked_at(self, market):
        rng = np.random.default_rng(0)
        later = {
            name: CloseSeries(
                np.append(s.numbers, np.arange(LAST + 1, LAST + 500)),
                np.append(s.closes, s.closes[-1] * np.exp(np.cumsum(rng.normal(0, 1, 499)))),
            )
            for name, s in market.items()
        }
        for pair in market:
            held = set(market) - {pair}
            assert GROUPS.group(pair, held, later, LAST) == GROUPS.group(pair, held, market, LAST)

    def test_candles_before_the_window_are_not_looked_at(self, market):
        for s in market.values():
            s.closes[s.numbers < LAST - CANDLES] = np.nan
        assert GROUPS.group("A", ["B", "D", "E"], market, LAST) == {"B"}

    def test_candles_are_matched_by_their_number(self, market):
        # Every tenth is missing in one of them, others in the other.
        market["B"] = without(market["B"], market["B"].numbers % 10 == 3)
        market["E"] = without(market["E"], market["E"].numbers % 10 == 7)
        assert GROUPS.group("A", ["B", "E"], market, LAST) == {"B"}
        assert GROUPS.group("B", ["E"], market, LAST) == set()

    def test_candles_that_ended_long_ago_say_nothing(self, market):
        old = {name: CloseSeries(s.numbers - CANDLES, s.closes) for name, s in market.items()}
        assert GROUPS.group("A", ["E"], old, LAST) == {"E"}


class TestUnknown:
    """What is not known counts as linked."""

    def test_no_candles(self, market):
        assert GROUPS.group("A", ["E", "X"], market, LAST) == {"X", "E"}  # through X
        assert GROUPS.group("X", ["A", "E"], market, LAST) == {"A", "E"}
        nothing = CloseSeries(np.array([], dtype=np.int64), np.array([]))
        assert GROUPS.group("A", ["X"], {**market, "X": nothing}, LAST) == {"X"}

    @pytest.mark.parametrize(("kept", "linked"), [(CANDLES // 2 + 1, False), (CANDLES // 2, True)])
    def test_too_few_returns_in_common(self, market, kept, linked):
        # So many closes have one return less.
        short = CloseSeries(market["E"].numbers[-kept:], market["E"].closes[-kept:])
        assert GROUPS.group("A", ["E"], {**market, "E": short}, LAST) == (
            {"E"} if linked else set()
        )

    @pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, -1.0])
    def test_closes_that_are_none(self, market, bad):
        closes = market["E"].closes.copy()
        closes[-CANDLES // 4 :] = bad
        few = {**market, "E": CloseSeries(market["E"].numbers, closes)}
        assert GROUPS.group("A", ["E"], few, LAST) == set()
        closes[-CANDLES:] = bad
        assert GROUPS.group("A", ["E"], few, LAST) == {"E"}

    @pytest.mark.parametrize("price", [100.0, 0.1, 1e-8])
    def test_a_price_that_stands_still(self, market, price):
        market["E"].closes[:] = price
        assert GROUPS.group("A", ["E"], market, LAST) == {"E"}

    def test_a_price_that_only_ever_grows_alike(self, market):
        # Its returns differ by rounding errors alone, which correlate with nothing.
        market["E"] = series(np.full(2 * CANDLES, 1e-3))
        assert GROUPS.group("A", ["E"], market, LAST) == {"E"}

    @settings(max_examples=60, deadline=None)
    @given(
        numbers=arrays(np.int64, 200, elements=st.integers(LAST - 300, LAST + 300)),
        closes=arrays(np.float64, 200, elements=st.floats()),
    )
    def test_nonsense_never_raises(self, numbers, closes):
        candles = {"A": CloseSeries(numbers, closes), "B": CloseSeries(np.sort(numbers), closes)}
        assert GROUPS.group("A", ["B"], candles, LAST) == {"B"}

    def test_candles_out_of_order(self, market):
        rng = np.random.default_rng(0)
        order = rng.permutation(2 * CANDLES)
        mixed = CloseSeries(market["E"].numbers[order], market["E"].closes[order])
        assert GROUPS.group("A", ["E"], {**market, "E": mixed}, LAST) == {"E"}
        doubled = CloseSeries(np.sort(np.append(market["E"].numbers, LAST)), np.ones(401))
        assert GROUPS.group("A", ["E"], {**market, "E": doubled}, LAST) == {"E"}

    def test_more_numbers_than_closes(self, market):
        broken = CloseSeries(market["E"].numbers, market["E"].closes[:-1])
        assert GROUPS.group("A", ["E"], {**market, "E": broken}, LAST) == {"E"}

    def test_the_input_is_not_touched(self, market):
        before = {name: s.closes.copy() for name, s in market.items()}
        GROUPS.group("A", ["B", "C"], market, LAST)
        assert all(np.array_equal(market[name].closes, before[name]) for name in market)
