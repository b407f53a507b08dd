"""No row knows what was seen after its candle had closed, and all ways give the same digits.

A collector writes items and polls; candles have holes. A backtest computes all rows at once, a
running bot the last one or few from what was there by then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from columns_for_freqai import SHORT_TARGETS
from columns_for_freqai import candles as hourly_candles
from hypothesis import given, settings
from hypothesis import strategies as st
from told_mentions import Told, mentions_of, slow_mood, spans_of

from aurum_plugins.clock import HOUR_MS, VirtualClock
from aurum_plugins.features.recorded_sentiment import RecordedSentiment
from aurum_plugins.features.sentiment_mood import SENTIMENT_FEATURES
from aurum_plugins.freqai import FreqaiColumns
from aurum_plugins.sentiment.scored_item import MARKET
from aurum_plugins.sentiment.store.mentions import Coverage, Mentions
from aurum_plugins.sentiment.store.patience import PATIENCE_MS

ROWS = 30
HALF_MS = 2 * HOUR_MS
NAMES = [f"%-{name}" for name in SENTIMENT_FEATURES]
FRAME = hourly_candles(ROWS)
OPENS_MS = pd.DatetimeIndex(FRAME["date"]).as_unit("ms").asi8
START_MS, END_MS = int(OPENS_MS[0]), int(OPENS_MS[-1]) + HOUR_MS
LATER_MS = END_MS + 24 * HOUR_MS


@dataclass(frozen=True)
class Store:
    """What a reader may find: mentions of one coin and of another, and one span of listening."""

    told: tuple[tuple[str, Told], ...]
    listened: tuple[int, int]

    def until(self, at_ms: int) -> Store:
        """As it was at a time."""
        told = tuple((coin, item) for coin, item in self.told if item[0] <= at_ms)
        return Store(told, (self.listened[0], min(self.listened[1], at_ms)))

    def about(self, subject: str) -> list[Told]:
        return [item for coin, item in self.told if subject in {coin, MARKET}]

    def mentions(self, subject: str, first_ms: int, last_ms: int) -> Mentions:
        return mentions_of(item for item in self.about(subject) if first_ms <= item[0] <= last_ms)

    def coverage(self, first_ms: int, last_ms: int) -> Coverage:
        begin, end = self.listened
        if begin > last_ms or begin > end or end < first_ms - PATIENCE_MS:
            return spans_of()
        return spans_of((begin, min(end, last_ms)))


moments = st.one_of(
    st.integers(START_MS - 5 * HOUR_MS, END_MS + HOUR_MS),
    # At a close to the millisecond, and just after.
    st.tuples(st.integers(-5, ROWS), st.integers(0, 1)).map(
        lambda told: START_MS + told[0] * HOUR_MS + told[1]
    ),
)
items = st.tuples(
    st.sampled_from(["BTC", "ETH"]), st.tuples(moments, st.floats(-1, 1), st.floats(0.1, 9))
)
stores = st.builds(
    Store,
    st.lists(items, max_size=40).map(tuple),
    st.tuples(moments, moments).map(lambda ends: tuple(sorted(ends))),
)


def columns_on(store: Store) -> FreqaiColumns:
    section = {"include": ["body"], "sentiment": True}
    columns = FreqaiColumns({"aurum": {"features": section, "targets": SHORT_TARGETS}})
    columns._sentiment = RecordedSentiment(store, HALF_MS, VirtualClock(LATER_MS))  # type: ignore[arg-type]
    return columns


def backtest(store: Store, frame: pd.DataFrame) -> np.ndarray:
    return columns_on(store).standard(frame, HOUR_MS, {}, "WBTC/USDT", "1h")[NAMES].to_numpy()


def latest(store: Store, frame: pd.DataFrame, rows: int) -> np.ndarray:
    frames = {"1h": (HOUR_MS, frame)}
    found = columns_on(store).latest("WBTC/USDT", frames, "1h", rows, 0, {})
    return found[NAMES].to_numpy()


def with_holes(holes: set[int]) -> pd.DataFrame:
    return FRAME.drop(index=list(holes)).reset_index(drop=True)


holes_of = st.sets(st.integers(1, ROWS - 1), max_size=6)


@given(store=stores, holes=holes_of)
@settings(max_examples=40, deadline=None)
def test_a_running_bot_sees_what_a_backtest_sees(store, holes) -> None:
    frame = with_holes(holes)
    whole = backtest(store, frame)
    assert not np.isnan(whole).any()
    for row in range(len(frame)):
        close_ms = int(frame["date"].iloc[row].timestamp() * 1_000) + HOUR_MS
        live = latest(store.until(close_ms), frame.iloc[: row + 1], 1)
        np.testing.assert_array_equal(live[0], whole[row])


@given(store=stores, more=stores, holes=holes_of, cut=st.integers(1, ROWS - 7))
@settings(max_examples=60, deadline=None)
def test_what_is_seen_later_changes_no_earlier_row(store, more, holes, cut) -> None:
    frame = with_holes(holes)
    close_ms = int(frame["date"].iloc[cut - 1].timestamp() * 1_000) + HOUR_MS
    expected = backtest(store, frame)[:cut]
    known = store.until(close_ms)
    np.testing.assert_array_equal(backtest(known, frame)[:cut], expected)
    np.testing.assert_array_equal(backtest(known, frame.iloc[:cut]), expected)
    other = Store(
        (*known.told, *(item for item in more.told if item[1][0] > close_ms)),
        (store.listened[0], max(known.listened[1], store.listened[1])),
    )
    np.testing.assert_array_equal(backtest(other, frame)[:cut], expected)


@given(store=stores, holes=holes_of, rows=st.integers(1, ROWS - 7))
@settings(max_examples=60, deadline=None)
def test_the_last_rows_are_those_of_all(store, holes, rows) -> None:
    frame = with_holes(holes)
    np.testing.assert_array_equal(latest(store, frame, rows), backtest(store, frame)[-rows:])


@given(store=stores)
@settings(max_examples=60, deadline=None)
def test_row_by_row_from_the_rule(store) -> None:
    found = backtest(store, FRAME)
    begin, end = store.listened
    for row, close_ms in enumerate((OPENS_MS + HOUR_MS).tolist()):
        if not begin <= close_ms <= end + PATIENCE_MS:
            assert found[row].tolist() == [0.0] * 6
            continue
        mean, count, dispersion = slow_mood(store.about("BTC"), close_ms, HALF_MS)
        market = slow_mood(store.about(MARKET), close_ms, HALF_MS)
        expected = [mean, np.log1p(count), dispersion, 1.0, market[0], np.log1p(market[1])]
        np.testing.assert_allclose(found[row], expected, rtol=1e-9, atol=2e-7)
