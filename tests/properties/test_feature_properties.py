"""What holds for every feature, whatever the market does.

Series are put together from stretches: a plausible walk, a standstill, moves near the limit of
floating point, moves of up to ten times in one candle, candles of one price. Volumes reach from
1e-12 to 1e18. Some candles come after a gap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_candle_series import COLUMNS, rescaled, rows_of
from random_candles import INTERVAL_MS, START_MS, with_holes

from aurum_plugins.features.candle_series import CandleSeries, FloatArray
from aurum_plugins.features.candles import Candles
from aurum_plugins.features.catalogue import FEATURES, MARKET_FEATURES
from aurum_plugins.features.feature import Family, Feature
from aurum_plugins.features.feature_set import FeatureSet
from aurum_plugins.features.market_feature import MarketFeature
from aurum_plugins.features.market_view import MarketView
from aurum_plugins.features.settings import FeatureSettings

PERIODS = (2, 5, 14, 30)
# Standard deviation of a candle's log return, by the kind of stretch.
MOVES = {"walk": 0.004, "single prices": 0.004, "tiny": 1e-12, "still": 0.0}
TEN_TIMES = np.log(10.0)

# The same examples in every run: a thousand tests of this size would find a bad day too often.
few = settings(max_examples=15, deadline=None, derandomize=True)
periods = st.sampled_from(PERIODS)
# Of two values, higher moments and correlations are constants, and all the rest is rounding.
longer_periods = st.sampled_from(PERIODS[1:])
every_feature = pytest.mark.parametrize("feature", FEATURES.values(), ids=list(FEATURES))
every_market_feature = pytest.mark.parametrize(
    "feature",
    [feature for feature in MARKET_FEATURES.values() if feature.family is Family.MARKET],
    ids=lambda feature: feature.name,
)


@dataclass(frozen=True)
class Stretch:
    """Candles of one kind; volumes are spread over `volume_decades` powers of ten to each side."""

    kind: str
    rows: int
    volume_decades: float


def series_of(
    stretches: list[Stretch], price: float, seed: int, gap_share: float = 0.0
) -> CandleSeries:
    rng = np.random.default_rng(seed)
    parts = [_prices(stretch, rng) for stretch in stretches]
    moves, gaps, above, below = (
        np.concatenate([part[n] for part in parts]) if parts else np.empty(0) for n in range(4)
    )
    log_close = np.log(price) + np.cumsum(moves)
    close = np.exp(log_close)
    opens = np.exp(log_close - moves + gaps)
    high = np.maximum(opens, close) * np.exp(above)
    low = np.minimum(opens, close) * np.exp(-below)
    single = np.repeat(
        [stretch.kind in {"single prices", "still"} for stretch in stretches],
        [stretch.rows for stretch in stretches],
    )
    for column in (opens, high, low):
        column[single] = close[single]
    volumes = [
        10.0 ** (3.0 + rng.uniform(-s.volume_decades, s.volume_decades, s.rows)) for s in stretches
    ]
    volume = np.concatenate([*volumes, np.empty(0)])
    after_gap = rng.random(len(close)) < gap_share if gap_share else None
    return CandleSeries(opens, high, low, close, volume, after_gap=after_gap)


def _prices(stretch: Stretch, rng: np.random.Generator) -> tuple[FloatArray, ...]:
    rows = stretch.rows
    if stretch.kind == "leaps":
        moves = rng.uniform(-TEN_TIMES, TEN_TIMES, rows)
        return moves, 0.5 * moves * rng.random(rows), rng.random(rows), rng.random(rows)
    spread = MOVES[stretch.kind]
    moves = rng.normal(0.0, spread, rows)
    gaps = rng.normal(0.0, 0.1 * spread, rows) * (rng.random(rows) < 0.5)
    return moves, gaps, *(rng.exponential(0.5, (2, rows)) * spread)


def series_from(*kinds: str, decades: float) -> st.SearchStrategy:
    stretch = st.builds(
        Stretch,
        kind=st.sampled_from(kinds),
        rows=st.integers(1, 60),
        volume_decades=st.sampled_from([0.0, 0.5, decades]),
    )
    return st.builds(
        lambda stretches, last, price, seed, gap_share: series_of(
            [*stretches, Stretch("walk", last, 0.5)], price, seed, gap_share
        ),
        st.lists(stretch, max_size=5),
        st.sampled_from([0, 0, 125]),
        st.sampled_from([1e-6, 1.0, 37.0, 1e5]),
        st.integers(0, 2**32 - 1),
        st.sampled_from([0.0, 0.05, 0.4]),
    )


hostile = series_from("walk", "still", "tiny", "leaps", "single prices", decades=15.0)
stormy = series_from("walk", "still", "leaps", "single prices", decades=1.0)
plausible = series_from("walk", "still", "single prices", decades=1.0)


def compute(feature: Feature, series: CandleSeries, period: int) -> FloatArray:
    return feature.compute(series, period if feature.periodic else 1)


def window_of(feature: Feature, period: int) -> int:
    return feature.window(period if feature.periodic else 1)


@every_feature
@few
@given(series=hostile, period=periods, share=st.floats(0, 1))
def test_later_candles_change_no_earlier_row(feature, series, period, share):
    rows = round(share * len(series))
    whole = compute(feature, series, period)
    first = compute(feature, rows_of(series, slice(rows)), period)
    np.testing.assert_array_equal(first, whole[:rows])


@every_feature
@few
@given(series=hostile, period=periods)
def test_nothing_is_ever_infinite_or_of_another_length(feature, series, period):
    got = compute(feature, series, period)
    assert got.shape == (len(series),)
    assert got.dtype == np.float64
    assert not np.isinf(got).any()


@every_feature
@few
@given(series=hostile, period=periods)
def test_there_is_no_value_before_the_first_window(feature, series, period):
    got = compute(feature, series, period)
    assert np.isnan(got[: window_of(feature, period) - 1]).all()


@every_feature
@pytest.mark.parametrize("period", PERIODS)
def test_there_are_values_from_the_first_window_on(feature, period):
    # Shape statistics of two or three returns are undefined: then all of them may be.
    series = series_of([Stretch("walk", 300, 0.5)], 37.0, 1)
    known = np.isfinite(compute(feature, series, period)[window_of(feature, period) - 1 :])
    assert known.all() or not (known.any() or period >= 5)


@every_feature
@few
@given(series=stormy.filter(len), period=periods, share=st.floats(0, 1))
def test_a_window_alone_gives_its_row(feature, series, period, share):
    window = window_of(feature, period)
    row = round(share * (len(series) - 1))
    expected = compute(feature, series, period)[row]
    alone = compute(feature, rows_of(series, slice(max(0, row - window + 1), row + 1)), period)
    np.testing.assert_allclose(alone[-1], expected, rtol=1e-6, atol=1e-9)


@every_feature
@few
@given(
    series=plausible,
    period=longer_periods,
    price=st.sampled_from([1_000.0, 0.001]),
    volume=st.sampled_from([1.0, 1_000.0, 0.001]),
)
def test_the_units_of_price_and_of_volume_change_nothing(feature, series, period, price, volume):
    expected = compute(feature, series, period)
    got = compute(feature, rescaled(series, price, volume), period)
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-9)


@every_feature
@few
@given(series=hostile, period=periods)
def test_the_input_is_not_changed(feature, series, period):
    before = {name: getattr(series, name).copy() for name in COLUMNS}
    derived = {name: getattr(series, name).copy() for name in ("log_return", "log_true_range")}
    compute(feature, series, period)
    for name, column in {**before, **derived}.items():
        np.testing.assert_array_equal(getattr(series, name), column)


@every_feature
@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_candles_are_no_error(feature, rows):
    for kind in ("walk", "still", "leaps"):
        got = compute(feature, series_of([Stretch(kind, rows, 1.0)], 1.0, 1), 5)
        assert got.shape == (rows,)


def on_a_grid(series: CandleSeries) -> Candles:
    rows = len(series)
    columns = (getattr(series, name).copy() for name in COLUMNS)
    times = START_MS + INTERVAL_MS * np.arange(rows, dtype=np.int64)
    return Candles(INTERVAL_MS, times, *columns, np.zeros(rows, dtype=np.uint8))


@st.composite
def markets_with_holes(draw: st.DrawFn) -> tuple[list[Candles], list[np.ndarray], int]:
    """The pair and two members, with what is absent of each, and a seed for what stands there."""
    pairs = [on_a_grid(draw(hostile)) for _ in range(3)]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    holes = []
    for pair in pairs:
        absent = rng.random(len(pair)) < draw(st.sampled_from([0.0, 0.02, 0.3]))
        absent[: draw(st.integers(0, 3))] = True
        start, length = draw(st.integers(0, 200)), draw(st.integers(0, 40))
        absent[start : start + length] = True
        holes.append(absent)
    return pairs, holes, draw(st.integers(0, 2**32 - 1))


def table_of(pairs: list[Candles], rows: int | None = None) -> FloatArray:
    every = FeatureSet(FeatureSettings(market_periods=(2, 14)))
    candles = pairs[0][:rows]
    market = {f"M{number}": pair[:rows] for number, pair in enumerate(pairs[1:])}
    return every.compute(candles, (2, 5, 14), market).to_frame().to_numpy()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(market=markets_with_holes(), share=st.floats(0, 1))
def test_with_holes_later_candles_change_no_earlier_row(market, share):
    pairs, holes, seed = market
    pairs = [with_holes(pair, absent, seed) for pair, absent in zip(pairs, holes)]
    rows = round(share * len(pairs[0]))
    whole = table_of(pairs)
    np.testing.assert_array_equal(table_of(pairs, rows), whole[:rows])
    assert not np.isinf(whole).any()
    assert np.isnan(whole[holes[0]]).all()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(market=markets_with_holes())
def test_what_stands_in_a_hole_changes_nothing(market):
    pairs, holes, seed = market
    one, other = (
        [with_holes(pair, absent, seed + n) for pair, absent in zip(pairs, holes)] for n in (0, 1)
    )
    np.testing.assert_array_equal(table_of(one), table_of(other))


@few
@given(seed=st.integers(0, 2**32 - 1), row=st.integers(450, 599))
def test_with_holes_the_window_alone_gives_its_row(seed, row):
    # As many candles as a feature looks back, whatever came before the first of them.
    rng = np.random.default_rng(seed)
    pair = on_a_grid(series_of([Stretch("walk", 600, 0.5)], 37.0, seed))
    holes = rng.random(600) < 0.04
    start = rng.integers(400)
    holes[start : start + 30] = True
    pair = with_holes(pair, holes, seed)
    every = FeatureSet(FeatureSettings(exclude=("market",)))
    whole = every.compute(pair, (5, 14)).columns
    known = np.cumsum(pair.observed)
    for column in whole:
        begin = int(np.searchsorted(known, known[row] - column.window + 1))
        chosen = FeatureSet(FeatureSettings(include=(column.feature,)))
        for first in (begin, begin - 1, begin - 7):
            periods = () if column.period is None else (column.period,)
            alone = chosen.compute(pair[first : row + 1], periods).columns[0].numbers
            np.testing.assert_allclose(alone[-1], column.numbers[row], rtol=1e-6, atol=1e-9)


@every_market_feature
@few
@given(
    members=st.lists(hostile.filter(len), min_size=1, max_size=4),
    period=periods,
    share=st.floats(0, 1),
)
def test_of_the_market_too_rows_depend_on_their_window_alone(feature, members, period, share):
    view = _view(members)
    whole = feature.compute(view, period)
    assert whole.shape == view.pair.shape
    assert not np.isinf(whole).any()
    window = feature.window(period)
    assert np.isnan(whole[: window - 1]).all()
    row = round(share * (len(whole) - 1))
    assert_same = np.testing.assert_array_equal
    assert_same(feature.compute(_part(view, slice(row)), period), whole[:row])
    if row >= window - 1:
        part = _part(view, slice(row - window + 1, row + 1))
        assert_same(feature.compute(part, period)[-1], whole[row])


def _view(members: list[CandleSeries]) -> MarketView:
    rows = min(len(series) for series in members)
    closes = np.stack([series.log_close[:rows] for series in members])
    return MarketView(np.arange(rows, dtype=np.int64), closes[-1], closes)


def _part(view: MarketView, rows: slice) -> MarketView:
    return MarketView(view.open_ms[rows], view.pair[rows], view.members[:, rows])


@every_market_feature
@few
@given(members=st.lists(plausible.filter(len), min_size=1, max_size=4), period=longer_periods)
def test_of_the_market_too_units_change_nothing(feature: MarketFeature, members, period):
    units = [1_000.0, 0.001, 1_000.0, 0.001]
    other = [rescaled(series, unit, 1.0) for series, unit in zip(members, units)]
    got = feature.compute(_view(other), period)
    np.testing.assert_allclose(got, feature.compute(_view(members), period), rtol=1e-6, atol=1e-9)
