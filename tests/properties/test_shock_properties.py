"""A shock follows from the events that were seen until then, however they were handed over."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reported_events import START_MS, level_at, reported, slow_shock

from aurum_plugins.clock import MINUTE_MS
from aurum_plugins.sentiment.aggregation.shocks import Shocks
from aurum_plugins.sentiment.scored_item import EventKind
from aurum_plugins.sentiment.settings import ShockSettings

MINUTES = 240
SUBJECTS = ("BTC", "ETH", "@okx", "*")

sources = st.sampled_from(["rss:a", "rss:b", "reddit:c"])
severities = st.sampled_from([0.15, 0.35, 0.5, 0.85, 1.0])
about = st.lists(st.sampled_from(SUBJECTS), max_size=3, unique=True).map(tuple)
kinds = st.sampled_from(EventKind)


def in_order(events):
    return sorted(events, key=lambda event: event.seen_ms)


def events_about(subjects):
    return st.lists(
        st.builds(
            reported,
            st.one_of(st.integers(0, MINUTES - 1), st.integers(0, 8).map(lambda step: 30 * step)),
            severities,
            source=sources,
            subjects=subjects,
            kind=kinds,
            weight=st.sampled_from([0.5, 1.0, 1.5]),
            text=st.sampled_from(["one", "two", "three"]),
        ),
        max_size=25,
    ).map(in_order)


histories = events_about(about)
rules = st.builds(
    ShockSettings,
    begin_level=st.sampled_from([0.7, 1.23]),
    fewest_sources=st.integers(1, 3),
    half_life_minutes=st.sampled_from([3.0, 11.0, 70.0]),
    release_level=st.sampled_from([0.09, 0.41]),
    shortest_minutes=st.sampled_from([0.0, 7.0, 45.0]),
)


def all_at_once(events, rule) -> Shocks:
    found = Shocks(rule)
    found.add(events)
    return found


def told(found: Shocks, minute: float):
    at_ms = START_MS + round(minute * MINUTE_MS)
    return [found.on([name], at_ms) for name in SUBJECTS], found.on(SUBJECTS, at_ms)


@given(events=histories, rule=rules, cut=st.integers(0, MINUTES - 1))
@settings(max_examples=80, deadline=None)
def test_later_events_change_nothing(events, rule, cut) -> None:
    known = [event for event in events if event.seen_ms <= START_MS + cut * MINUTE_MS]
    whole, then = all_at_once(events, rule), all_at_once(known, rule)
    for minute in range(cut + 1):
        assert told(then, minute) == told(whole, minute)


@given(events=histories, rule=rules, cuts=st.lists(st.integers(0, 25), max_size=6))
@settings(max_examples=80, deadline=None)
def test_bit_by_bit_is_all_at_once(events, rule, cuts) -> None:
    whole, grown = all_at_once(events, rule), Shocks(rule)
    ends = [*sorted(cuts), len(events)]
    for begin, end in zip([0, *ends], ends):
        grown.add(events[begin:end])
        # To be asked leaves no trace.
        told(grown, end)
    for minute in range(MINUTES + 60):
        assert told(grown, minute) == told(whole, minute)


@given(events=histories, rule=rules, order=st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_within_a_millisecond_does_not_matter(events, rule, order) -> None:
    mixed = list(events)
    order.shuffle(mixed)
    mixed = in_order(mixed)
    whole, other = all_at_once(events, rule), all_at_once(mixed, rule)
    for minute in range(MINUTES + 60):
        assert told(other, minute) == told(whole, minute)


@given(events=histories, rule=rules, cut=st.integers(0, MINUTES))
@settings(max_examples=60, deadline=None)
def test_what_is_forgotten_is_not_missed(events, rule, cut) -> None:
    whole, short = all_at_once(events, rule), Shocks(rule)
    cut_ms = START_MS + cut * MINUTE_MS
    short.add([event for event in events if event.seen_ms <= cut_ms])
    short.forget_before(cut_ms)
    short.add([event for event in events if event.seen_ms > cut_ms])
    short.forget_before(cut_ms)
    for minute in range(cut, MINUTES + 60):
        assert told(short, minute) == told(whole, minute)


@given(events=events_about(st.just(("BTC",))), rule=rules)
@settings(max_examples=80, deadline=None)
def test_minute_by_minute_from_the_definition(events, rule) -> None:
    found = all_at_once(events, rule)
    expected = slow_shock(events, rule, MINUTES + 60)
    for minute, since in enumerate(expected):
        at_ms = START_MS + minute * MINUTE_MS
        level = level_at(events, rule, at_ms)
        # To the last digit either may be right.
        for border in (rule.begin_level, rule.release_level):
            assume(abs(level - border) > 1e-9)
        shock = found.on(["BTC"], at_ms)
        assert (shock is not None) == (since is not None)
        if shock is not None and since is not None:
            assert shock.since_ms == START_MS + since * MINUTE_MS
            assert abs(shock.level - level) <= 1e-12 * level
