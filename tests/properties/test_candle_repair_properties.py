"""Candle repair over hostile frames: against plain Python, and what must hold whatever comes in."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.features.candles import CandleStatus
from aurum_plugins.preprocessing.candle_repair import CandleError, repair_candles
from aurum_plugins.preprocessing.candle_settings import CandleSettings

START = 1_735_689_600_000  # 2025-01-01
FACTOR = 4.0
SETTINGS = CandleSettings(largest_move=FACTOR)
COLUMNS = ("open", "high", "low", "close", "volume")
OBSERVED, MISSING, EMPTY, INVALID, IMPLAUSIBLE = CandleStatus

HOSTILE = st.sampled_from(
    [math.nan, math.inf, -math.inf, 0.0, -0.0, -1.0, 5e-324, 1e-18, 1e18, 1e24, 1e308, -1e308]
)
LEVELS = st.sampled_from([1.0, 1.5, 4.0, 6.0, 20.0, 100.0])


@st.composite
def candle(draw: st.DrawFn) -> tuple[float, ...]:
    """Open, high, low, close, volume: mostly sane, at times off by a hair or absurd."""
    level = draw(LEVELS)
    body = [level, level * draw(st.sampled_from([1.0, 1.01, 0.98]))]
    high = max(body) * draw(st.sampled_from([1.0, 1.02, 1 - 5e-7, 0.99, 10.0]))
    low = min(body) * draw(st.sampled_from([1.0, 0.97, 1 + 5e-7, 1.02, 0.1]))
    values = [body[0], high, low, body[1], draw(st.sampled_from([0.0, 1.0, 1.0, 3.5]))]
    if draw(st.integers(0, 5)) == 0:
        values[draw(st.integers(0, 4))] = draw(HOSTILE)
    return tuple(values)


def frame_of(rows: list[tuple[float | None, tuple[float, ...]]]) -> pd.DataFrame:
    dates = [pd.NaT if h is None else pd.Timestamp(START + h * HOUR_MS, unit="ms") for h, _ in rows]
    columns = np.array([values for _, values in rows], dtype=np.float64).reshape(-1, 5).T
    date = pd.DatetimeIndex(dates, tz="UTC").as_unit("ms")
    return pd.DataFrame({"date": date, **dict(zip(COLUMNS, columns))})


IN_ORDER = st.lists(candle(), min_size=1, max_size=25).map(
    lambda candles: frame_of([(float(hour), values) for hour, values in enumerate(candles)])
)
SHUFFLED = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 12).map(float), st.just(3.5), st.integers(-3, 30)),
        candle(),
    ),
    max_size=25,
).map(frame_of)
FRAMES = st.one_of(IN_ORDER, SHUFFLED)


def repaired(frame: pd.DataFrame):
    return repair_candles(frame, HOUR_MS, SETTINGS)


def slow_status(values: tuple[float, ...]) -> CandleStatus:
    open_, high, low, close, volume = values
    prices = (open_, high, low, close)
    if not all(math.isfinite(x) for x in values):
        return INVALID
    if not all(1e-18 <= p <= 1e18 for p in prices) or not 0 <= volume <= 1e24:
        return INVALID
    if max(prices) != high or min(prices) != low:
        return INVALID
    if volume == 0:
        return EMPTY if len(set(prices)) == 1 else INVALID
    return OBSERVED


def slow_widened(values: tuple[float, ...]) -> tuple[float, ...]:
    open_, high, low, close, volume = values
    if math.isnan(open_) or math.isnan(close):
        return values
    top, bottom = max(open_, close), min(open_, close)
    if high < top <= high * (1 + 1e-6):
        high = top
    if low > bottom and low <= bottom * (1 + 1e-6):
        low = bottom
    return open_, high, low, close, volume


def slow_repair(frame: pd.DataFrame) -> dict[int, tuple[int, tuple[float, ...], CandleStatus]]:
    """By hour since the start: input row, numbers and status of each candle that is kept."""
    kept: dict[int, tuple[int, tuple[float, ...]]] = {}
    for row, (date, *values) in enumerate(frame.itertuples(index=False)):
        if date is pd.NaT:
            continue
        hour, rest = divmod(date.timestamp() * 1_000 - START, HOUR_MS)
        if not rest:
            kept[int(hour)] = row, slow_widened(tuple(values))
    out = {}
    believed = previous = None
    for hour, (row, values) in sorted(kept.items()):
        status = slow_status(values)
        if status is not INVALID:
            _, high, low, close, _ = values
            anchors = [anchor for anchor in (believed, previous) if anchor is not None]
            near = [high <= FACTOR * anchor and FACTOR * low >= anchor for anchor in anchors]
            wild = high > FACTOR * low or (bool(near) and not any(near))
            if wild and status is OBSERVED:
                status = IMPLAUSIBLE
            if not wild:
                believed = close
            previous = close
        out[hour] = row, values, status
    return out


@given(FRAMES)
@settings(max_examples=400, deadline=None)
def test_plain_python_agrees(frame):
    result, slow = repaired(frame), slow_repair(frame)
    candles = result.candles
    hours = ((candles.open_ms - START) // HOUR_MS).tolist()
    assert hours == (list(range(min(slow), max(slow) + 1)) if slow else [])
    rows = np.full(len(frame), -1)
    for place, hour in enumerate(hours):
        row, values, status = slow.get(hour, (None, (math.nan,) * 5, MISSING))
        assert candles.status[place] == status
        assert np.array_equal(
            [getattr(candles, name)[place] for name in COLUMNS], values, equal_nan=True
        )
        if row is not None:
            rows[row] = place
    assert result.rows.tolist() == rows.tolist()


@given(FRAMES)
@settings(deadline=None)
def test_what_is_observed_is_sane_and_on_the_grid(frame):
    before = frame.copy(deep=True)
    result = repaired(frame)
    pd.testing.assert_frame_equal(frame, before)
    candles = result.candles
    assert (np.diff(candles.open_ms) == HOUR_MS).all()
    lengths = {len(getattr(candles, name)) for name in (*COLUMNS, "open_ms", "status")}
    assert lengths == {len(candles)}
    series = candles.series
    for name in COLUMNS:
        assert np.isfinite(getattr(series, name)).all()
    assert (series.volume > 0).all()
    assert (series.low > 0).all()
    assert (series.low <= np.minimum(series.open, series.close)).all()
    assert (series.high >= np.maximum(series.open, series.close)).all()
    assert (series.high <= FACTOR * series.low).all()


@given(FRAMES)
@settings(deadline=None)
def test_every_row_is_accounted_for(frame):
    result = repaired(frame)
    repairs = result.repairs
    dropped = repairs["undated"] + repairs["off_grid"] + repairs["duplicate"]
    placed = result.rows[result.rows >= 0]
    assert dropped + len(placed) == len(frame)
    assert len(set(placed.tolist())) == len(placed)
    received = result.candles.status != MISSING
    assert np.flatnonzero(received).tolist() == sorted(placed.tolist())
    opens = frame["date"].dt.tz_localize(None).to_numpy().astype("datetime64[ms]").astype(np.int64)
    assert (result.candles.open_ms[placed] == opens[result.rows >= 0]).all()


@given(IN_ORDER, st.data())
@settings(deadline=None)
def test_later_candles_change_nothing(frame, data):
    kept = data.draw(st.lists(st.booleans(), min_size=len(frame), max_size=len(frame)))
    frame = frame[kept]
    whole = repaired(frame)
    for count in range(len(frame)):
        part = repaired(frame.iloc[:count])
        size = len(part.candles)
        assert part.rows.tolist() == whole.rows[:count].tolist()
        for name in (*COLUMNS, "open_ms", "status"):
            early, late = getattr(part.candles, name), getattr(whole.candles, name)[:size]
            assert np.array_equal(early, late, equal_nan=True)


@given(SHUFFLED)
@settings(deadline=None)
def test_repairing_twice_is_repairing_once(frame):
    once = repaired(frame).candles
    again = frame_of(
        [
            (float(hour), tuple(getattr(once, name)[place] for name in COLUMNS))
            for place, hour in enumerate((once.open_ms - START) // HOUR_MS)
        ]
    )
    result = repaired(again)
    # A missing candle comes back as one without numbers, which is invalid; the rest is the same.
    expected = np.where(once.status == MISSING, INVALID, once.status)
    assert result.candles.status.tolist() == expected.tolist()
    assert not any(result.repairs.values())


@given(FRAMES)
@settings(deadline=None)
def test_units_do_not_matter(frame):
    for name in COLUMNS:
        known = (frame[name] == 0) | frame[name].between(1e-9, 1e9)
        frame[name] = frame[name].where(known)
    # By a power of two, so that nothing is rounded.
    scaled = frame.assign(**{name: frame[name] * 1_024 for name in COLUMNS})
    plain, other = repaired(frame).candles, repaired(scaled).candles
    assert other.status.tolist() == plain.status.tolist()
    assert np.array_equal(other.high, plain.high * 1_024, equal_nan=True)


@given(
    st.lists(
        st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-20_000, 20_000)),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([("s", 1), ("ms", 1_000), ("us", 1_000_000), ("ns", 1_000_000_000)]),
)
@pytest.mark.filterwarnings("error")
@settings(deadline=None)
def test_any_date_is_placed_dropped_or_refused(numbers, unit_and_ticks):
    unit, per_second = unit_and_ticks
    hour = 3_600 * per_second
    ticks = [number * hour if abs(number) <= 20_000 else number for number in numbers]
    frame = frame_of([(0.0, (1.0, 1.0, 1.0, 1.0, 1.0))] * len(ticks))
    frame["date"] = np.array(ticks, dtype=np.int64).view(f"datetime64[{unit}]")
    latest = pd.Timestamp.max.value // 1_000_000_000 * per_second
    hours = {tick // hour for tick in ticks if 0 <= tick <= latest and tick % hour == 0}
    few = CandleSettings(longest_grid=10_000)
    span = max(hours) - min(hours) + 1 if hours else 0
    if span > 10_000:
        with pytest.raises(CandleError, match=f"got {span}"):
            repair_candles(frame, HOUR_MS, few)
        return
    result = repair_candles(frame, HOUR_MS, few)
    assert len(result.candles) == span
    assert (result.rows >= 0).sum() == len(hours)
