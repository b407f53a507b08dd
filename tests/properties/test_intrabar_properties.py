"""The path inside a candle gives the candle back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aurum_plugins.sandbox.market.aggregation import from_path
from aurum_plugins.sandbox.market.intrabar import Bar, second_path

TICK = 0.01


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    ticks = [draw(st.integers(1, 10_000_000)) for _ in range(2)]
    low, high = min(ticks), max(ticks)
    first, last = draw(st.integers(low, high)), draw(st.integers(low, high))
    volume = draw(st.floats(0, 1e9))
    prices = [round(t * TICK, 2) for t in (first, high, low, last)]
    return Bar(*prices, volume)


@given(bars(), st.sampled_from([4, 60, 3600]), st.integers(0, 2**40), st.integers(0, 2**32))
def test_aggregating_a_path_gives_its_candle(
    bar: Bar, seconds: int, minute: int, seed: int
) -> None:
    start_ms = minute * 60_000
    path = second_path(bar, start_ms=start_ms, seconds=seconds, tick=TICK, key=(seed, 1))
    assert len(path) == seconds
    assert path.end_ms == start_ms + seconds * 1_000
    assert path.price[0] == bar.open
    assert path.price.max() == bar.high
    assert path.price.min() == bar.low
    assert path.price[-1] == bar.close
    assert np.isclose(path.volume.sum(), bar.volume)
    assert (path.volume >= 0).all()
    again = second_path(bar, start_ms=start_ms, seconds=seconds, tick=TICK, key=(seed, 1))
    np.testing.assert_array_equal(path.price, again.price)
    if seconds == 60:
        (candle,) = zip(*from_path(path, "1m").columns)
        assert candle[:5] == (start_ms, bar.open, bar.high, bar.low, bar.close)
